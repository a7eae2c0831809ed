import hashlib

import pytest

from talkingface.errors import UserError
from talkingface.faces import models
from talkingface.faces.models import MODELS_VARIABLE, ModelFile, find_model

CONTENT = b"weights"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A model with an address, and a cache and a folder of models of the test's own."""
    for name in ("address", "cache", "models"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(models, "user_cache_dir", lambda _: str(tmp_path / "cache"))
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))
    return tmp_path


@pytest.fixture
def wanted(places):
    address = (places / "address" / "model.task").as_uri()
    return ModelFile("model.task", address, hashlib.sha256(CONTENT).hexdigest())


def test_places_are_tried_in_order(places, wanted):
    explicit = places / "mine.task"
    for path in (
        places / "address" / "model.task",
        places / "cache" / "model.task",
        places / "models" / "model.task",
        explicit,
    ):
        path.write_bytes(CONTENT)
    assert find_model(wanted, explicit) == explicit
    assert find_model(wanted) == places / "models" / "model.task"
    (places / "models" / "model.task").unlink()
    assert find_model(wanted) == places / "cache" / "model.task"


def test_model_found_nowhere_is_downloaded_once_into_the_cache(places, wanted):
    (places / "address" / "model.task").write_bytes(CONTENT)
    cached = places / "cache" / "model.task"
    assert find_model(wanted) == cached
    assert cached.read_bytes() == CONTENT
    (places / "address" / "model.task").unlink()
    assert find_model(wanted) == cached


@pytest.mark.parametrize("place", ["mine", "models", "cache", "address"])
def test_other_content_is_refused_wherever_it_is_found(places, wanted, place):
    path = places / place / "model.task"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"not the weights")
    with pytest.raises(UserError, match=f"SHA-256.*{wanted.sha256}"):
        find_model(wanted, path if place == "mine" else None)
    if place == "address":
        assert list((places / "cache").iterdir()) == [], "a refused download leaves nothing"


def test_missing_model_message_says_what_from_where_which_and_where_to(places, wanted):
    with pytest.raises(UserError) as caught:
        find_model(wanted)
    message = str(caught.value)
    for part in (wanted.name, wanted.url, wanted.sha256, str(places / "cache"), MODELS_VARIABLE):
        assert part in message
    assert list((places / "cache").iterdir()) == []


def test_explicit_path_that_does_not_exist_is_not_replaced_by_another_place(places, wanted):
    (places / "cache" / "model.task").write_bytes(CONTENT)
    with pytest.raises(UserError, match=r"absent\.task.*no such file"):
        find_model(wanted, places / "absent.task")
