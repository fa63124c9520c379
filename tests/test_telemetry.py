"""Logs and counters hold no people; the health pages tell the truth."""

import json
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from complaint_intake import create_app
from complaint_intake.settings import Settings
from complaint_intake.telemetry import configure_logging, log
from tests.test_settings import ALL_KEYS


def test_only_listed_fields_are_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    log.info("complaint filed", queue="CRCL", name="Maria Example", phone="555-0101")
    line = json.loads(capsys.readouterr().err)
    assert line["queue"] == "CRCL"
    assert set(line) == {"event", "level", "timestamp", "queue"}


def test_an_exception_is_logged_by_class_and_place_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging()
    try:
        raise ValueError("A012345678 told us")
    except ValueError as error:
        log.error("round failed", exc_info=error)
    written = capsys.readouterr().err
    assert "A012345678" not in written
    assert json.loads(written)["error"] == "ValueError"


def test_other_libraries_log_no_message_text(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    logging.getLogger("somebody.else").warning("secret %s", "Maria")
    captured = capsys.readouterr()
    assert "Maria" not in captured.out + captured.err
    assert "secret" not in captured.out + captured.err


def test_health_and_readiness(client: FlaskClient, database_url: str) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_a_migrated_database(app: Flask, client: FlaskClient) -> None:
    services = app.extensions["complaint_intake"]
    with services.db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    assert client.get("/readyz").status_code == 503


def test_metrics_are_not_public(client: FlaskClient, settings: Settings) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404


def test_behind_a_proxy_everyone_looks_local_so_metrics_want_their_token(
    settings: Settings,
) -> None:
    public = {**ALL_KEYS, "public_base_url": "https://hotline.example.org"}
    outside = create_app(Settings(**{**settings.model_dump(), **public})).test_client()
    assert outside.get("/metrics").status_code == 404
    token = {**public, "metrics_token": "m" * 20}
    scraped = create_app(Settings(**{**settings.model_dump(), **token})).test_client()
    assert scraped.get("/metrics").status_code == 404
    odd = {"Authorization": "Bearer \xe9"}
    assert scraped.get("/metrics", headers=odd).status_code == 404
    bearer = {"Authorization": "Bearer " + "m" * 20}
    assert scraped.get("/metrics", headers=bearer).status_code == 200


def test_not_ready_while_a_migration_is_missing(app: Flask, client: FlaskClient) -> None:
    with app.extensions["complaint_intake"].db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert client.get("/readyz").status_code == 503
