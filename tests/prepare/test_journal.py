import math

import pytest

from talkingface.manifest import Clip, Measures
from talkingface.prepare.journal import Journal, JournalWriter, Stamp
from talkingface.prepare.piece import Piece
from talkingface.reasons import Reason

STAMP = Stamp(5, 6, "a-00000000", "", {"min_face": 64.0}, {"memory": 1.0, "file_seconds": None})


def kept(name, thumbnail=b""):
    measures = Measures(face_px=99.5)
    row = Clip(name, "who", "a.mp4", 5, 25, 1, 0.5, 1.5, 2.5, True, crc32=7, measures=measures)
    return Piece(0.0, 0.2, Reason.KEPT, "", measures, row, (1, 2**64 - 1), thumbnail)


def test_what_was_made_comes_back_as_it_was(tmp_path):
    writer = JournalWriter(tmp_path / "0-of-1")
    (tmp_path / "0-of-1").mkdir()
    gone = Piece(0.2, 1 / 3, Reason.NO_FACE, 'ünï "x"', Measures(face_share=0.0), None, (), b"def")
    writer.add("a.mp4", STAMP, [kept("c", b"abc"), gone], [b"\1\2", b""])
    writer.add("ü.mp4", STAMP, [kept("d", b"ghi")], [b""])
    record = Journal(tmp_path).record("a.mp4")
    assert record.stamp == STAMP
    assert [picture.read() for picture in record.pictures] == [b"abc", b"def"]
    assert record.motions == (b"\1\2", b"")
    first, second = record.pieces
    assert first.clip == kept("c").clip
    assert first.looks == (1, 2**64 - 1)
    assert (second.seconds, second.detail) == (1 / 3, 'ünï "x"')
    assert math.isnan(second.measures.face_px)
    assert Journal(tmp_path).record("ü.mp4").pictures[0].read() == b"ghi"
    assert Journal(tmp_path).record("absent") is None


def test_the_newest_record_counts_whichever_process_wrote_it(tmp_path):
    for number, shard in enumerate(("9-of-10", "0-of-1", "5-of-6")):
        (tmp_path / shard).mkdir()
        JournalWriter(tmp_path / shard).add("a.mp4", STAMP, [kept(f"c{number}")], [b""])
    assert Journal(tmp_path).record("a.mp4").pieces[0].clip.clip == "c2"


@pytest.mark.parametrize("lost", [1, 20, 300])
def test_a_torn_record_is_as_if_it_were_not_there(tmp_path, lost):
    (tmp_path / "0-of-1").mkdir()
    writer = JournalWriter(tmp_path / "0-of-1")
    for name in ("a.mp4", "b.mp4"):
        writer.add(name, STAMP, [kept(name)], [b""])
    (path,) = tmp_path.glob("*/*.journal")
    path.write_bytes(path.read_bytes()[:-lost])
    assert list(Journal(tmp_path)) == ["a.mp4"]
