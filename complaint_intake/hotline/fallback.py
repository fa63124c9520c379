"""What callers hear when nothing else answers: a few fixed documents, made without a database.

The same documents can lie on another host as plain files (docs/operations.md): they name each
other by the address they are under, and decide nothing. A key pressed while a language speaks is
the consent to a recording and the choice of that language. The recordings wait at the provider
until the worker finds them.
"""

from collections.abc import Mapping

from complaint_intake.hotline import prompts
from complaint_intake.hotline.twiml import (
    LONGEST_STATEMENT,
    RECORDED_UNTIL,
    Speaker,
    document,
    verb,
)
from complaint_intake.languages import LANGUAGES


def fallback_documents(speaker: Speaker, base: str, ending: str = "") -> Mapping[str, str]:
    """Return the documents by name: ``fallback``, and ``fallback-<language>`` that records.

    ``base`` is the address they are under, without a slash at the end.
    """
    first: list[str] = []
    documents: dict[str, str] = {}
    for language in LANGUAGES:
        name = f"fallback-{language}"
        said = speaker.spoken(prompts.OUT_OF_ORDER, language)
        pressed = {
            "input": "dtmf",
            "action": f"{base}/{name}{ending}",
            "method": "GET",
            "timeout": "3",
            "finishOnKey": "",
            "numDigits": "1",
        }
        first.append(verb("Gather", pressed, said))
        ended = f"{base}/fallback-end-{language}{ending}"
        recorded = {
            "action": ended,
            "method": "GET",
            "timeout": "10",
            "finishOnKey": RECORDED_UNTIL,
            "maxLength": str(LONGEST_STATEMENT),
            "playBeep": "true",
        }
        documents[name] = document(
            [
                speaker.spoken(prompts.OUT_OF_ORDER_SPEAK, language),
                verb("Record", recorded),
                # Only where nothing was said: what follows a recording is the address it names.
                speaker.spoken(prompts.GOODBYE, language),
                verb("Hangup"),
            ]
        )
        goodbye = (prompts.SAVED, prompts.GOODBYE)
        documents[f"fallback-end-{language}"] = document(
            [*(speaker.spoken(one, language) for one in goodbye), verb("Hangup")]
        )
    return {"fallback": document([*first, verb("Hangup")]), **documents}
