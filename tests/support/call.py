"""A telephone for the terminal: calls the running server as the provider would.

`python3 dev.py call [--language vi] [--keys 122]` prints what the caller hears and asks for what
the caller does. For demonstrations and for looking into a call; it works on lines, also piped.
"""

import argparse
import dataclasses
import os
import re
import secrets
import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree as ET

from complaint_intake.languages import LANGUAGES
from tests.support.phone import Line, Phone, check_document

KEYS = re.compile(r"[0-9*#]+")
OUTCOMES = {"a": "completed", "b": "busy", "n": "no-answer", "f": "failed"}
HELP = "Enter alone stays silent, h hangs up, r sends the last webhook again."
#: Words a person says in a second, for the length of a recording nobody made.
WORDS_A_SECOND = 2

#: Asks the person at the terminal; raises EOFError when nobody is there any more.
Ask = Callable[[str], str]


class Handset:
    """One call at a terminal. ``ahead`` are keys to press before anyone is asked."""

    def __init__(self, phone: Phone, ask: Ask, ahead: str = "") -> None:
        self._phone, self._ask, self._ahead = phone, ask, ahead
        self._locale = ""

    def talk(self) -> None:
        """Hold the conversation until one side hangs up."""
        try:
            self._phone.dial()
            self._print(self._phone.document)
            while self._go_on():
                self._print(self._phone.document)
        except (EOFError, KeyboardInterrupt):
            print()
        self._phone.hang_up()
        print("The call is over." if self._phone.is_over else "You hung up.")

    def _go_on(self) -> bool:
        """Do what the document awaits; False when there is nothing more to hear."""
        document = self._phone.document
        awaits = next((verb for verb in document if verb.tag in self._ANSWERS), None)
        return awaits is not None and self._ANSWERS[awaits.tag](self, awaits)

    def _gather(self, gather: ET.Element) -> bool:
        hears = gather.get("input", "dtmf").split()
        ways = {"dtmf": "press keys", "speech": "speak (type words)"}
        given = self._ahead if "dtmf" in hears else ""
        if not given:
            given = self._line(" or ".join(ways[way] for way in hears) + ": ")
        if given == "h":
            return False
        if not given:
            self._phone.wait()
        elif "dtmf" in hears and KEYS.fullmatch(given):
            pressed, self._ahead = split_keys(given, gather)
            if not pressed:  # a finishing key alone: the telephone does nothing
                return self._gather(gather)
            self._phone.press(pressed)
        elif "speech" in hears:
            self._phone.say(given)
        else:
            print(f"Keys are 0 to 9, * and #. {HELP}")
            return self._gather(gather)
        return True

    def _record(self, _record: ET.Element) -> bool:
        said = self._line("speak after the tone (type words, Enter ends): ")
        if said == "h":
            return False
        if said:
            self._phone.talk(max(1, len(said.split()) // WORDS_A_SECOND))
        else:
            self._phone.wait()
        return True

    def _dial(self, _dial: ET.Element) -> bool:
        print(f"(would ring {', '.join(self._phone.numbers_called) or 'nobody'})")
        asked = "how does it end? a answered, b busy, n no answer, f failed: "
        while (given := self._line(asked)) not in OUTCOMES:
            if given == "h":
                return False
        self._phone.dialled(OUTCOMES[given])
        return True

    def _redirect(self, _redirect: ET.Element) -> bool:
        self._phone.wait()
        return True

    _ANSWERS = {"Gather": _gather, "Record": _record, "Dial": _dial, "Redirect": _redirect}

    def _line(self, prompt: str) -> str:
        while (given := self._ask(prompt).strip()) == "r":
            print("(the last webhook, once more)")
            self._print(check_document(self._phone.replay()))
        return given

    def _print(self, document: ET.Element) -> None:
        """Print the words of a document as they are heard, and the language where it changes."""
        width = min(shutil.get_terminal_size().columns, 100)
        print()
        for heard in document.iter():
            if heard.tag == "Play":
                print(f"(plays {heard.text})")
            elif heard.tag == "Say":
                locale = heard.get("language", "")
                if locale != self._locale:
                    print(f"[{locale}]")
                    self._locale = locale
                print(textwrap.fill(heard.text or "", width))


def split_keys(keys: str, gather: ET.Element) -> tuple[str, str]:
    """What a question takes of keys that are pressed in a row, and what is left of them."""
    longest = int(gather.get("numDigits", "0")) or len(keys)
    finish = gather.get("finishOnKey", "#")
    taken, ended, rest = keys.partition(finish) if finish else (keys, "", "")
    if len(taken) > longest:
        return keys[:longest], keys[longest:]
    # A finishing key does nothing before a first digit.
    return (taken, rest) if taken or not ended else split_keys(rest, gather)


def keys(text: str) -> str:
    """Keys as an option; raises ValueError."""
    if not KEYS.fullmatch(text):
        raise ValueError(text)
    return text


def ask(prompt: str) -> str:
    """Read a line; piped ones are shown, as a terminal shows what is typed."""
    given = input(prompt)
    if not sys.stdin.isatty():
        print(given)
    return given


def line_to(url: str, var_dir: Path) -> Line:
    """The line to a server: with the keys of the environment, or those the server generated."""
    account, token = (os.environ.get(f"TWILIO_{name}") for name in ("ACCOUNT_SID", "AUTH_TOKEN"))
    if account and token:
        line = Line.over_http(url, account, token)
    else:
        try:
            line = Line.to_server(url, var_dir)
        except FileNotFoundError as error:
            stop(f"No keys at {error.filename}: start the server once, or name its --var-dir.")
    number = os.environ.get("TWILIO_NUMBERS", "").split(",")[0].strip()
    return dataclasses.replace(
        line,
        base_url=os.environ.get("PUBLIC_BASE_URL", url).rstrip("/"),
        hotline_number=number or line.hotline_number,
    )


def stop(text: str) -> NoReturn:
    raise SystemExit(text)


def main() -> None:
    """Read the options and call."""
    options = argparse.ArgumentParser(prog="dev.py call", description=__doc__.partition("\n")[0])
    address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    folder = Path(os.environ.get("VAR_DIR", "var"))
    options.add_argument("--url", default=address, help="the server (default: %(default)s)")
    options.add_argument("--var-dir", type=Path, default=folder, help="where its keys.json is")
    options.add_argument("--language", choices=LANGUAGES, help="press the key of this language")
    options.add_argument("--keys", type=keys, help="press these first, such as 1222")
    given = options.parse_args()
    chosen = str(list(LANGUAGES).index(given.language) + 1) if given.language else ""
    url = given.url.rstrip("/")
    phone = Phone(line_to(url, given.var_dir), call_sid=f"CA{secrets.token_hex(16)}")
    print(f"Calling {url} as {phone.call_sid}. {HELP}")
    try:
        Handset(phone, ask, chosen + (given.keys or "")).talk()
    except OSError as error:
        stop(f"No server answers at {url} ({error}): start one with `make run`.")
    except AssertionError as error:
        if phone.heard:
            raise
        stop(f"The server at {url} does not take the call: {error}. Are the keys its own?")


if __name__ == "__main__":
    main()
