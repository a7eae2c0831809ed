import re
import zlib

from talkingface.prepare.naming import owner, prefixes, shard_of


def test_names_of_clips_are_plain_short_and_never_shared():
    names = [
        "a/take.mp4",
        "b/take.mp4",
        "a/take.mov",
        "\\n ünï 😀.mp4",
        "x" * 300 + ".mp4",
        "-rf.mp4",
        "...mp4",
        "noext",
        "人.mp4",
    ]
    chosen = prefixes(names)
    assert len(set(chosen.values())) == len(names)
    for prefix in chosen.values():
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*-[0-9a-f]{8}", prefix)
        assert len(f"{prefix}-000") <= 120
    assert chosen["a/take.mp4"].startswith("take-")
    assert chosen["人.mp4"].startswith("video-")


def test_a_name_does_not_depend_on_what_else_is_there():
    assert prefixes(["a.mp4", "b.mp4"])["a.mp4"] == prefixes(["a.mp4"])["a.mp4"]


def test_two_videos_with_one_key_get_longer_ones(monkeypatch):
    # No two short names with one SHA-256 key are known, so the key is made weaker.
    monkeypatch.setattr(
        "talkingface.prepare.naming._key",
        lambda name, digits: f"{zlib.crc32(name.encode()) if digits > 8 else 7:0{digits}x}",
    )
    chosen = prefixes(["a/t.mp4", "b/t.mp4", "u.mp4"])
    assert [len(prefix.rpartition("-")[2]) for prefix in chosen.values()] == [16, 16, 8]
    assert len(set(chosen.values())) == 3


def test_the_shard_of_a_file_is_that_of_its_video():
    for name in ("a.mp4", "b/c.mov", "d"):
        prefix = prefixes([name])[name]
        shard = shard_of(name, 7)
        assert owner(f"{prefix}-000.mp4", 7) == (prefix, shard, False)
        assert owner(f"{prefix}-1234.npy.77.partial", 7) == (prefix, shard, True)
    assert owner("README", 7) is None
    assert {shard_of(f"{number}.mp4", 5) for number in range(100)} == set(range(5))
