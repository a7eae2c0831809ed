"""The one exception that means: the user's input is at fault, and here is what to do."""


class UserError(Exception):
    """Bad input. The message names the file or field, the rule, and the remedy.

    The command line prints the message alone, without a traceback, and exits with status 2.
    """
