"""Light and colour of every sample, averaged down to pixels."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

_STEPS = 4096


def gamma_table() -> NDArray[np.uint8]:
    """Return the sRGB bytes of linear light from 0 to 1.6, softly compressed near white."""
    light = np.linspace(0.0, 1.6, _STEPS)
    light = np.where(light < 0.7, light, 0.7 + 0.3 * np.tanh((light - 0.7) / 0.3))
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.clip(np.round(255.0 * value), 0, 255).astype(np.uint8)


@njit(cache=True, nogil=True)
def shade(  # type: ignore[no-untyped-def]
    seen, weights, faces, normals, uv, face_part, part_table, texels, background, light,
    light_colour, ambient, table, out,
):  # fmt: skip
    """Fill `out` (size, size, 3) uint8 from samples (size * k, size * k); see Model for arrays.

    `background` is linear and of the samples' size; `light` (2, 3) holds the directions
    to the key light and half-way from there to the viewer.
    """
    size = out.shape[0]
    step = seen.shape[0] // size
    top = table.shape[0] - 1
    scale = top / 1.6 / (step * step)
    for row in range(size):
        for column in range(size):
            total_r, total_g, total_b = 0.0, 0.0, 0.0
            for y in range(row * step, (row + 1) * step):
                for x in range(column * step, (column + 1) * step):
                    f = seen[y, x]
                    if f < 0:
                        total_r += background[y, x, 0]
                        total_g += background[y, x, 1]
                        total_b += background[y, x, 2]
                        continue
                    wa, wb = weights[y, x, 0], weights[y, x, 1]
                    diffuse, sky, gleam = _light(
                        f, wa, wb, faces, normals, part_table, face_part[f], light
                    )
                    r, g, b = _texel(f, wa, wb, faces, uv, part_table, face_part[f], texels)
                    total_r += r * (diffuse * light_colour[0] + sky * ambient[0])
                    total_g += g * (diffuse * light_colour[1] + sky * ambient[1])
                    total_b += b * (diffuse * light_colour[2] + sky * ambient[2])
                    total_r += gleam * light_colour[0]
                    total_g += gleam * light_colour[1]
                    total_b += gleam * light_colour[2]
            out[row, column, 0] = table[min(int(total_r * scale), top)]
            out[row, column, 1] = table[min(int(total_g * scale), top)]
            out[row, column, 2] = table[min(int(total_b * scale), top)]


@njit(inline="always")
def _light(f, wa, wb, faces, normals, parts, p, light):  # type: ignore[no-untyped-def]
    """Return the key light, the sky's light and the highlight at a place on triangle f."""
    a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
    wc = 1.0 - wa - wb
    nx = wa * normals[a, 0] + wb * normals[b, 0] + wc * normals[c, 0]
    ny = wa * normals[a, 1] + wb * normals[b, 1] + wc * normals[c, 1]
    nz = wa * normals[a, 2] + wb * normals[b, 2] + wc * normals[c, 2]
    inverse = 1.0 / (math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12)
    nx, ny, nz = nx * inverse, ny * inverse, nz * inverse
    # Round the outline a normal may lean away a little; beyond that it is an inner side, lit alike.
    if nz < 0.0:
        nz = 0.0 if nz > -0.25 else -nz
    wrap = parts[p, 5]
    facing = nx * light[0, 0] + ny * light[0, 1] + nz * light[0, 2]
    diffuse = max(0.0, (facing + wrap) / (1.0 + wrap))
    # The sky is brighter than the floor; grazing skin gets a little less of both.
    sky = (0.72 + 0.28 * ny) * (0.70 + 0.30 * nz)
    shine = max(0.0, nx * light[1, 0] + ny * light[1, 1] + nz * light[1, 2])
    for _ in range(int(parts[p, 4])):
        shine *= shine
    return diffuse, sky, parts[p, 3] * shine


@njit(inline="always")
def _texel(f, wa, wb, faces, uv, parts, p, texels):  # type: ignore[no-untyped-def]
    """Return the reflectance at a place on triangle f, blended from four texels."""
    a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
    wc = 1.0 - wa - wb
    height, width = int(parts[p, 1]), int(parts[p, 2])
    u = wa * uv[a, 0] + wb * uv[b, 0] + wc * uv[c, 0]
    v = wa * uv[a, 1] + wb * uv[b, 1] + wc * uv[c, 1]
    tx, ty = min(max(u, 0.0), 1.0) * (width - 1), min(max(v, 0.0), 1.0) * (height - 1)
    ix, iy = min(int(tx), max(width - 2, 0)), min(int(ty), max(height - 2, 0))
    fx, fy = tx - ix, ty - iy
    first = int(parts[p, 0]) + iy * width + ix
    right = first + (1 if width > 1 else 0)
    below = width if height > 1 else 0
    w00, w01, w10, w11 = (1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy
    red = w00 * texels[first, 0] + w01 * texels[right, 0]
    red += w10 * texels[first + below, 0] + w11 * texels[right + below, 0]
    green = w00 * texels[first, 1] + w01 * texels[right, 1]
    green += w10 * texels[first + below, 1] + w11 * texels[right + below, 1]
    blue = w00 * texels[first, 2] + w01 * texels[right, 2]
    blue += w10 * texels[first + below, 2] + w11 * texels[right + below, 2]
    return red, green, blue
