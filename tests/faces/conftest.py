from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from talkingface.model_files import FACE_LANDMARKER, MissingModelError, find_model
from talkingface.synthetic.clip import frame_times, render_motion


@pytest.fixture(scope="session")
def model(request):
    """The landmarker's model: from the usual places without a download, else from shared/."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("talkingface.model_files._download", _no_download)
        try:
            return find_model(FACE_LANDMARKER)
        except MissingModelError:
            return request.getfixturevalue("shared_dir") / "models" / FACE_LANDMARKER.name


def _no_download(model, target):
    raise MissingModelError(f"{model.name} is not on this machine")


@pytest.fixture(scope="session")
def portrait():
    """A photograph of a face about 100 pixels high: (512, 512, 3) uint8 RGB."""
    data = pytest.importorskip("skimage.data", reason="scikit-image holds the test portrait")
    return np.ascontiguousarray(data.astronaut()[:512, :512])


@pytest.fixture(scope="session")
def close_up(portrait):
    """The same face, large in the picture: (256, 256, 3) uint8 RGB."""
    return np.asarray(Image.fromarray(portrait[0:240, 105:345]).resize((256, 256)))


@pytest.fixture(scope="session")
def talkers():
    """Two synthetic people who talk: 25 frames of (224, 224, 3) each, at 25 frames a second."""
    times = frame_times(25, Fraction(25))
    return [list(render_motion(seed, seed, times, 224)) for seed in (3, 2)]
