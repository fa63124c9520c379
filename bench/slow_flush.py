"""The server on a disk that is slow to store: `python -m bench.slow_flush serve`.

Each flush of SQLite's log takes BENCH_FLUSH_MS longer, where the flush is done. It is put under the
command line from outside, so that nothing of it is in the product.
"""

import os
import time

from complaint_intake import db
from complaint_intake.cli import main

_SECONDS = float(os.environ["BENCH_FLUSH_MS"]) / 1000
_flush = db.flush_to_disk


def _slowly(descriptor: int) -> None:
    _flush(descriptor)
    time.sleep(_SECONDS)


db.flush_to_disk = _slowly

if __name__ == "__main__":
    main()
