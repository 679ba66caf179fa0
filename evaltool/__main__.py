"""Run the command line: `evaltool …` or `python -m evaltool …`."""

import gc
import sys

from evaltool.errors import EvaltoolError, Fault


def main() -> None:
    """Run a command; what a user can mend is printed without a traceback. Exit codes: 0, 1 error, 2 usage."""
    for stream in (sys.stdout, sys.stderr):
        # a Windows console with an old code page must not stop at a letter that it lacks
        stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # text streams have it
    gc.set_threshold(100_000)  # little of what a command reads is garbage: looking for it took a fifth of its time
    from evaltool.cli import app  # noqa: PLC0415  # read only when a command runs

    try:
        app()
    except EvaltoolError as error:
        _stop(str(error))
    except OSError as error:
        place = str(error.filename or "")
        mend = "Close the file if it is open elsewhere; look at its rights, and at the space left on the disk."
        _stop(str(Fault("file", error.strerror or str(error), place, mend)))


def _stop(message: str) -> None:
    print(f"Error: {message}", file=sys.stderr)  # noqa: T201  # the command line speaks
    raise SystemExit(1)


if __name__ == "__main__":
    main()
