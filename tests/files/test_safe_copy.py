"""A safe copy holds the pixels and nothing else; a hostile picture harms only its own process."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from complaint_intake.files import safe_copy
from complaint_intake.files.safe_copy import CopyFailed, NoPicture, make_copy

SECRETS = (
    b"Secretmodel",
    b"Secretcomment",
    b"Secrettext",
    b"ICC_PROFILE",
    b"iCCP",
    b"Exif",
    b"XMP",
)


def copy_of(content: bytes, media_type: str) -> bytes:
    pieces: list[bytes] = []
    make_copy([content[:100], content[100:]], media_type, pieces.append)
    return b"".join(pieces)


def photo(orientation: int = 6, mode: str = "RGB") -> bytes:
    """A photo of 60 x 40, red on the left half, that a telephone took on its side."""
    image = Image.new(mode, (60, 40), {"RGB": (0, 0, 255), "CMYK": (255, 255, 0, 0), "L": 40}[mode])
    image.paste({"RGB": (255, 0, 0), "CMYK": (0, 255, 255, 0), "L": 200}[mode], (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0110] = "Secretmodel"
    exif.get_ifd(0x8825)[2] = (34.0, 3.0, 8.0)  # latitude
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = io.BytesIO()
    image.save(
        file, "JPEG", exif=exif, comment=b"Secretcomment", icc_profile=profile, dpi=(300, 300)
    )
    return file.getvalue()


def test_a_photo_loses_what_the_camera_wrote_and_stands_upright() -> None:
    original = photo()
    assert b"Secretmodel" in original
    copy = copy_of(original, "image/jpeg")
    assert [secret for secret in SECRETS if secret in copy] == []
    with Image.open(io.BytesIO(copy)) as image:
        assert (image.format, image.size) == ("JPEG", (40, 60))
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert image.info.get("jfif_density") == (1, 1)
        red, _green, blue = image.getpixel((20, 10))
        assert red > 200 > 60 > blue, "what was on the left is on top"


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_kinds_of_photos(mode: str) -> None:
    with Image.open(io.BytesIO(copy_of(photo(1, mode), "image/jpeg"))) as image:
        assert image.size == (60, 40)
        assert image.mode in ("L", "RGB")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_keeps_its_pixels_only(mode: str) -> None:
    image = Image.new(mode, (30, 20))
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "Secrettext")
    text.add_itxt("XML:com.adobe.xmp", "XMP Secrettext")
    exif = Image.Exif()
    exif[0x0110] = "Secretmodel"
    file = io.BytesIO()
    extra = {"transparency": 0} if mode == "P" else {}
    image.save(file, "PNG", pnginfo=text, exif=exif, **extra)
    copy = copy_of(file.getvalue(), "image/png")
    assert [secret for secret in SECRETS if secret in copy] == []
    with Image.open(io.BytesIO(copy)) as result:
        assert (result.format, result.size, result.info) == ("PNG", (30, 20), {})
        if mode not in ("P", "1"):
            assert list(result.convert(mode).tobytes()) == list(image.tobytes())


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims to be of this size, with hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content, media_type",
    [
        (png_of(30_000, 30_000), "image/png"),
        (png_of(2_000_000_000, 2_000_000_000), "image/png"),
        (png_of(3_000, 3_000), "image/png"),  # its end is missing
        (photo()[:400], "image/jpeg"),
        (b"", "image/png"),
        (photo(), "image/png"),
        (b"\xff\xd8\xff\xe0" + random.Random(3).randbytes(5_000), "image/jpeg"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(content: bytes, media_type: str) -> None:
    with pytest.raises(NoPicture):
        copy_of(content, media_type)


def test_a_process_that_ends_early_is_told_from_a_bad_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(safe_copy, "_SECONDS", 0)
    with pytest.raises(CopyFailed):
        copy_of(photo(), "image/jpeg")


def test_the_process_has_no_secrets_and_writes_no_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    started: dict[str, object] = {}
    popen = safe_copy.subprocess.Popen

    def watch(*arguments: object, **options: object) -> object:
        started.update(options)
        return popen(*arguments, **options)

    monkeypatch.setenv("PIN_KEY", "secret")
    monkeypatch.setattr(safe_copy.subprocess, "Popen", watch)
    copy_of(photo(), "image/jpeg")
    assert started["env"] == {}
    assert started["cwd"] == "/"
