"""Who is seen: the shape, colours, hair, clothes, background and light of one synthetic person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]

_SKINS = (
    (247, 218, 200),
    (236, 196, 170),
    (219, 172, 138),
    (190, 138, 102),
    (146, 98, 68),
    (112, 74, 54),
)
_HAIRS = (
    (24, 20, 20), (38, 27, 22), (66, 44, 30), (98, 66, 40), (140, 70, 36),
    (176, 128, 72), (214, 180, 120), (120, 116, 114), (206, 202, 198),
)  # fmt: skip
_IRISES = (
    (74, 46, 26),
    (104, 68, 36),
    (60, 104, 150),
    (92, 140, 176),
    (78, 118, 74),
    (116, 112, 66),
)
HAIR_STYLES = (
    "bald", "buzz", "short", "short", "parted", "parted", "bangs",
    "bob", "long", "long", "curly", "bun",
)  # fmt: skip
BEARDS = ("none", "none", "none", "none", "stubble", "stubble", "goatee", "full", "moustache")
NECKLINES = ("crew", "v", "shirt", "scoop", "high")
PATTERNS = ("plain", "plain", "plain", "stripes", "checks")
BACKGROUNDS = ("gradient", "blobs", "shelves", "window", "curtain")
SHAPE_NAMES = (
    "face_width", "face_length", "jaw_width", "cheeks", "chin_length", "chin_out", "forehead",
    "eye_spacing", "eye_size", "eye_height", "eye_tilt", "lid", "socket",
    "nose_length", "nose_width", "nose_out", "nose_tip", "nose_hook",
    "mouth_width", "mouth_height", "mouth_curve", "upper_lip", "lower_lip",
    "brow_height", "brow_tilt", "brow_arch", "brow_thickness", "ear_size", "neck_width",
)  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """One synthetic person; everything about the picture that is not motion.

    Attributes:
        seed: what the identity was sampled from; also seeds its textures.
        shape: SHAPE_NAMES to values, about standard normal, clipped to [-1.8, 1.8].
        skin, hair, iris, lips, cloth, cloth_accent, backdrop, backdrop_accent: sRGB in [0, 1].
        hair_style, beard, neckline, pattern, background: one of the tuples of this module.
        glasses: whether the person wears glasses.
        freckles: amount of freckles in [0, 1].
        part: where the hair parts, -1 (picture's left) to 1.
        light: direction to the key light (x right, y up, z to the viewer), unit length.
        light_colour, ambient_colour: linear light intensities.
    """

    seed: int
    shape: dict[str, float]
    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour
    cloth: Colour
    cloth_accent: Colour
    backdrop: Colour
    backdrop_accent: Colour
    hair_style: str
    beard: str
    neckline: str
    pattern: str
    background: str
    glasses: bool
    freckles: float
    part: float
    light: Colour
    light_colour: Colour
    ambient_colour: Colour

    @staticmethod
    def sample(seed: int) -> Identity:
        """Return the person of a seed: the same seed always gives the same person."""
        rng = np.random.default_rng([seed, 0x1D])
        shape = dict(
            zip(
                SHAPE_NAMES,
                np.clip(rng.normal(size=len(SHAPE_NAMES)), -1.8, 1.8).tolist(),
                strict=True,
            )
        )
        style = str(rng.choice(HAIR_STYLES))
        feminine = style in {"bob", "long", "bun", "bangs"} or rng.random() < 0.25
        darkness = rng.random() ** 1.2
        skin = _along(_SKINS, darkness, 6.0, rng)
        # Dark skin goes with dark hair and brown eyes; age greys any hair.
        hair_place = rng.random() if rng.random() < 0.15 else rng.random() * (0.78 - 0.6 * darkness)
        iris_place = rng.random() * (1.0 if darkness < 0.55 else 0.2)
        rosy = np.array(skin) * (0.80, 0.48, 0.48) + np.array((0.09, 0.02, 0.04))
        lips = _mix(tuple(rosy), (0.70, 0.16, 0.22), rng.uniform(0.3, 0.7) if feminine else 0.25)
        side = rng.choice((-1.0, 1.0)) * rng.uniform(0.15, 0.75)
        light = np.array((side, rng.uniform(0.25, 0.6), 1.0))
        warm = rng.uniform(-0.06, 0.08)
        power = rng.uniform(0.66, 0.88)
        ambient = rng.uniform(0.26, 0.42)
        return Identity(
            seed=seed,
            shape=shape,
            skin=skin,
            hair=_along(_HAIRS, hair_place, 8.0, rng),
            iris=_along(_IRISES, iris_place, 8.0, rng),
            lips=lips,
            cloth=_vivid(rng),
            cloth_accent=_vivid(rng),
            backdrop=_dull(rng),
            backdrop_accent=_dull(rng),
            hair_style=style,
            beard="none" if feminine else str(rng.choice(BEARDS)),
            neckline=str(rng.choice(NECKLINES)),
            pattern=str(rng.choice(PATTERNS)),
            background=str(rng.choice(BACKGROUNDS)),
            glasses=bool(rng.random() < 0.14),
            freckles=float(max(0.0, rng.uniform(-1.0, 1.0))),
            part=float(rng.uniform(-1.0, 1.0)),
            light=_tuple(light / np.linalg.norm(light)),
            light_colour=_tuple(power * np.array((1.0 + warm, 1.0, 1.0 - warm))),
            ambient_colour=_tuple(ambient * np.array((1.0 - warm, 1.0, 1.0 + 1.5 * warm))),
        )


def _tuple(values: np.ndarray) -> Colour:
    return float(values[0]), float(values[1]), float(values[2])


def _mix(a: Colour, b: Colour, amount: float) -> Colour:
    return _tuple(np.array(a) * (1.0 - amount) + np.array(b) * amount)


def _along(
    table: tuple[Colour, ...], place: float, jitter: float, rng: np.random.Generator
) -> Colour:
    stops = np.array(table, float)
    at = place * (len(stops) - 1)
    colour = [np.interp(at, np.arange(len(stops)), stops[:, k]) for k in range(3)]
    return _tuple(np.clip(np.array(colour) + rng.normal(size=3) * jitter * 0.5, 8, 250) / 255.0)


def _hsv(hue: float, saturation: float, value: float) -> Colour:
    bands = np.abs((hue * 6.0 + np.array((0.0, 4.0, 2.0))) % 6.0 - 3.0) - 1.0
    return _tuple(value * (1.0 - saturation + saturation * np.clip(bands, 0.0, 1.0)))


def _vivid(rng: np.random.Generator) -> Colour:
    return _hsv(rng.random(), rng.uniform(0.1, 0.8), rng.choice((0.15, 0.4, 0.65, 0.92)))


def _dull(rng: np.random.Generator) -> Colour:
    return _hsv(rng.random(), rng.uniform(0.05, 0.55), rng.uniform(0.2, 0.85))
