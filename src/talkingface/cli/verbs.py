"""The verbs of `talkingface`: what each does and how it is used, in words for `--help`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """One verb; its primary configuration is conf/<name>.yaml, its code talkingface.cli.<name>.

    Attributes:
        name: as typed on the command line.
        summary: one sentence for the list of verbs.
        description: two or three sentences for the verb's own help.
        examples: argument lists, each a valid command after `talkingface <name> `.
    """

    name: str
    summary: str
    description: str
    examples: tuple[str, ...]


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            "synthesize",
            "Make a data set of procedural talking heads with exact pose and expression.",
            "Draws talking heads whose head pose, expression and landmarks are known exactly, and "
            "writes them as a data set that train and evaluate read. It needs no download.",
            ("",),
        ),
        Verb(
            "prepare",
            "Turn raw videos into a data set of face crops with measured pose and expression.",
            "Finds and follows the face in each raw video, crops and scales it, measures head pose "
            "and expression, and writes short-GOP clips at a constant frame rate.",
            ("",),
        ),
        Verb(
            "train",
            "Train a model; the same command again resumes or skips the run.",
            "Trains a model on a data set. A run is named after its configuration and lives in "
            "runs/<name>: the same command again resumes an unfinished run and skips a finished "
            "one. With --multirun, values separated by commas become one run each.",
            ("",),
        ),
        Verb(
            "evaluate",
            "Measure a trained model by self- and cross-reenactment.",
            "Reenacts held-out clips with a trained model and measures image quality, identity, "
            "pose and expression. A metric whose model file is missing is reported as missing.",
            ("",),
        ),
        Verb(
            "animate",
            "Make a portrait talk like a reference video.",
            "Moves the face of a portrait with the head pose and facial motion of a driving video "
            "and writes a video with the driving video's duration, frame rate and sound.",
            ("",),
        ),
    )
}
