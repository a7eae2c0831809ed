"""The command `talkingface`: picks the verb and turns errors into messages and exit statuses."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from talkingface.cli.names import did_you_mean
from talkingface.cli.verbs import VERBS
from talkingface.errors import UserError

USER_ERROR_STATUS = 2
INTERRUPTED_STATUS = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run `talkingface` with the given arguments (the process's own by default).

    Returns the exit status: 0, 2 for bad input (one line on stderr), 130 after an interrupt.
    Any other exception is raised, so that Python prints its traceback and exits with status 1.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        _run(arguments)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return USER_ERROR_STATUS
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED_STATUS
    return 0


def _run(arguments: list[str]) -> None:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_overview())
    elif arguments[0] in ("-V", "--version"):
        from importlib.metadata import version  # noqa: PLC0415  as slow as all else here

        print(f"talkingface {version('talkingface-motion')}")
    elif arguments[0] in VERBS:
        # Hydra takes a third of a second to import: the overview does without it.
        from talkingface.cli.launch import launch  # noqa: PLC0415

        launch(VERBS[arguments[0]], arguments[1:])
    else:
        raise UserError(
            f"no verb '{arguments[0]}'.{did_you_mean(arguments[0], VERBS)} "
            f"The verbs are {', '.join(VERBS)}; talkingface --help says what they do."
        )


def _overview() -> str:
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {verb.name:<{width}}  {verb.summary}" for verb in VERBS.values())
    return f"""\
usage: talkingface VERB [field=value ...]

A portrait and a reference video become a talking video.

{verbs}

talkingface VERB --help   what the verb does, and every field with its default and meaning
talkingface --version     the version installed
"""


if __name__ == "__main__":
    sys.exit(main())
