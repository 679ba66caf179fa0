"""`python -m evaltool.server DATABASE PORT SECRET_FILE`: the server alone, as tests and a service manager start it."""

import sys
from pathlib import Path

from evaltool.errors import EvaltoolError
from evaltool.server.serving import run


def _main(url: str, port: str, secret_file: str) -> None:
    run(url, port=int(port), secret_file=Path(secret_file), ready=_tell)


def _tell(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        _main(*sys.argv[1:4])
    except EvaltoolError as error:
        sys.exit(str(error))
