"""The server process itself."""

import socket
import stat
import subprocess
import sys
from pathlib import Path

import durable
import httpx
import pytest
from server_samples import database, filled_store

from evaltool.errors import PlatformError
from evaltool.server.serving import read_secret, run


def test_a_taken_port_is_told_in_clear_words(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PlatformError, match=f"cannot listen on 127.0.0.1, port {port}") as caught:
            run(database(tmp_path), port=port, secret_file=tmp_path / "secret")
    assert "another port" in caught.value.mend


def test_the_module_ends_with_the_fault_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evaltool.server", "nonsense", "0", str(tmp_path / "secret")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "cannot open the database" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret"
    first = read_secret(file)
    assert len(first) == 32
    assert read_secret(file) == first
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "zz", "ab" * 31])
def test_a_broken_secret_is_refused_and_not_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "secret"
    file.write_text(content, encoding="ascii")
    with pytest.raises(PlatformError, match="secret") as caught:
        read_secret(file)
    assert not content or content not in str(caught.value)


def test_a_real_server_logs_no_link_and_names_no_software(tmp_path: Path) -> None:
    filled_store(tmp_path).close()
    process, address = durable.start(database(tmp_path), tmp_path / "secret")
    try:
        answer = httpx.get(f"{address}/s/tok-1")
        assert httpx.get(f"{address}/s/tok-2").status_code == 404
    finally:
        process.terminate()
        told, _ = process.communicate(timeout=30)
    assert answer.status_code == 200
    assert "server" not in answer.headers
    assert "tok-" not in told
