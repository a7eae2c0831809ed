"""Parts of the model and their assembly into flat arrays for the compiled kernels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Linear displacement fields a vertex may have, for one unit of the expression value.
BASIS_NAMES = ("lip_width", "lip_protrusion", "smile", "brow_raise")


@dataclass
class Rig:
    """How the V vertices of a part move.

    Attributes:
        basis: (len(BASIS_NAMES), V, 3) displacement at expression value 1.
        jaw: (V,) share of the jaw's rotation.
        body: (V,) 0 moves with the head, 1 with the shoulders.
        eye: (V,) 0 none, 1 the picture's left eye, 2 the right one: for an eyeball, turned by
            gaze; for skin, the eye whose lids it belongs to.
        ball: (V,) whether the vertex is on an eyeball.
        lid: (V,) share of the lid's motion.
        lid_open, lid_closed: (V,) height offset of the lid's rim when open and when closed.
        upper: (V,) whether the vertex lies on the upper lid's side.
    """

    basis: Floats
    jaw: Floats
    body: Floats
    eye: NDArray[np.int8]
    ball: NDArray[np.bool_]
    lid: Floats
    lid_open: Floats
    lid_closed: Floats
    upper: NDArray[np.bool_]

    @staticmethod
    def still(count: int, jaw: float = 0.0, body: float = 0.0) -> Rig:
        """Return the rig of a part that follows the head, the jaw or the shoulders rigidly."""
        return Rig(
            basis=np.zeros((len(BASIS_NAMES), count, 3)),
            jaw=np.full(count, jaw),
            body=np.full(count, body),
            eye=np.zeros(count, np.int8),
            ball=np.zeros(count, bool),
            lid=np.zeros(count),
            lid_open=np.zeros(count),
            lid_closed=np.zeros(count),
            upper=np.zeros(count, bool),
        )


@dataclass
class Part:
    """A textured mesh.

    Attributes:
        vertices: (V, 3) at rest.
        faces: (F, 3) triangles.
        uv: (V, 2) texture place in [0, 1].
        texture: (H, W, 3) linear reflectance.
        rig: how it moves.
        gloss: strength of the highlight.
        shininess: how small it is: the cosine is squared so many times.
        wrap: how far diffuse light reaches round the terminator, 0 to 1.
    """

    vertices: Floats
    faces: NDArray[np.int32]
    uv: Floats
    texture: Floats
    rig: Rig
    gloss: float = 0.04
    shininess: int = 4
    wrap: float = 0.25


@dataclass(frozen=True)
class Model:
    """All parts of one person as flat arrays (see Part and Rig for meanings).

    `face_part` (F,) names the part of a triangle; `part_table` (P, 6) holds texture offset,
    height, width, gloss, shininess, wrap; `texels` (N, 3) all textures one after the other.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    uv: NDArray[np.float32]
    face_part: NDArray[np.int32]
    part_table: NDArray[np.float32]
    texels: NDArray[np.float32]
    rig: Rig
    starts: dict[str, int] = field(default_factory=dict)


def assemble(parts: dict[str, Part]) -> Model:
    """Join parts; `starts` of the result gives the first vertex of each."""
    starts, offset, texel = {}, 0, 0
    faces, face_part, table = [], [], []
    for index, (name, part) in enumerate(parts.items()):
        starts[name] = offset
        faces.append(part.faces + offset)
        face_part.append(np.full(len(part.faces), index, np.int32))
        height, width = part.texture.shape[:2]
        table.append((texel, height, width, part.gloss, part.shininess, part.wrap))
        offset += len(part.vertices)
        texel += height * width
    rigs = [part.rig for part in parts.values()]
    joined = {
        name: np.concatenate([getattr(rig, name) for rig in rigs], axis=1 if name == "basis" else 0)
        for name in Rig.__dataclass_fields__
    }
    return Model(
        vertices=np.concatenate([p.vertices for p in parts.values()]).astype(np.float32),
        faces=np.concatenate(faces).astype(np.int32),
        uv=np.concatenate([p.uv for p in parts.values()]).astype(np.float32),
        face_part=np.concatenate(face_part),
        part_table=np.array(table, np.float32),
        texels=np.concatenate([p.texture.reshape(-1, 3) for p in parts.values()]).astype(
            np.float32
        ),
        rig=Rig(**joined),
        starts=starts,
    )


def grid_faces(rows: int, columns: int) -> NDArray[np.int32]:
    """Return the (F, 3) triangles of a grid of rows x columns vertices in row-major order."""
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    first = np.stack([corner, corner + columns, corner + 1], 1)
    second = np.stack([corner + 1, corner + columns, corner + columns + 1], 1)
    return np.concatenate([first, second]).astype(np.int32)


def grid_uv(rows: int, columns: int) -> Floats:
    """Return the (rows*columns, 2) texture places of such a grid."""
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    return np.stack([u.ravel(), v.ravel()], 1)


def linear(colour: tuple[float, float, float] | Floats) -> Floats:
    """Return linear light of sRGB values in [0, 1]."""
    value = np.asarray(colour, float)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def ball(rings: int, spokes: int) -> Floats:
    """Return the (rings*spokes, 3) vertices of a unit ball for `grid_faces`; its pole is up."""
    polar, around = np.meshgrid(
        np.linspace(0, np.pi, rings), np.linspace(-np.pi, np.pi, spokes), indexing="ij"
    )
    return np.stack(
        [np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)], -1
    ).reshape(-1, 3)
