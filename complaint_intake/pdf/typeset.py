"""The child process: reads a request from standard input, writes a PDF or the names of fonts.

Run as a script and not as a module: it needs nothing of the application.
"""

import json
import sys
from pathlib import Path

import typst


def main() -> None:
    request = json.load(sys.stdin)
    if sys.argv[1] == "fonts":
        json.dump(typst.Fonts(include_system_fonts=True).families(), sys.stdout)
        return
    document = typst.Compiler(
        Path(request["template"]).read_bytes(),
        font_paths=typst.Fonts(include_system_fonts=request["system"]),
        sys_inputs={"data": request["data"]},
    ).compile(format="pdf", pdf_standards=["ua-1"])
    if not isinstance(document, bytes):
        raise TypeError("typst makes one file of a document")
    sys.stdout.buffer.write(document)


main()
