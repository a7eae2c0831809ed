"""Pictures and exact landmarks of an identity in any pose and expression."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.backdrop import backdrop
from talkingface.synthetic.bust import ear, neck, shoulders
from talkingface.synthetic.chart import MOUTH_V, head_chart
from talkingface.synthetic.deform import Skeleton, project
from talkingface.synthetic.eyes import eye_backing, eyeball, glasses
from talkingface.synthetic.hair import hair
from talkingface.synthetic.headrig import head_rig
from talkingface.synthetic.headshape import eye_centre, lid_radius, surface
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.landmarks import landmark_places
from talkingface.synthetic.mesh import Model, Part, assemble
from talkingface.synthetic.mouth import mouth_inside, teeth, tongue
from talkingface.synthetic.rasterize import rasterize, vertex_normals
from talkingface.synthetic.shade import gamma_table, shade
from talkingface.synthetic.skin import paint_head

_GAMMA = gamma_table()


def build_model(identity: Identity) -> Model:
    """Return the textured, rigged mesh of a person; the head's skin comes first."""
    chart = head_chart()
    head = surface(identity, chart.theta, chart.v)
    rig = head_rig(identity, chart)
    mouth = surface(identity, np.zeros(1), np.full(1, MOUTH_V))[0]
    pieces = {
        "head": Part(head, chart.faces, chart.uv, paint_head(identity, chart), rig, 0.11, 3, 0.3),
        "left_eye": eyeball(identity, -1),
        "right_eye": eyeball(identity, 1),
        "eye_backing": eye_backing(identity),
        "mouth": mouth_inside(chart, head, rig),
        "upper_teeth": teeth(identity, mouth, True),
        "lower_teeth": teeth(identity, mouth, False),
        "tongue": tongue(mouth),
        "left_ear": ear(identity, -1),
        "right_ear": ear(identity, 1),
        "neck": neck(identity),
        "shoulders": shoulders(identity),
    }
    pieces |= hair(identity)
    if identity.glasses:
        pieces["glasses"] = glasses(identity)
    return assemble(pieces)


class Renderer:
    """Draws one identity.

    Args:
        identity: who is drawn.
        size: side of the frames, pixels.
        samples: samples across a pixel; the default gives at least 2 and at least 256 a frame.
    """

    def __init__(self, identity: Identity, size: int, samples: int | None = None) -> None:
        self.size = size
        self.samples = samples or max(2, -(-256 // size))
        self.model = build_model(identity)
        eyes = [(*eye_centre(identity, side), lid_radius()) for side in (-1, 1)]
        self.skeleton = Skeleton(self.model.vertices, self.model.rig, np.array(eyes, np.float32))
        places = landmark_places(identity, head_chart())
        self._landmark_weights = places.weights
        self._landmark_skeleton = self.skeleton.pick(places.vertices.ravel())
        self._background = backdrop(identity, size * self.samples)
        half_way = np.array(identity.light)
        half_way[2] += 1.0
        half_way /= np.linalg.norm(half_way)
        self._light = np.array([identity.light, half_way], np.float32)
        self._light_colour = np.array(identity.light_colour, np.float32)
        self._ambient = np.array(identity.ambient_colour, np.float32)

    def render(
        self, pose: NDArray[np.floating], expression: NDArray[np.floating]
    ) -> NDArray[np.uint8]:
        """Return frames (T, size, size, 3), RGB, of pose (T, 6) and expression (T, 9)."""
        frames = np.empty((len(pose), self.size, self.size, 3), np.uint8)
        for t, frame in enumerate(frames):
            self._draw(np.asarray(pose[t]), np.asarray(expression[t]), frame)
        return frames

    def parts_seen(
        self, pose: NDArray[np.floating], expression: NDArray[np.floating]
    ) -> NDArray[np.int32]:
        """Return which part each sample of one frame sees (index in the model), -1 for background.

        Args:
            pose: (6,). expression: (9,).

        Returns:
            (size * samples, size * samples) indices.
        """
        seen, _, _ = self._sample(np.asarray(pose), np.asarray(expression))
        return np.where(seen < 0, -1, self.model.face_part[seen]).astype(np.int32)

    def landmarks(
        self, pose: NDArray[np.floating], expression: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Return (T, 68, 2) iBUG landmarks, x, y in [0, 1] of the frame from the top left."""
        found = np.empty((len(pose), 68, 2), np.float32)
        for t in range(len(pose)):
            points = self._landmark_skeleton.points(np.asarray(pose[t]), np.asarray(expression[t]))
            mixed = (points.reshape(68, 3, 3) * self._landmark_weights[..., None]).sum(1)
            found[t] = project(mixed)
        return found

    def _sample(
        self, pose: NDArray[np.floating], expression: NDArray[np.floating]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
        points = self.skeleton.points(pose, expression)
        places = project(points).astype(np.float32)
        seen, weights = rasterize(
            places, points[:, 2].copy(), self.model.faces, self.size * self.samples
        )
        return seen, weights, points

    def _draw(
        self, pose: NDArray[np.floating], expression: NDArray[np.floating], out: NDArray[np.uint8]
    ) -> None:
        seen, weights, points = self._sample(pose, expression)
        normals = vertex_normals(points, self.model.faces)
        shade(
            seen, weights, self.model.faces, normals, self.model.uv,
            self.model.face_part, self.model.part_table, self.model.texels, self._background,
            self._light, self._light_colour, self._ambient, _GAMMA, out,
        )  # fmt: skip


@lru_cache(maxsize=8)
def renderer(identity_seed: int, size: int) -> Renderer:
    """Return the renderer of an identity's seed; the few used last are kept."""
    return Renderer(Identity.sample(identity_seed), size)


def render(
    identity: Identity,
    pose: NDArray[np.floating],
    expression: NDArray[np.floating],
    size: int,
) -> NDArray[np.uint8]:
    """Return frames (T, size, size, 3), RGB, of pose (T, 6) and expression (T, 9)."""
    return Renderer(identity, size).render(pose, expression)


def landmarks(
    identity: Identity, pose: NDArray[np.floating], expression: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return (T, 68, 2) iBUG landmarks, x, y in [0, 1] of the frame from the top left."""
    return Renderer(identity, 2).landmarks(pose, expression)
