"""The scanner's answers, and what becomes of silence."""

import socket
import threading

import pytest

from complaint_intake.files import clamd as client
from complaint_intake.files.clamd import ScanFailed, scan
from tests.support.clamd import VIRUS, FakeClamd


def test_a_clean_and_an_infected_file(clamd: FakeClamd) -> None:
    assert scan(clamd.address, [b"words " * 9_000, b"more"]) is None
    assert clamd.scanned == [b"words " * 9_000 + b"more"]
    assert scan(clamd.address, [b"a", VIRUS]) == "Win.Test.Harmless-1"


@pytest.mark.parametrize(
    "answer, code",
    [
        (b"stream: Can't allocate memory ERROR\0", "scanner_error"),
        (b"", "scanner_error"),
        (b"UNKNOWN COMMAND\0", "scanner_error"),
    ],
)
def test_anything_but_ok_is_no_clean_file(clamd: FakeClamd, answer: bytes, code: str) -> None:
    clamd.answer = answer
    with pytest.raises(ScanFailed) as failed:
        scan(clamd.address, [b"words"])
    assert failed.value.code == code


def test_a_file_beyond_the_scanners_limit(clamd: FakeClamd) -> None:
    clamd.stream_max = 100_000
    with pytest.raises(ScanFailed) as failed:
        scan(clamd.address, (bytes(60_000) for _part in range(200)))
    assert failed.value.code in ("too_large", "scanner_down")


def test_a_signature_is_a_code_and_no_text(clamd: FakeClamd) -> None:
    clamd.answer = b"stream: Bad<script>\xff name;" + b"x" * 300 + b" FOUND\0"
    signature = scan(clamd.address, [b"words"])
    assert signature is not None
    assert signature.startswith("Bad_script_")
    assert len(signature) == 120
    assert "<" not in signature


def test_a_scanner_that_is_down_or_silent(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ScanFailed, match="scanner_down"):
        scan(f"unix:{tmp_path}/nothing", [b"words"])
    monkeypatch.setattr(client, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        held: list[socket.socket] = []
        thread = threading.Thread(target=lambda: held.append(silent.accept()[0]))
        thread.start()
        with pytest.raises(ScanFailed, match="scanner_down"):
            scan(f"tcp:127.0.0.1:{port}", [b"words"])
        thread.join()
        held[0].close()
