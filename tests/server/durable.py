"""A server process of its own, for tests that watch it or kill it.

Run as a script it saves without syncing: the control that shows what the watching test would catch.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def start(
    url: str, secret: Path, *, wrapper: Sequence[str] = (), unsynced: bool = False
) -> tuple[subprocess.Popen, str]:
    """The process and its address; it takes connections."""
    entry = [__file__] if unsynced else ["-m", "evaltool.server"]
    command = [*wrapper, sys.executable, *entry, url, "0", str(secret)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:"), process.wait(timeout=30)
    return process, address


def stop(process: subprocess.Popen) -> None:
    process.kill()
    process.wait(timeout=30)
    assert process.stdout
    process.stdout.close()


if __name__ == "__main__":
    from evaltool.server import schema
    from evaltool.server.__main__ import _main

    set_pragmas = schema._set_pragmas

    def set_pragmas_and_forget_to_sync(connection: sqlite3.Connection, record: object) -> None:
        set_pragmas(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    schema._set_pragmas = set_pragmas_and_forget_to_sync
    _main(*sys.argv[1:4])
