"""Arms that run at a time share a machine fairly."""

import pytest

from talkingface.runs.shares import share_of_machine


@pytest.mark.parametrize(
    ("visible", "places", "shares"),
    [
        ("0,1,2,3", 2, ["0,2", "1,3"]),
        ("4,7", 2, ["4", "7"]),
        ("0", 3, ["0", "0", "0"]),
        ("GPU-a,GPU-b,GPU-c", 2, ["GPU-a,GPU-c", "GPU-b"]),
    ],
)
def test_every_arm_gets_gpus_of_its_own_as_far_as_there_are_any(
    monkeypatch: pytest.MonkeyPatch, visible: str, places: int, shares: list[str]
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    found = [share_of_machine(place, places)["CUDA_VISIBLE_DEVICES"] for place in range(places)]
    assert found == shares


def test_cpu_cores_are_divided_and_none_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(8)))
    assert share_of_machine(0, 3) == {"OMP_NUM_THREADS": "2"}
    assert share_of_machine(0, 20) == {"OMP_NUM_THREADS": "1"}
