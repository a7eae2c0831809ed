"""Light and colour of every sample, averaged down to pixels."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

_STEPS = 4096


def gamma_table() -> NDArray[np.uint8]:
    """Return the sRGB byte of linear light k / (length - 1), softly compressed near white."""
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

    `background` is linear and of the samples' size; light points to the key light.
    """
    size = out.shape[0]
    step = seen.shape[0] // size
    top = table.shape[0] - 1
    share = 1.0 / (step * step)
    # Half-way vector between the light and a viewer straight ahead.
    hx, hy, hz = light[0], light[1], light[2] + 1.0
    norm = 1.0 / math.sqrt(hx * hx + hy * hy + hz * hz)
    hx, hy, hz = hx * norm, hy * norm, hz * norm
    for row in range(size):
        for column in range(size):
            red, green, blue = 0.0, 0.0, 0.0
            for dy in range(step):
                for dx in range(step):
                    y, x = row * step + dy, column * step + dx
                    f = seen[y, x]
                    if f < 0:
                        red += background[y, x, 0]
                        green += background[y, x, 1]
                        blue += background[y, x, 2]
                        continue
                    a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
                    wa, wb = weights[y, x, 0], weights[y, x, 1]
                    wc = 1.0 - wa - wb
                    nx = wa * normals[a, 0] + wb * normals[b, 0] + wc * normals[c, 0]
                    ny = wa * normals[a, 1] + wb * normals[b, 1] + wc * normals[c, 1]
                    nz = wa * normals[a, 2] + wb * normals[b, 2] + wc * normals[c, 2]
                    length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
                    # The side that is seen is the side that is lit.
                    if nz < 0.0:
                        nx, ny = nx / length, ny / length
                        nz = 0.0 if nz / length > -0.25 else -nz / length
                    else:
                        nx, ny, nz = nx / length, ny / length, nz / length
                    p = face_part[f]
                    u = wa * uv[a, 0] + wb * uv[b, 0] + wc * uv[c, 0]
                    v = wa * uv[a, 1] + wb * uv[b, 1] + wc * uv[c, 1]
                    height, width = int(part_table[p, 1]), int(part_table[p, 2])
                    tx = min(max(u, 0.0), 1.0) * (width - 1)
                    ty = min(max(v, 0.0), 1.0) * (height - 1)
                    ix, iy = min(int(tx), max(width - 2, 0)), min(int(ty), max(height - 2, 0))
                    fx, fy = tx - ix, ty - iy
                    right = 1 if width > 1 else 0
                    below = width if height > 1 else 0
                    t = int(part_table[p, 0]) + iy * width + ix
                    w00, w01 = (1.0 - fx) * (1.0 - fy), fx * (1.0 - fy)
                    w10, w11 = (1.0 - fx) * fy, fx * fy
                    wrap = part_table[p, 5]
                    facing = nx * light[0] + ny * light[1] + nz * light[2]
                    diffuse = max(0.0, (facing + wrap) / (1.0 + wrap))
                    # The sky is brighter than the floor; grazing skin gets a little less of both.
                    sky = (0.72 + 0.28 * ny) * (0.70 + 0.30 * nz)
                    gleam = part_table[p, 3] * max(0.0, nx * hx + ny * hy + nz * hz) ** part_table[p, 4]
                    for k in range(3):
                        reflect = (
                            w00 * texels[t, k]
                            + w01 * texels[t + right, k]
                            + w10 * texels[t + below, k]
                            + w11 * texels[t + below + right, k]
                        )
                        value = reflect * (diffuse * light_colour[k] + sky * ambient[k])
                        value += gleam * light_colour[k]
                        if k == 0:
                            red += value
                        elif k == 1:
                            green += value
                        else:
                            blue += value
            out[row, column, 0] = table[min(int(red * share * top / 1.6), top)]
            out[row, column, 1] = table[min(int(green * share * top / 1.6), top)]
            out[row, column, 2] = table[min(int(blue * share * top / 1.6), top)]
