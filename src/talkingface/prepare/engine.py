"""A folder of anything becomes a data set: in parallel, on several machines, resumed at will."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from talkingface.adapters.listing import Listing, list_sources
from talkingface.errors import MediaError, UserError
from talkingface.manifest import clip_path, track_path
from talkingface.prepare.filters import decide
from talkingface.prepare.folder import claim, held, sweep
from talkingface.prepare.journal import Journal, JournalWriter, Record, Stamp
from talkingface.prepare.merge import Inventory, Job, merge
from talkingface.prepare.naming import prefixes, shard_of
from talkingface.prepare.order import Order
from talkingface.prepare.piece import Beat, Piece
from talkingface.prepare.pieces import make_pieces
from talkingface.prepare.progress import Progress
from talkingface.prepare.serving import FULL
from talkingface.prepare.summary import Summary
from talkingface.prepare.supervised import DiskFullError, Supervised
from talkingface.prepare.verdicts import FAILURES, SOFT
from talkingface.prepare.walk import Found, Ignored, Unusable, walk
from talkingface.reasons import Reason
