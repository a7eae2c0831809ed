"""`python -m talkingface.cli` is the same as `talkingface`."""

import sys

from talkingface.cli.main import main

sys.exit(main())
