"""The one exception that means: the user's input is at fault, and here is what to do."""

from __future__ import annotations

from talkingface.reasons import Reason


class UserError(Exception):
    """Bad input. The message names the file or field, the rule, and the remedy.

    The command line prints the message alone, without a traceback, and exits with status 2.
    """


class MediaError(UserError):
    """A media file that cannot be used.

    Args:
        message: as UserError's.
        reason: what is wrong with the file, for counting.
    """

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type[MediaError], tuple[str, Reason]]:
        """Say how the error is made again in another process."""
        return type(self), (str(self), self.reason)
