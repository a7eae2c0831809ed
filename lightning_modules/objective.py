"""What generated frames and motion codes are compared with, from a batch's frames and labels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from data_modules.dataset import ClipBatch
from lightning_modules.decoding import Decodes, pick
from talkingface.faces.landmark_sets import RIGID
from talkingface.losses.guidance import Guidance, anchor_loss, flow_loss, point_loss
from talkingface.losses.reconstruction import reconstruction_losses, region_weight
from talkingface.motion.conditions import Corrupted, moved_labels
from talkingface.motion.crossing import Crossing, choose_crossing
from talkingface.motion.draws import Draws
from talkingface.motion.stac import Correction
from talkingface.networks.model import TalkingFace
from talkingface.networks.motion_encoder import Motion


def image_losses(
    batch: ClipBatch, decodes: Decodes, made_BN3SS: Tensor, true_BN3SS: Tensor, region_gain: float
) -> dict[str, Tensor]:
    """Return the reconstruction losses of frames that have a true frame."""
    landmarks = pick(batch["landmarks"], decodes.frame)
    pixels = region_weight(landmarks, true_BN3SS.shape[-1], region_gain)
    return reconstruction_losses(made_BN3SS, true_BN3SS, pixels)


def motion_guidance(
    guidance: Guidance | None, batch: ClipBatch, motion: Motion
) -> dict[str, Tensor]:
    """Return what labels say of the motion of a window; nothing without guidance."""
    if guidance is None:
        return {}
    labels = batch["pose"], batch["expression"], batch["face"]
    losses = guidance.losses(motion.code.float(), *labels)
    return losses | anchor_loss(motion.anchors, batch["landmarks"])


def worse_guidance(
    guidance: Guidance | None, batch: ClipBatch, corrupted: Corrupted, motion: Motion
) -> dict[str, Tensor]:
    """Return what labels say of the motion of a window under STAC's conditions.

    The labels are those of the clean frames, moved as the crop was.
    """
    if guidance is None:
        return {}
    moved = moved_labels(batch["pose"], batch["landmarks"], corrupted.theta)
    face_BT = batch["face"] & corrupted.fresh
    losses = guidance.losses(motion.code.float(), moved.pose, batch["expression"], face_BT)
    losses |= anchor_loss(motion.anchors, moved.landmarks)
    return {name.replace("guide_", "guide_worse_"): loss for name, loss in losses.items()}


def corrected_guidance(
    guidance: Guidance | None, batch: ClipBatch, correction: Correction | None
) -> dict[str, Tensor]:
    """Return what labels say of corrected codes, clean and worse; it trains the corrector alone.

    A corrector that sees half a second knows more than an encoder that sees a frame: its codes may
    become truer than clean ones, which the losses of codes alone would not allow.
    """
    if guidance is None or correction is None:
        return {}
    labels = batch["pose"], batch["expression"], batch["face"]
    fixed = guidance.frozen()
    each = [fixed.losses(code.float(), *labels) for code in (correction.clean, correction.worse)]
    return {
        name.replace("guide_", "label_"): (each[0][name] + each[1][name]) / 2 for name in each[0]
    }


def flow_guidance(
    batch: ClipBatch, decodes: Decodes, points: Tensor, flows: Sequence[Tensor]
) -> dict[str, Tensor]:
    """Return what landmarks say of the points and flows, (B * K, ...), of generated frames."""
    shape, targeted = decodes.code.shape[:2], decodes.frame.shape[1]
    points, *flows = (x.unflatten(0, shape)[:, :targeted].flatten(0, 1) for x in (points, *flows))
    landmarks = pick(batch["landmarks"], decodes.frame)
    losses = point_loss(points, landmarks.flatten(0, 1))
    return losses | flow_loss(flows, batch["source_landmarks"], landmarks)


def crossed_labels(
    guidance: Guidance, batch: ClipBatch, crossing: Crossing, read_BXZ: Tensor
) -> dict[str, Tensor]:
    """Return how far codes read from crossed frames are from both donors' labels.

    Only the generator learns from it.
    """
    (pose_BX6, _), (_, expression_BXE), faces = (
        crossing.of(batch[name]) for name in ("pose", "expression", "face")
    )
    return guidance.frozen().losses(read_BXZ.float(), pose_BX6, expression_BXE, faces[0] & faces[1])


def crossed_guidance(
    network: TalkingFace,
    identity_BI: Tensor,
    code_BTZ: Tensor,
    batch: ClipBatch,
    decodes: Decodes,
    flows: Sequence[Tensor],
    draws: Draws,
) -> dict[str, Tensor]:
    """Return what landmarks that no expression moves say of crossed codes, whatever face they have.

    They have to lie where the frame that gives the head pose has them: the generator's points with
    every frame of the window as such a frame, which needs no decoding, and the flows (B * K, ...)
    of the decoded ones.
    """
    if decodes.crossing is None:
        return {}
    clips, frames = code_BTZ.shape[:2]
    everywhere = choose_crossing(code_BTZ, torch.arange(frames).expand(clips, -1), draws)
    points_NL2 = network.points(identity_BI, network.recombine(*everywhere.of(code_BTZ)))
    rigid = list(RIGID)
    landmarks_BTL2 = batch["landmarks"][:, :, rigid]
    losses = point_loss(points_NL2[:, rigid], landmarks_BTL2.flatten(0, 1))
    shape, targeted = decodes.code.shape[:2], decodes.frame.shape[1]
    crossed = [flow.unflatten(0, shape)[:, targeted:].flatten(0, 1) for flow in flows]
    there = pick(landmarks_BTL2, decodes.crossing.head)
    losses |= flow_loss(crossed, batch["source_landmarks"][:, rigid], there)
    return {name.replace("guide_", "guide_crossed_"): loss for name, loss in losses.items()}
