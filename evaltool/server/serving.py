"""Runs the survey server in this process until it is told to stop."""

import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

import uvicorn

from evaltool.errors import PlatformError
from evaltool.server.app import build_app
from evaltool.server.store import Store

_BACKLOG = 2048


def run(  # noqa: PLR0913  # each is a choice of who starts a server
    store_url: str,
    *,
    host: str = "127.0.0.1",
    port: int = 8021,
    secret_file: Path,
    synthetic: bool = False,
    preview: bool = False,
    ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve until Ctrl+C or a signal. `ready` is told the address as soon as it takes connections.

    Port 0 takes any free port. The secret, which signs forms, is made in `secret_file` the first time.

    Raises:
        PlatformError: the port is taken, or database or secret cannot be opened.
    """
    secret = read_secret(secret_file)
    store = Store.open(store_url)
    try:
        listener = _listen(host, port)
        app = build_app(store, secret=secret, synthetic=synthetic, preview=preview)
        # No access log: personal links are addresses. No server name: nobody needs it.
        config = uvicorn.Config(app, access_log=False, server_header=False, log_level="warning", lifespan="off")
        ready(f"http://{host}:{listener.getsockname()[1]}")
        # uvicorn ends its work on a signal, then raises it again: here the store must still be closed
        signal.signal(signal.SIGTERM, _end)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        store.close()


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def read_secret(file: Path) -> bytes:
    """The server's secret; made, readable by its owner only, when there is none.

    Raises:
        PlatformError: the file cannot be read or made, or holds no secret.
    """
    try:
        if not file.exists():
            _make_secret(file)
        secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise PlatformError(
            f"cannot use the server's secret: {type(error).__name__}",
            where=str(file),
            mend="Delete the file to have a new one made; forms that are open then must be opened again.",
        ) from error
    if len(secret) < 32:
        raise PlatformError("the server's secret is too short", where=str(file), mend="Delete the file.")
    return secret


def _make_secret(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(secrets.token_hex(32))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches off the delay of small packets (40 ms a page) only for sockets that name their protocol
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # a restart need not wait; on Windows this would share the port with another program
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise PlatformError(
            f"cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}",
            mend=f"Perhaps a server runs there already. Stop it, or take another port: --port {min(port + 1, 65535)}.",
        ) from error
    return listener
