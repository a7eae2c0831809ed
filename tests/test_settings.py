from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from talkingface.errors import UserError
from talkingface.settings import claim_folder

SETTINGS = {"size": 64, "crop": {"mode": "fixed", "scale": 1.0}, "rate": None, "kinds": (1, 2)}


def test_same_settings_may_use_the_folder_again(tmp_path):
    root = tmp_path / "new"
    claim_folder(root, SETTINGS)
    (root / "work").write_text("")
    claim_folder(root, SETTINGS)


def test_other_settings_are_refused_naming_only_the_differing_fields(tmp_path):
    root = tmp_path / "new"
    claim_folder(root, SETTINGS)
    with pytest.raises(UserError) as caught:
        claim_folder(root, SETTINGS | {"size": 32, "crop": {"mode": "tracked", "scale": 1.0}})
    message = str(caught.value)
    assert "size was 64, now 32" in message
    assert "crop.mode was 'fixed', now 'tracked'" in message
    assert "crop.scale" not in message
    assert "rate" not in message


def test_folder_of_foreign_files_is_refused(tmp_path):
    (tmp_path / "precious.txt").write_text("")
    with pytest.raises(UserError, match=r"settings\.json"):
        claim_folder(tmp_path, SETTINGS)
    assert [entry.name for entry in tmp_path.iterdir()] == ["precious.txt"]


def test_damaged_settings_are_named(tmp_path):
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(UserError, match=r"settings\.json"):
        claim_folder(tmp_path, SETTINGS)


@pytest.mark.parametrize("target", ["nowhere", "new"])
def test_a_link_that_leads_nowhere_is_named(tmp_path, target):
    root = tmp_path / "new"
    root.symlink_to(tmp_path / target)
    with pytest.raises(UserError, match=r"new is a link that leads nowhere"):
        claim_folder(root, SETTINGS)


def test_many_may_be_the_first_to_use_a_folder(tmp_path):
    many = 8
    start = Barrier(many)

    def claim(root, number):
        start.wait()
        claim_folder(root, SETTINGS)
        (root / str(number)).write_text("")

    with ThreadPoolExecutor(many) as pool:
        for turn in range(30):
            root = tmp_path / str(turn)
            list(pool.map(claim, [root] * many, range(many)))
            names = {path.name for path in root.iterdir()}
            assert names == {"settings.json", *map(str, range(many))}
