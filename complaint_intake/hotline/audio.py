"""Recorded prompts: a file for (language, prompt) is played instead of the synthetic voice.

``HOTLINE_AUDIO/<language>/<prompt id>.mp3`` (or ``.wav``). The address of a file has a hash of its
bytes in it, so that it may be kept for ever and a new recording is heard at once.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from complaint_intake.errors import ConfigurationError
from complaint_intake.hotline import prompts
from complaint_intake.languages import LANGUAGES

#: Ending → media type, as the provider plays them; the first one that is there is taken.
TYPES = {".mp3": "audio/mpeg", ".wav": "audio/wav"}


@dataclass(frozen=True, slots=True)
class Clip:
    """One recorded prompt. ``name`` is the last part of its address."""

    name: str
    path: Path
    media_type: str


class Clips:
    """The recorded prompts of an installation, found once when it starts."""

    def __init__(self, folder: Path | None) -> None:
        self._clips: dict[tuple[str, str], Clip] = {}
        if folder is None:
            return
        if not folder.is_dir():
            raise ConfigurationError("HOTLINE_AUDIO is not a folder")
        for language in LANGUAGES:
            for name, text in prompts.ALL.items():
                clip = _find(folder / language, name)
                # One with a value in it cannot be recorded beforehand.
                if clip is not None and "%(" not in text:
                    self._clips[language, text] = clip
        self._by_name = {(language, clip.name): clip for (language, _), clip in self._clips.items()}

    def of(self, language: str, prompt: str) -> Clip | None:
        """Return the recording of a prompt, if there is one."""
        return self._clips.get((language, prompt))

    def named(self, language: str, name: str) -> Clip | None:
        """Return the recording at an address."""
        return self._by_name.get((language, name)) if self._clips else None


def _find(folder: Path, prompt_id: str) -> Clip | None:
    for ending, media_type in TYPES.items():
        path = folder / f"{prompt_id}{ending}"
        if path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            return Clip(f"{prompt_id}.{digest}{ending}", path, media_type)
    return None
