"""A small z-buffer rasteriser: which triangle each sample sees, and where on it."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float32 = NDArray[np.float32]


def rasterize(
    places: Float32, depth: Float32, faces: NDArray[np.int32], side: int
) -> tuple[NDArray[np.int32], Float32]:
    """Rasterise triangles with a z-buffer; both of their sides are visible.

    Args:
        places: (V, 2) picture places in [0, 1] from the top left.
        depth: (V,) larger is nearer to the viewer.
        faces: (F, 3) triangles.
        side: samples across and down.

    Returns:
        seen: (side, side) the nearest triangle at each sample's centre, -1 for none.
        weights: (side, side, 2) barycentric weights of the triangle's first two corners.
    """
    seen = np.full((side, side), -1, np.int32)
    weights = np.zeros((side, side, 2), np.float32)
    _fill((places * side - 0.5).astype(np.float32), depth, faces, seen, weights)
    return seen, weights


@njit(cache=True, nogil=True)
def _fill(places, depth, faces, seen, weights):  # type: ignore[no-untyped-def]
    side = seen.shape[0]
    slack = np.float32(-1e-4)
    nearest = np.full((side, side), -1e9, np.float32)
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, bx, cx = places[a, 0], places[b, 0], places[c, 0]
        left, right = max(math.ceil(min(ax, bx, cx)), 0), min(math.floor(max(ax, bx, cx)), side - 1)
        if left > right:
            continue
        ay, by, cy = places[a, 1], places[b, 1], places[c, 1]
        top, bottom = max(math.ceil(min(ay, by, cy)), 0), min(math.floor(max(ay, by, cy)), side - 1)
        if top > bottom:
            continue
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-7:
            continue
        inverse = np.float32(1.0) / area
        # Weights of corners a and b change linearly over the picture.
        wa_x, wa_y = (by - cy) * inverse, (cx - bx) * inverse
        wb_x, wb_y = (cy - ay) * inverse, (ax - cx) * inverse
        za, zb, zc = depth[a], depth[b], depth[c]
        for y in range(top, bottom + 1):
            wa_row = wa_y * (np.float32(y) - cy)
            wb_row = wb_y * (np.float32(y) - cy)
            for x in range(left, right + 1):
                wa = wa_x * (np.float32(x) - cx) + wa_row
                wb = wb_x * (np.float32(x) - cx) + wb_row
                wc = np.float32(1.0) - wa - wb
                # A hair of slack closes the seams between neighbours.
                if min(wa, wb, wc) < slack:
                    continue
                z = wa * za + wb * zb + wc * zc
                if z > nearest[y, x]:
                    nearest[y, x] = z
                    seen[y, x] = f
                    weights[y, x, 0] = wa
                    weights[y, x, 1] = wb


@njit(cache=True, nogil=True)
def vertex_normals(points, faces):  # type: ignore[no-untyped-def]
    """Return (V, 3) unit normals of (V, 3) points, averaged over the (F, 3) triangles by area."""
    normals = np.zeros(points.shape, np.float32)
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = (
            points[b, 0] - points[a, 0],
            points[b, 1] - points[a, 1],
            points[b, 2] - points[a, 2],
        )
        vx, vy, vz = (
            points[c, 0] - points[a, 0],
            points[c, 1] - points[a, 1],
            points[c, 2] - points[a, 2],
        )
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for k in (a, b, c):
            normals[k, 0] += nx
            normals[k, 1] += ny
            normals[k, 2] += nz
    for k in range(points.shape[0]):
        length = math.sqrt(normals[k, 0] ** 2 + normals[k, 1] ** 2 + normals[k, 2] ** 2)
        if length > 1e-12:
            normals[k, 0] /= length
            normals[k, 1] /= length
            normals[k, 2] /= length
    return normals
