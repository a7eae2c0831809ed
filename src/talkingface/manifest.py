"""A prepared or synthesised data set on disk: clips, a manifest of clips, and per-frame tracks.

Layout of a data set folder, format 2; `<hh>` is one of 256 folders, by a hash of the clip's name::

    dataset.json            what all clips share (see DatasetInfo)
    manifest.parquet        one row a clip (see Clip); the record
    manifest.arrow          the same rows as a memory map; made again where it is missing
    clips/<hh>/<clip>.mp4   constant rate, square, short GOP
    tracks/<hh>/<clip>.npy  one record a frame: pose, expression, landmarks, face
"""

from talkingface.dataset.clip import Clip, Measures
from talkingface.dataset.description import FORMAT, POSE_NAMES, DatasetInfo, read_description
from talkingface.dataset.files import checksum, clip_path, size_and_checksum, track_path
from talkingface.dataset.store import dataset_fingerprint, read_dataset, write_dataset
from talkingface.dataset.table import ClipTable
from talkingface.dataset.tracks import Track, read_track, write_track

__all__ = [
    "FORMAT",
    "POSE_NAMES",
    "Clip",
    "ClipTable",
    "DatasetInfo",
    "Measures",
    "Track",
    "checksum",
    "clip_path",
    "dataset_fingerprint",
    "read_dataset",
    "read_description",
    "read_track",
    "size_and_checksum",
    "track_path",
    "write_dataset",
    "write_track",
]
