"""Build hook: compiles the translation catalogues, so that a wheel carries what gettext reads."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface[Any]):
    """Writes messages.mo beside each messages.po before the files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for source in sorted(Path(self.root, "translations").glob("*/LC_MESSAGES/*.po")):
            with source.open("rb") as catalogue:
                messages = read_po(catalogue, locale=source.parent.parent.name)
            with source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, messages)
