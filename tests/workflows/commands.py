"""Commands as a user runs them: what is printed, and the exit code."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from evaltool.__main__ import main


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


def evaltool(*words: str) -> Ended:
    """Run the command line in this process: to start Python and import pandas anew takes seconds."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with patch.object(sys, "argv", ["evaltool", *words]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
            code: object = 0
        except SystemExit as ended:
            code = ended.code or 0
    assert isinstance(code, int)
    return Ended(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def evaltool_apart(*words: str) -> Ended:
    """Run it in a process of its own, as a user does."""
    command = [sys.executable, "-W", "error", "-m", "evaltool", *words]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
    return Ended(ended.returncode, ended.stdout, ended.stderr)
