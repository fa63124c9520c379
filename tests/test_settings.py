"""Settings: a bad one stops the start and is named; generated keys stay on this machine."""

import base64
import json
import stat
from pathlib import Path

import pytest

from complaint_intake.errors import ConfigurationError
from complaint_intake.security.keys import load_keys
from complaint_intake.settings import Settings, load_settings

KEY = base64.b64encode(b"k" * 32).decode()
ALL_KEYS = {
    "field_keys": f"a:{KEY}",
    "index_key": KEY,
    "pin_key": KEY,
    "audit_key": KEY,
    "secret_key": "x" * 40,
    "twilio_auth_token": "t" * 32,
    "twilio_account_sid": "AC" + "1" * 32,
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)


@pytest.mark.parametrize(
    "name, value",
    [
        ("PORT", "seventy"),
        ("DATABASE_URL", "mysql://x"),
        ("PUBLIC_BASE_URL", "example.org"),
        ("PUBLIC_BASE_URL", "https://example.org/"),
        ("MAX_UPLOAD_BYTES", "1"),
    ],
)
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        load_settings()


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text(KEY + "\n")
    monkeypatch.setenv("PIN_KEY_FILE", str(tmp_path / "pin"))
    pin_key = load_settings().pin_key
    assert pin_key is not None
    assert pin_key.get_secret_value() == KEY
    monkeypatch.setenv("PIN_KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(ConfigurationError, match="PIN_KEY_FILE"):
        load_settings()


def test_secrets_do_not_show_in_a_representation(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, **ALL_KEYS)
    assert KEY not in repr(settings)
    assert KEY not in repr(load_keys(settings))


def test_keys_are_generated_once_and_only_for_the_owner(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path)
    first = load_keys(settings)
    path = tmp_path / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.generated
    assert load_keys(settings).pin == first.pin
    assert len(set(json.loads(path.read_text()).values())) == 7, "each purpose has its own key"


@pytest.mark.parametrize(
    "where",
    [{"host": "0.0.0.0"}, {"public_base_url": "https://hotline.example.org"}],  # noqa: S104 - the address under test
)
def test_a_server_others_can_reach_needs_its_own_keys(
    tmp_path: Path, where: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError, match="is not set"):
        load_keys(load_settings(var_dir=tmp_path, **where))
    assert not (tmp_path / "keys.json").exists()
    assert not load_keys(load_settings(var_dir=tmp_path, **where, **ALL_KEYS)).generated


@pytest.mark.parametrize("missing", sorted(ALL_KEYS))
def test_each_missing_key_is_named(tmp_path: Path, missing: str) -> None:
    given = {name: value for name, value in ALL_KEYS.items() if name != missing}
    settings = load_settings(var_dir=tmp_path, public_base_url="https://x.example", **given)
    with pytest.raises(ConfigurationError, match=missing.upper()):
        load_keys(settings)


@pytest.mark.parametrize(
    "name, value",
    [("index_key", "c2hvcnQ="), ("field_keys", "c2hvcnQ="), ("secret_key", "c2hvcnQ=")],
)
def test_a_malformed_key_is_named_but_not_shown(tmp_path: Path, name: str, value: str) -> None:
    settings = load_settings(var_dir=tmp_path, **{**ALL_KEYS, name: value})
    with pytest.raises(ConfigurationError, match=name.upper()) as caught:
        load_keys(settings)
    assert value not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="VAR_DIR"):
        load_keys(load_settings(var_dir=tmp_path / "file" / "var"))
