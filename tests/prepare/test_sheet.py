import io

import numpy as np
from PIL import Image

from talkingface.prepare.sheet import contact_sheet


def picture(colour, size=(96, 48)):
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, "JPEG")
    return content.getvalue()


def test_every_picture_is_on_the_sheet_in_rows_with_its_shape_kept():
    red, blue = picture((250, 0, 0)), picture((0, 0, 250), (48, 96))
    sheet = np.asarray(
        Image.open(io.BytesIO(contact_sheet([(red, "a"), (blue, "b"), (b"", "")], 2)))
    ).astype(int)
    is_red = (sheet[..., 0] > 200) & (sheet[..., 2] < 60)
    is_blue = (sheet[..., 2] > 200) & (sheet[..., 0] < 60)
    rows, columns = np.nonzero(is_red)
    assert abs(np.ptp(columns) + 1 - 96) <= 2
    assert abs(np.ptp(rows) + 1 - 48) <= 2
    rows, columns = np.nonzero(is_blue)
    assert abs(np.ptp(columns) + 1 - 48) <= 2
    assert abs(np.ptp(rows) + 1 - 96) <= 2
    assert sheet.shape[0] > 2 * 96


def test_captions_are_written_below_and_long_ones_are_cut():
    plain = contact_sheet([(picture((0, 0, 0)), "")], 1)
    written = contact_sheet([(picture((0, 0, 0)), "face 31 pixels high, least 64 " * 9)], 1)
    before, after = (np.asarray(Image.open(io.BytesIO(sheet))) for sheet in (plain, written))
    assert before.shape == after.shape
    assert (after[103:] > 150).any()
    assert not (before[103:] > 150).any()
