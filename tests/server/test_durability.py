"""What was redirected is on disk: the commit is synced first, and a killed server loses nothing."""

import asyncio
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import durable
import httpx
import pytest
from server_samples import DEPLOYMENT, Page, database, filled_store

PEOPLE = 50
KILLS = 6
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.skipif(sys.platform != "linux", reason="strace watches system calls on Linux")
@pytest.mark.parametrize("unsynced", [False, True], ids=["synchronous=FULL", "synchronous=OFF (control)"])
def test_the_commit_is_synced_before_the_redirect(tmp_path: Path, unsynced: bool) -> None:
    """The control turns syncing off in the same server and must be caught by the same eyes."""
    calls = _calls_of_one_save(tmp_path, unsynced=unsynced)
    written = max(number for number, call in enumerate(calls) if call.startswith("pwrite64(") and "-wal>" in call)
    redirected = next(number for number, call in enumerate(calls) if "HTTP/1.1 303" in call)
    synced = [number for number, call in enumerate(calls) if re.match(r"fdatasync\(.*-wal>\)|fsync\(.*-wal>\)", call)]
    assert written < redirected
    assert any(written < number < redirected for number in synced) is not unsynced


def _calls_of_one_save(folder: Path, *, unsynced: bool) -> list[str]:
    """System calls of the server while it takes one page, in the order in which they returned."""
    strace = shutil.which("strace")
    assert strace, "strace is missing: install the Debian package «strace»"
    filled_store(folder).close()
    log = folder / "calls.txt"
    watch = "trace=pwrite64,fsync,fdatasync,sendto,sendmsg,write,recvfrom"
    wrapper = [strace, "-f", "-qq", "-y", "-s", "64", "-e", watch, "-e", "signal=none", "-o", str(log)]
    process, address = durable.start(database(folder), folder / "secret", wrapper=wrapper, unsynced=unsynced)
    try:
        with httpx.Client(base_url=address) as client:
            shown = Page(client.get("/s/tok-1"))
            sent = client.post("/s/tok-1", content=urlencode({**shown.hidden, "consent": "yes"}), headers=FORM)
        assert sent.status_code == 303
    finally:
        for watched in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split():
            os.kill(int(watched), signal.SIGKILL)
        durable.stop(process)
    calls = _in_order(log.read_text(encoding="utf-8", errors="replace").splitlines())
    return calls[next(number for number, call in enumerate(calls) if "POST /s/" in call) :]


def _in_order(lines: list[str]) -> list[str]:
    """Calls as they returned: of two threads, one call can be cut in two lines by the other's."""
    begun: dict[str, str] = {}
    calls: list[str] = []
    for line in lines:
        thread, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>").strip()
        elif call.startswith("<... "):
            calls.append(begun.pop(thread, "") + call.partition("resumed>")[2])
        else:
            calls.append(call)
    return calls


@dataclass
class _Person:
    """Answers all pages; goes on after each crash as a person does: she opens her link again."""

    token: str
    redirected: Counter = field(default_factory=Counter)
    answers: dict[str, str | None] = field(default_factory=dict)
    finished: bool = False

    async def run(self, client: httpx.AsyncClient, chance: random.Random) -> None:
        try:
            while not self.finished:
                await self._one_page(client, chance)
        except httpx.TransportError:
            return  # the server is gone

    async def _one_page(self, client: httpx.AsyncClient, chance: random.Random) -> None:
        shown = Page(await client.get(f"/s/{self.token}"))
        assert shown.status == 200
        name = shown.name
        if name is None:
            self.finished = True
            return
        answers = _answers(name, chance)
        sent = await client.post(f"/s/{self.token}", content=urlencode({**shown.hidden, **answers}), headers=FORM)
        assert sent.status_code == 303
        self.redirected[name] += 1
        self.answers |= answers


def _answers(page: str, chance: random.Random) -> Mapping[str, str]:
    word = f"{chance.randrange(10**6)}"
    return {
        "consent": {"consent": "yes"},
        "work": {"job": "yes"},
        "details": {"months": str(chance.randrange(600)), "since": "2020-01-01"},
        "last": {"barriers": "time", "best": word, "word": word},
    }[page]


def test_a_killed_server_loses_no_page_it_redirected(tmp_path: Path) -> None:
    """Killed at random moments while 50 people answer, started again; then all is pulled."""
    chance = random.Random(20211122)
    store = filled_store(tmp_path, invited=PEOPLE)
    people = [_Person(f"tok-{number}") for number in range(1, PEOPLE + 1)]
    for crash in range(KILLS + 1):
        process, address = durable.start(database(tmp_path), tmp_path / "secret")
        try:
            limit = chance.randrange(5, 60) if crash < KILLS else None
            asyncio.run(_answer_until(limit, people, address, process, chance))
        finally:
            durable.stop(process)
    pulled = {found.unit: found for _, found in store.changes(DEPLOYMENT.id, 0, 1000)}
    for number, person in enumerate(people, 1):
        response = pulled[f"u_{number}"]
        assert response.status == "complete"
        visits = Counter(visit.page for visit in response.pages)
        assert set(visits.values()) == {1}
        assert person.redirected <= visits
        _same_answers(person, response.answers)
    assert len(store.changes(DEPLOYMENT.id, 0, 1000)) == PEOPLE
    store.close()


def _same_answers(person: _Person, stored: Mapping[str, object]) -> None:
    """A page saved just before a crash, but not redirected, may stand though she was told nothing."""
    pages = {"consent": "consent", "job": "work", "months": "details", "best": "last", "word": "last"}
    for name, page in pages.items():
        if person.redirected[page]:
            assert stored[name] == person.answers[name]


async def _answer_until(
    limit: int | None, people: list[_Person], address: str, process: subprocess.Popen, chance: random.Random
) -> None:
    """Everybody answers at once; after `limit` requests the server is killed in the middle of its work."""
    requests = 0

    async def count(_request: httpx.Request) -> None:
        nonlocal requests
        requests += 1
        if requests == limit:
            process.kill()

    hooks = {"request": [count]}
    async with httpx.AsyncClient(base_url=address, event_hooks=hooks, timeout=60) as client:
        await asyncio.gather(*(person.run(client, chance) for person in people))
