"""Pictures that people bring: opened, refused, and brought to where the eyes are; portraits, whose eyes are known."""

import io
import math
from statistics import median

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.faces import align, data

UPRIGHT_EXIF = 6  # "turn a quarter to the right"


def dots(size, eyes, radius=6):
    """A grey picture with a red dot for the left eye and a blue one for the right."""
    image = Image.new("RGB", size, (120, 120, 120))
    draw = ImageDraw.Draw(image)
    for (x, y), colour in zip(eyes, ((255, 0, 0), (0, 0, 255)), strict=True):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return image


def centre(picture, channel):
    """Where a dot of a colour is, in shares of the side."""
    others = picture.astype(float).sum(axis=2) - picture[..., channel]
    weight = np.clip(picture[..., channel] - others / 2 - 60, 0, None)  # not what overshoots beside the other dot
    ys, xs = np.mgrid[: picture.shape[0], : picture.shape[1]] + 0.5
    return (xs * weight).sum() / weight.sum() / picture.shape[1], (ys * weight).sum() / weight.sum() / picture.shape[0]


def as_file(image, kind="PNG", **options):
    image.save(file := io.BytesIO(), kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("side", [64, 128])
@pytest.mark.parametrize(
    "eyes", [((200, 300), (320, 300)), ((200, 260), (300, 340)), ((210, 330), (240, 250)), ((60, 50), (150, 50))]
)
def test_eyes_come_to_their_places(eyes, side):
    eyes = tuple((x + 0.0, y + 0.0) for x, y in eyes)
    radius = 0.05 * math.dist(*eyes)
    picture = align.aligned(dots((640, 480), eyes, radius), eyes, side)
    assert picture.shape == (side, side, 3)
    for eye, channel in zip(align.ALIGNED_EYES, (0, 2), strict=True):
        assert centre(picture, channel) == pytest.approx(eye, abs=0.6 / side)


def test_what_lies_outside_repeats_the_edge():
    image = Image.new("RGB", (100, 100), (10, 200, 30))
    assert np.array_equal(align.aligned(image, ((2.0, 5.0), (90.0, 5.0)), 32), np.full((32, 32, 3), (10, 200, 30)))


def test_a_large_picture_is_averaged_not_skipped_over():
    checks = np.indices((1200, 1200)).sum(0) % 2 * 255
    image = Image.fromarray(checks.astype(np.uint8)).convert("RGB")
    picture = align.aligned(image, ((420.0, 504.0), (780.0, 504.0)), 64)
    assert picture.std() < 6
    assert picture.mean() == pytest.approx(127.5, abs=3)


@pytest.mark.parametrize("eyes", [((5.0, 5.0), (6.0, 5.0)), ((-50.0, 5.0), (20.0, 5.0)), ((5.0, 5.0), (500.0, 5.0))])
def test_eyes_that_cannot_be_are_refused(eyes):
    with pytest.raises(ValueError, match="eyes"):
        align.aligned(Image.new("RGB", (100, 100)), eyes, 64)


def test_eyes_of_portraits_are_found_where_they_are():
    portraits = data.showable(data.STORED_SIDE)[:24]
    if not portraits:
        pytest.skip("no portraits in the data folder")
    found = [align.find_eyes(Image.fromarray(data.read(portrait, data.STORED_SIDE))) for portrait in portraits]
    assert sum(eyes is None for eyes in found) <= 3
    wanted = [(x * data.STORED_SIDE, y * data.STORED_SIDE) for x, y in align.ALIGNED_EYES]
    off = [max(math.dist(*pair) for pair in zip(eyes, wanted, strict=True)) for eyes in found if eyes]
    assert median(off) < 0.02 * data.STORED_SIDE
    assert max(off) < 0.08 * data.STORED_SIDE


def test_a_face_on_a_plain_ground_is_found():
    portraits = data.showable(data.STORED_SIDE)[:8]
    if not portraits:
        pytest.skip("no portraits in the data folder")
    found = []
    for portrait in portraits:
        canvas = Image.new("RGB", (1600, 1200), (190, 190, 190))
        canvas.paste(Image.fromarray(data.read(portrait, data.STORED_SIDE)).resize((400, 400)), (500, 250))
        found.append(align.find_eyes(canvas))
    assert sum(eyes is not None for eyes in found) >= 6


def test_a_turned_and_moved_portrait_comes_back():
    portraits = data.showable(data.STORED_SIDE)
    if not portraits:
        pytest.skip("no portraits in the data folder")
    straight = data.read(portraits[0], data.STORED_SIDE)
    canvas = Image.new("RGB", (400, 300), (90, 110, 130))
    canvas.paste(Image.fromarray(straight).resize((200, 200)).rotate(8, Image.Resampling.BICUBIC), (150, 60))
    eyes = align.find_eyes(canvas)
    again = align.aligned(canvas, eyes, data.STORED_SIDE)
    inner = slice(30, 98)
    assert np.corrcoef(straight[inner, inner].ravel(), again[inner, inner].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("picture", [Image.new("RGB", (300, 200), "white"), Image.effect_noise((200, 300), 60)])
def test_no_face_has_no_eyes(picture):
    assert align.find_eyes(picture.convert("RGB")) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_kinds_of_pictures_are_opened(kind):
    image = align.opened(as_file(Image.new("RGB", (40, 30), (200, 10, 10)), kind))
    assert (image.size, image.mode) == ((40, 30), "RGB")
    assert np.asarray(image)[5, 5].tolist() == pytest.approx([200, 10, 10], abs=6)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_pictures_of_other_modes_become_rgb(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert align.opened(as_file(Image.new(mode, (20, 20)), kind)).mode == "RGB"


def test_exif_is_heard():
    image = dots((80, 40), ((20, 20), (60, 20)))
    exif = Image.Exif()
    exif[0x0112] = UPRIGHT_EXIF
    turned = align.opened(as_file(image, "JPEG", exif=exif, quality=95))
    assert turned.size == (40, 80)
    assert np.asarray(turned)[20, 20, 0] > 200


def test_of_a_moving_picture_the_first_frame_counts():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    file = as_file(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert np.asarray(align.opened(file))[3, 3].tolist() == [255, 0, 0]


def test_a_large_picture_is_made_smaller():
    assert max(align.opened(as_file(Image.new("RGB", (4000, 3000)), "JPEG")).size) <= align.LARGEST_SIDE


@pytest.mark.parametrize(
    "file", [b"", b"not a picture", as_file(Image.new("RGB", (64, 64)))[:60], as_file(Image.new("RGB", (9, 9)), "TIFF")]
)
def test_what_is_no_picture_is_refused(file):
    with pytest.raises(align.NoPictureError):
        align.opened(file)


def test_a_huge_picture_is_refused_before_it_is_unpacked(monkeypatch):
    file = as_file(Image.new("1", (20_000, 10_000)))
    assert len(file) < 100_000
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("its pixels were made"))
    with pytest.raises(align.NoPictureError):
        align.opened(file)
