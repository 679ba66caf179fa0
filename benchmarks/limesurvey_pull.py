"""Pulling every answer from a LimeSurvey, against a bare paged export with citric in the same run.

    EVALTOOL_LIMESURVEY_PASSWORD=… python -m benchmarks.limesurvey_pull --url URL --user USER
        --sql "mysql --socket … limesurvey" [--responses 50000] [--rounds 3]

Deploys `mentee-end@2` under a name of its own, puts made-up answers into LimeSurvey's tables with the command `--sql`
(not timed), and deletes the survey in the end. Both run in turn, each time in a fresh process. The bare export asks for
windows of 5,000 ids, decodes and parses them, and lets them go.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path

from benchmarks.cleaning import Run, measure
from benchmarks.limesurvey_data import Cells, participant, responses
from evaltool.platforms.base import Access
from evaltool.platforms.limesurvey.account import VARIABLE
from evaltool.platforms.limesurvey.names import name_survey
from evaltool.platforms.limesurvey.platform import LimeSurvey, log_in
from evaltool.platforms.limesurvey.pull import WINDOW
from evaltool.project import read_project
from evaltool.records import Deployment
from evaltool.responses.archive import Archive
from evaltool.survey.load import load_definition
from evaltool.survey.model import Survey
from evaltool.survey.release import make_release
from evaltool.workflows.deploying import fill_privacy
from evaltool.workflows.fieldwork import BATCH

ROOT = Path(__file__).parents[1]
AT = "2022-01-01T00:00:00+00:00"
NAME = "bench-pull"


def make_survey() -> tuple[Survey, Deployment]:
    project = read_project(ROOT)
    survey = load_definition(project.surveys, "mentee-end", 2).model_copy(update={"survey": NAME})
    filled = fill_privacy(survey, project.privacy)
    release = make_release(filled, released_at=AT)
    deployment = Deployment(
        id=filled.key,
        survey=NAME,
        version=2,
        structure_hash=release.structure_hash,
        texts=release.texts,
        platform="limesurvey",
        deployed_at=AT,
        synthetic=True,
    )
    return filled, deployment


def make(folder: Path, chosen: argparse.Namespace) -> None:
    """Deploys and fills the survey, and keeps what a child needs to pull it."""
    survey, deployment = make_survey()
    platform = LimeSurvey(Access(chosen.url, "", user=chosen.user, timezone="UTC"))
    put = platform.deploy(deployment, survey, where=str)
    platform.disconnect()
    sid, names = int(put.mapping["sid"]), name_survey(survey)
    with log_in(chosen.url, chosen.user) as server:
        told = server.ask("get_fieldmap", sid)
    columns = {(item["title"], item.get("aid") or ""): name for name, item in told.items() if item.get("qid")}
    people = (participant(number, names) for number in range(chosen.responses))
    _insert(chosen, f"lime_tokens_{sid}", people)
    _insert(chosen, f"lime_survey_{sid}", responses(survey, names, columns, chosen.responses))
    kept = {"deployment": {**deployment.to_json(), "mapping": dict(put.mapping)}, "sid": sid}
    kept |= {"url": chosen.url, "user": chosen.user, "responses": chosen.responses}
    (folder / "made.json").write_text(json.dumps(kept), encoding="utf-8")


def _insert(chosen: argparse.Namespace, table: str, rows: Iterable[Cells]) -> None:
    """LimeSurvey's own API takes some 15 ms for each response, and no time of our choice."""
    process = subprocess.Popen(shlex.split(chosen.sql), stdin=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdin
    process.stdin.write(f"TRUNCATE {table};\n")
    for statement in _statements(table, rows):
        process.stdin.write(statement)
    process.stdin.close()
    if process.wait():
        raise SystemExit(f"{chosen.sql} failed")


def _statements(table: str, rows: Iterable[Cells]) -> Iterator[str]:
    for row in rows:
        columns, cells = ", ".join(f"`{name}`" for name in row), ", ".join(map(_quoted, row.values()))
        yield f"INSERT INTO {table} ({columns}) VALUES ({cells});\n"


def _quoted(cell: str) -> str:
    return "'" + cell.replace("\\", "\\\\").replace("'", "''") + "'"


def pull(folder: Path) -> None:
    """What `evaltool pull` does with one deployment."""
    made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    survey, _ = make_survey()
    deployment = Deployment.from_json(made["deployment"])
    access = Access(made["url"], "", user=made["user"], timezone="UTC", standing=lambda _: (deployment, survey))
    archive, platform, added = Archive(folder / deployment.id), LimeSurvey(access), 0
    for batch in platform.pull(deployment.id, archive, limit=BATCH):
        added += archive.append(batch.responses, batch.cursor, pulled_at=AT)
    platform.disconnect()
    (folder / "added").write_text(str(added), encoding="utf-8")


def export(folder: Path) -> None:
    """The least that a program must do to have all answers once."""
    from citric import Client

    made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    found = 0
    with Client(made["url"], made["user"], os.environ[VARIABLE]) as client:
        for first in range(1, made["responses"] + 1, WINDOW):
            data = client.export_responses(
                made["sid"],
                file_format="json",
                heading_type="code",
                response_type="short",
                from_response_id=first,
                to_response_id=first + WINDOW - 1,
            )
            found += len(json.loads(data)["responses"])
    (folder / "added").write_text(str(found), encoding="utf-8")


def run(folder: Path, chosen: argparse.Namespace) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = {"bare export": [], "evaltool pull": [], "evaltool pull again": []}
    for number in range(chosen.rounds):
        for name, what, expected in (
            ("bare export", "export", chosen.responses),
            ("evaltool pull", "pull", chosen.responses),
            ("evaltool pull again", "pull", 0),
        ):
            found[name].append(measure([sys.executable, "-m", "benchmarks.limesurvey_pull", what, str(folder)]))
            print(f"round {number + 1}, {name}: {found[name][-1]}", file=sys.stderr, flush=True)
            added = int((folder / "added").read_text(encoding="utf-8"))
            if added != expected:
                raise SystemExit(f"{name}: {added:,} responses, not {expected:,}")
        for path in (folder / f"{NAME}@2").iterdir():
            path.unlink()
    return found


def report(found: dict[str, list[Run]], size: int) -> None:
    print(f"{size:,} responses, complete; a second pull adds none")
    print("\n| medians | seconds | of the processors | peak memory, MiB | times the bare export |")
    print("|---|---:|---:|---:|---:|")
    medians = {
        name: Run(*(statistics.median(values) for values in zip(*map(astuple, runs), strict=True)))
        for name, runs in found.items()
    }
    bare = medians["bare export"].seconds
    for name, one in medians.items():
        print(f"| {name} | {one.seconds:.1f} | {one.cpu:.1f} | {one.peak * 1024:.0f} | {one.seconds / bare:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="address of RemoteControl 2")
    parser.add_argument("--user", required=True)
    parser.add_argument("--sql", required=True, help="command that runs SQL on LimeSurvey's database (MariaDB)")
    parser.add_argument("--responses", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, chosen)
        try:
            report(run(folder, chosen), chosen.responses)
        finally:
            sid = json.loads((folder / "made.json").read_text(encoding="utf-8"))["sid"]
            with log_in(chosen.url, chosen.user) as server:
                server.tell("delete_survey", sid)


CHILDREN = {"pull": pull, "export": export}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in CHILDREN:
        CHILDREN[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
