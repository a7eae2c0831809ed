import hashlib
import socket
import threading
import time

import pytest

from talkingface import model_files
from talkingface.errors import UserError
from talkingface.model_files import (
    MODELS_VARIABLE,
    MissingModelError,
    ModelFile,
    file_sha256,
    find_model,
)

CONTENT = b"weights"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A model with an address, and a cache and a folder of models of the test's own."""
    for name in ("address", "cache", "models"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(model_files, "user_cache_dir", lambda _: str(tmp_path / "cache"))
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
    with pytest.raises(UserError, match=f"SHA-256.*{wanted.sha256}") as caught:
        find_model(wanted, path if place == "mine" else None)
    assert not isinstance(caught.value, MissingModelError), "what is there is not missing"
    if place == "address":
        assert list((places / "cache").iterdir()) == [], "a refused download leaves nothing"


def test_missing_model_message_says_what_from_where_which_and_where_to(places, wanted):
    with pytest.raises(MissingModelError) as caught:
        find_model(wanted)
    message = str(caught.value)
    for part in (wanted.name, wanted.url, wanted.sha256, str(places / "cache"), MODELS_VARIABLE):
        assert part in message
    assert list((places / "cache").iterdir()) == []


def test_explicit_path_that_does_not_exist_is_not_replaced_by_another_place(places, wanted):
    (places / "cache" / "model.task").write_bytes(CONTENT)
    with pytest.raises(UserError, match=r"absent\.task.*no such file") as caught:
        find_model(wanted, places / "absent.task")
    assert not isinstance(caught.value, MissingModelError), "a wrong setting must stop the command"


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\nweig"])
def test_a_server_that_falls_silent_or_breaks_off_is_given_up_soon(places, monkeypatch, answer):
    monkeypatch.setattr(model_files, "_TIMEOUT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        talk = threading.Thread(target=_answer_once, args=(server, answer))
        talk.start()
        began = time.monotonic()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/model.task"
        with pytest.raises(MissingModelError, match="could not be downloaded"):
            find_model(ModelFile("model.task", address, "00"))
        assert time.monotonic() - began < 5
        talk.join()
    assert list((places / "cache").iterdir()) == []


def _answer_once(server, answer):
    """Send an answer and hang up; without one, wait until the other side hangs up."""
    connection, _ = server.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(answer)
        if not answer:
            connection.recv(1024)


def test_the_checksum_of_a_found_file_is_told(places):
    (places / "model.task").write_bytes(CONTENT)
    assert file_sha256(places / "model.task") == hashlib.sha256(CONTENT).hexdigest()
