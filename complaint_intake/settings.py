"""Typed settings, read once from the environment; a bad one stops the start and is named.

Every secret may also come from a file: ``PIN_KEY_FILE=/run/secrets/pin`` stands for ``PIN_KEY``.
Where keys are missing they are generated into ``VAR_DIR/keys.json``, for a demonstration on this
machine only: a server that listens beyond loopback refuses them.
"""

import ipaddress
import os
import re
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from complaint_intake.errors import ConfigurationError

#: Files that one complaint may have.
MOST_FILES = 10
#: Room for what a form's page has besides its files.
TEXT_BYTES = 1_000_000


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads ``NAME`` from the file that ``NAME_FILE`` names."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{field_name.upper()}_FILE")
        if path is None:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            raise ConfigurationError(
                f"{field_name.upper()}_FILE cannot be read: {error.strerror}"
            ) from error

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class Settings(BaseSettings):
    """Everything a deployment may choose. Names in the environment are these in capitals."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    #: Where the database, keys, sealed files and outgoing demo mail live.
    var_dir: Path = Path("var")
    #: ``sqlite:///…`` or ``postgresql://…``; by default SQLite inside ``var_dir``.
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    #: The address the public uses. Webhook signatures are checked against it, never against the
    #: Host header.
    public_base_url: str = ""
    #: How many proxies stand before us, each adding one X-Forwarded-For entry.
    trusted_proxies: int = Field(default=0, ge=0, le=5)

    secret_key: SecretStr | None = None
    #: ``id:base64,id:base64``: 32-byte keys, the first one seals, all of them open.
    field_keys: SecretStr | None = None
    index_key: SecretStr | None = None
    pin_key: SecretStr | None = None
    audit_key: SecretStr | None = None

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    #: Accepted beside the first while tokens are being rotated.
    twilio_auth_token_secondary: SecretStr | None = None
    twilio_api_base: str = "https://api.twilio.com"
    #: The hotline's own numbers (E.164, comma separated); empty accepts any ``To``.
    twilio_numbers: str = ""
    #: The number (E.164) that text messages come from; empty: none are offered.
    twilio_sms_from: str = ""

    #: Whom calls may be put through to, and when (TOML, see hotline/directory.py); None: nobody.
    hotline_directory: Path | None = None
    #: Folder of recorded prompts, ``<language>/<prompt id>.mp3``; None: all are synthetic voices.
    hotline_audio: Path | None = None

    smtp_url: SecretStr | None = None
    mail_from: str = "complaint-intake@localhost"
    #: ``office=address`` pairs, comma separated: where "something waits" is sent.
    office_addresses: str = ""
    #: Where several processes keep shared counts; empty: each keeps its own.
    redis_url: str = ""
    #: Complaints from one network address in an hour, beyond which they are marked and slowed.
    filings_per_address: int = Field(default=30, ge=0)

    operator_name: str = "Complaint Intake demonstration"
    operator_is_demonstration: bool = True
    operator_phone: str = "1-555-555-0100"
    operator_mail: str = "Complaint Intake, P.O. Box 100, Springfield"
    #: Where "Leave this page" leads: a website that tells nothing about the one who opens it.
    exit_url: str = "https://www.weather.gov/"
    #: Offices that run three queues: LESC and INFO become CRCL (routing.md).
    three_queue_office: bool = False
    office_timezone: str = "America/New_York"
    #: The most that one file may have; how large a request may be follows from it.
    max_upload_bytes: int = Field(default=25_000_000, ge=1_000)
    #: With less than this free on the disk of ``var_dir`` no file is taken; complaints still are.
    min_free_bytes: int = Field(default=500_000_000, ge=0)
    #: clamd, as ``unix:/path`` or ``tcp:host:port``; without one files are not scanned.
    clamd_address: str = ""
    #: Bearer token for /metrics; without one it answers loopback only.
    metrics_token: SecretStr | None = None
    log_level: str = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls)

    @field_validator("public_base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or value.endswith("/")):
            raise ValueError("must be http(s)://host without a trailing slash")
        return value

    @field_validator("twilio_sms_from")
    @classmethod
    def _check_number(cls, value: str) -> str:
        if value and not re.fullmatch(r"\+[1-9]\d{6,14}", value):
            raise ValueError("must be a number in E.164 form, such as +15555550100")
        return value

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://")):
            raise ValueError("must start with redis:// or rediss://")
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return value

    @field_validator("clamd_address")
    @classmethod
    def _check_clamd_address(cls, value: str) -> str:
        kind, _, rest = value.partition(":")
        host, _, port = rest.rpartition(":")
        if value and not (
            (kind == "unix" and rest.startswith("/"))
            or (kind == "tcp" and host and port.isascii() and port.isdigit())
        ):
            raise ValueError("must be unix:/path or tcp:host:port")
        return value

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        self.var_dir = self.var_dir.absolute()
        if not self.database_url:
            self.database_url = f"sqlite:///{self.var_dir / 'complaints.sqlite3'}"
        if not self.public_base_url:
            self.public_base_url = f"http://{self.host}:{self.port}"
        if self.twilio_sms_from and not (self.twilio_account_sid and self.twilio_auth_token):
            raise ValueError(
                "TWILIO_SMS_FROM needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN beside it"
            )
        return self

    @property
    def max_request_bytes(self) -> int:
        """The most that one request may have: all files of a complaint, and the form's text."""
        return MOST_FILES * self.max_upload_bytes + TEXT_BYTES

    @property
    def scans_files(self) -> bool:
        """Whether a file is kept from staff until the scanner has called it clean."""
        return bool(self.clamd_address)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server: demo keys and accounts are allowed."""
        return _is_loopback(self.host) and _is_loopback(
            urlsplit(self.public_base_url).hostname or ""
        )

    @property
    def sends_text_messages(self) -> bool:
        """Whether text messages can be sent, and so may be offered."""
        return bool(self.twilio_sms_from)

    @property
    def hotline_numbers(self) -> frozenset[str]:
        """The numbers calls may be addressed to; empty means any."""
        return frozenset(number.strip() for number in self.twilio_numbers.split(",") if number)

    @property
    def office_mailboxes(self) -> dict[str, str]:
        """Office code to mailbox, from ``office_addresses``."""
        pairs = (pair.partition("=") for pair in self.office_addresses.split(",") if pair.strip())
        return {office.strip(): address.strip() for office, _, address in pairs}


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises ConfigurationError that names each bad one."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ConfigurationError(f"bad settings: {problems}") from None
