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
