"""The server on a disk that is slow to store: `python -m bench.slow_flush serve`.

Each commit takes BENCH_FLUSH_MS longer, holding what it holds. It is put under the command line
from outside, so that nothing of it is in the product.
"""

import os
import time

from sqlalchemy import Engine, event

from complaint_intake.cli import main

_SECONDS = float(os.environ["BENCH_FLUSH_MS"]) / 1000


@event.listens_for(Engine, "commit")
def _flush(_connection: object) -> None:
    time.sleep(_SECONDS)


if __name__ == "__main__":
    main()
