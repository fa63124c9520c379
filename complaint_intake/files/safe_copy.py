"""A safe copy of a picture: decoded and encoded again, so that only the pixels are left.

What a telephone writes beside them (place, time, model, comments, colour profile, a smaller
preview) is gone, and so is anything hidden in the file's structure. The picture is turned the way
its own note says. Decoding happens in a process of its own, because the file may be made to break
the decoder: that process has no secrets, opens no files, and may use only so much memory and time.
"""

import contextlib
import io
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable

#: Larger pictures are not copied; the largest telephones of today make 50 million.
MOST_PIXELS = 64_000_000
_SECONDS = 90
_MEMORY = 2_000_000_000
_CHUNK = 64 * 1024
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
#: Kinds of pixels that each format keeps; others become coloured ones.
_MODES = {"JPEG": {"L", "RGB"}, "PNG": {"1", "L", "LA", "I;16", "RGB", "RGBA"}}
#: What the process says when the file is no picture that it can read.
_NO_PICTURE = 3


class NoPicture(Exception):
    """The file cannot be decoded, or is too large to be."""


class CopyFailed(Exception):
    """The process ended before its time; it may work another time."""


def make_copy(content: Iterable[bytes], media_type: str, write: Callable[[bytes], object]) -> None:
    """Hand the copy to ``write`` piece by piece; raises NoPicture or CopyFailed."""
    with subprocess.Popen(
        [sys.executable, "-I", __file__, _FORMATS[media_type]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    ) as process:
        assert process.stdin is not None  # noqa: S101 - a pipe
        assert process.stdout is not None  # noqa: S101 - a pipe
        timer = threading.Timer(_SECONDS, process.kill)
        timer.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                for chunk in content:
                    process.stdin.write(chunk)
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            while piece := process.stdout.read(_CHUNK):
                write(piece)
            status = process.wait()
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
    if status == _NO_PICTURE:
        raise NoPicture
    if status:
        raise CopyFailed(f"exit status {status}")


def _work(name: str) -> None:
    """What the process does: a picture on standard input, its copy on standard output."""
    from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin  # noqa: F401 - before limits

    _limit_myself()
    content = io.BytesIO(sys.stdin.buffer.read())
    copy = io.BytesIO()
    try:
        image = Image.open(content, formats=[name])
        if image.width * image.height > MOST_PIXELS:
            sys.exit(_NO_PICTURE)
        turned = ImageOps.exif_transpose(image)
        if turned.mode not in _MODES[name]:
            has_gaps = name == "PNG" and turned.has_transparency_data
            turned = turned.convert("RGBA" if has_gaps else "RGB")
        turned.info.clear()
        if name == "JPEG":
            turned.save(copy, "JPEG", quality=90)
        else:
            turned.save(copy, "PNG")
    except Exception:
        # Decoders raise whatever the file makes them raise; all of it means the same.
        sys.exit(_NO_PICTURE)
    sys.stdout.buffer.write(copy.getbuffer())


def _limit_myself() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    _work(sys.argv[1])
