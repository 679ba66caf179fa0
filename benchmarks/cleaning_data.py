"""Made-up answers for the benchmark of cleaning: a survey of 40 questions, its roster, and an archive of responses.

Of the answers that are asked for, 8 % are left empty and 8 % say "don't know" where they may; 8 % of the interviews
are broken off, 2 % refused; 8 % were pulled twice, since they were reopened. A few are of another version, of a unit
that is not on the roster, or a second interview of a course; a few answers are impossible, out of
range or off the path.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from evaltool.records import PageVisit, RawResponse
from evaltool.responses.archive import Archive
from evaltool.survey.model import Survey

HASH, OTHER_HASH = "5" * 64, "6" * 64
DEPLOYMENT = "bench-end@1"
PULLED_AT = "2022-01-01T00:00:00+00:00"
BATCH = 500  # as `evaltool pull` asks for
DONT_KNOW = {"label": "?", "missing": "dont_know"}
YES_NO = {"yes": "Yes", "no": "No"}
SCALE = {"very_good": "1", "good": "2", "neither": "3", "bad": "4", "very_bad": "5", "dont_know": DONT_KNOW}
TICKS = {"work": "A", "school": "B", "friends": "C", "language": "D", "dont_know": DONT_KNOW}
WORDS = ["we", "met", "often", "and", "talked", "about", "work", "school", "family", "language", "here", "how"]
WORDS += ["sprog", "nær", "øvet", "også", "på", "العمل", "صديقتي،", "ቋንቋ", "ስራሕ", '"yes"', "it's", "a\\b", "one\ntwo"]


def _question(name: str, kind: str, **more: object) -> dict[str, object]:
    return {"name": name, "type": kind, "label": name, **more}


def make_survey() -> Survey:
    one, many = "select_one", "select_multiple"
    refused = {"label": "I will not say", "missing": "refused"}
    ticks = {"work": "A", "school": "B", "else": {"label": "Else", "other": True}, "dont_know": DONT_KNOW}
    pages: list[tuple[str, str, list[dict[str, object]]]] = [
        ("start", "", [_question("consent", one, choices=YES_NO)]),
        ("help", "", [_question("helper", one, role="helper", choices={"nobody": "No", "mentor": "M", "staff": "S"})]),
        ("job", "", [_question("job", one, role="headline", choices={**YES_NO, "skip": refused})]),
        (
            "work",
            "${job} = 'yes'",
            [
                _question("hours", "integer", constraint=". >= 1 and . <= 80"),
                _question("paid", "decimal"),
                _question("since", "date", constraint=". >= '2010-01-01'"),
                _question("contract", one, choices={"fixed": "F", "open": "O", "none": "N", "dont_know": DONT_KNOW}),
            ],
        ),
        *[
            (
                f"scales{page}",
                "",
                [_question(f"scale{page * 4 + n}", one, scale="descending", choices=SCALE) for n in range(4)],
            )
            for page in range(4)
        ],
        (
            "ticks",
            "",
            [
                _question("ticks0", many, choices=ticks),
                *[_question(f"ticks{n}", many, choices=TICKS) for n in range(1, 6)],
            ],
        ),
        ("visits", "", [_question(f"visits{n}", "integer", constraint=". <= 30") for n in range(2)]),
        ("often", "${visits0} > 5", [_question(f"visits{n}", "integer", constraint=". <= 30") for n in range(2, 4)]),
        ("days", "", [_question(f"day{n}", "date") for n in range(2)]),
        (
            "last",
            "",
            [
                _question("danish", one, relevant="${focus} = 'yes'", scale="descending", choices=SCALE),
                _question("best", "text"),
                _question("why", "text", relevant="selected(${ticks0}, 'work')"),
                _question("worst", "text"),
                _question("again", one, choices={**YES_NO, "dont_know": DONT_KNOW}),
            ],
        ),
    ]
    data = {
        "survey": "bench-end",
        "version": 1,
        "language": "en",
        "title": "Benchmark",
        "refusal": "${consent} = 'no'",
        "attributes": {"focus": {"type": "choice"}, "site": {"type": "text"}},
        "pages": [{"name": name, "relevant": relevant, "questions": items} for name, relevant, items in pages],
    }
    survey = Survey.model_validate(data, context={"language": "en"})
    if len(survey.by_name) != 40:
        raise ValueError(len(survey.by_name))
    return survey


def make_roster(size: int, chance: np.random.Generator) -> pd.DataFrame:
    units = [f"u_{number:010x}" for number in chance.permutation(size)]
    data = {
        "unit": units,
        "person": [f"p_{unit[2:]}" for unit in units],
        "language": chance.choice(["da", "en", "ar", "so"], size),
        "site": chance.choice(["north", "south", "east", "west"], size),
        "focus": chance.choice(["yes", "no"], size),
    }
    return pd.DataFrame(data, dtype="str")


def make_archive(folder: Path, survey: Survey, roster: pd.DataFrame, chance: np.random.Generator) -> int:
    """One interview for each row of the roster, and what was pulled beside; returns the number of lines."""
    archive = Archive(folder / DEPLOYMENT)
    waiting: list[RawResponse] = []
    written = 0
    for start in range(0, len(roster), 10_000):
        waiting += _responses(survey, roster.iloc[start : start + 10_000], start, chance)
        last = start + 10_000 >= len(roster)
        while len(waiting) >= BATCH or (last and waiting):
            batch, waiting = waiting[:BATCH], waiting[BATCH:]
            written += len(batch)
            archive.append(batch, cursor=written, pulled_at=PULLED_AT)
    return written


def _responses(survey: Survey, rows: pd.DataFrame, start: int, chance: np.random.Generator) -> Iterator[RawResponse]:
    size = len(rows)
    columns = {question.name: _column(question.name, question.type, size, chance) for question in survey.questions}
    other = _texts(size, chance)
    kinds = chance.choice(["complete", "partial", "refused"], size, p=[0.9, 0.08, 0.02]).tolist()
    ends = chance.integers(1, len(survey.pages), size).tolist()
    luck = chance.random((size, 4)).tolist()
    seconds = chance.integers(0, 86_400 * 28, size).tolist()
    cells = zip(rows["unit"], rows["person"], rows["language"], rows["site"], rows["focus"], strict=True)
    for place, (unit, person, language, site, focus) in enumerate(cells):
        status = kinds[place]
        pages = (
            survey.pages[: ends[place]] if status == "partial" else survey.pages[: 1 if status == "refused" else None]
        )
        at = _moment(seconds[place])
        answers: dict[str, object] = {}
        for page in pages:
            for question in page.questions:
                if question.name in columns:
                    answers[question.name] = columns[question.name][place]
        answers["consent"] = "no" if status == "refused" else "yes"
        _follow_path(answers, focus, off_path=luck[place][0] < 0.01)
        ticked = answers.get("ticks0")
        if "ticks0" in answers:
            answers["ticks0_other"] = other[place] if isinstance(ticked, list) and "else" in ticked else None
        full = RawResponse(
            deployment=DEPLOYMENT,
            interview=f"i_{start + place:016x}",
            unit=unit if luck[place][1] > 0.001 else f"u_gone_{start + place}",
            person=person,
            structure_hash=HASH if luck[place][2] > 0.002 else OTHER_HASH,
            language=language,
            mode="self",
            status=status,
            revision=len(pages),
            opened_at=at,
            saved_at=at,
            completed_at=at if status == "complete" else None,
            attributes={"site": site, "focus": focus},
            answers=answers,  # pyright: ignore[reportArgumentType]  # made as they are stored
            pages=tuple(PageVisit(page=page.name, language=language, saved_at=at) for page in pages),
        )
        if luck[place][3] < 0.08:
            yield _state(full, status="opened", revision=0, completed_at=None, answers={}, pages=())
        elif luck[place][3] < 0.085:
            yield _state(full, interview=f"j_{start + place:016x}", status="partial", completed_at=None)
        yield full


def _state(record: RawResponse, **changes: object) -> RawResponse:
    return RawResponse(**{**vars(record), **changes})


def _follow_path(answers: dict[str, object], focus: str, *, off_path: bool) -> None:
    """Take away what was not asked, but for a few who came back and changed an answer before."""
    if off_path:
        return
    if answers.get("job") != "yes":
        for name in ("hours", "paid", "since", "contract"):
            answers.pop(name, None)
    visits = answers.get("visits0")
    if not (isinstance(visits, str) and visits.isdigit() and 5 < int(visits) <= 30):
        for name in ("visits2", "visits3"):
            answers.pop(name, None)
    if focus != "yes":
        answers.pop("danish", None)
    ticked = answers.get("ticks0")
    if not (isinstance(ticked, list) and "work" in ticked):
        answers.pop("why", None)


def _column(name: str, kind: str, size: int, chance: np.random.Generator) -> list[object]:
    empty = chance.random(size) < 0.08
    if name in {"consent", "helper", "job", "contract", "again"} or name.startswith(("scale", "danish")):
        codes, unknown = _CODES.get(name, (list(SCALE)[:-1], 0.08))
        found = chance.choice(codes, size).astype(object)
        found[chance.random(size) < unknown] = "skip" if name == "job" else "dont_know"
    elif kind == "select_multiple":
        found = _ticks(["work", "school", "else"] if name == "ticks0" else list(TICKS)[:-1], size, chance)
    elif kind == "integer":
        found = chance.integers(0, 84 if name == "hours" else 32, size).astype(str).astype(object)
        found[chance.random(size) < 0.003] = "many"
    elif kind == "decimal":
        found = np.array([f"{number / 10:.1f}" for number in chance.integers(0, 3000, size).tolist()], dtype=object)
    elif kind == "date":
        days = np.datetime64("2009-07-01") + chance.integers(0, 4500, size)
        found = days.astype(str).astype(object)
        found[chance.random(size) < 0.003] = "2021-02-30"
    else:
        found = np.array(_texts(size, chance), dtype=object)
    found[empty] = None
    return found.tolist()


_CODES = {
    "consent": (["yes"], 0.0),
    "helper": (["nobody", "mentor", "staff"], 0.0),
    "job": (["yes", "no"], 0.02),
    "contract": (["fixed", "open", "none"], 0.08),
    "again": (["yes", "no"], 0.08),
}


def _ticks(codes: list[str], size: int, chance: np.random.Generator) -> np.ndarray:
    ticked = chance.random((size, len(codes))) < 0.4
    unknown = (chance.random(size) < 0.08).tolist()
    found = np.empty(size, dtype=object)
    for place, row in enumerate(ticked.tolist()):
        chosen = [code for code, tick in zip(codes, row, strict=True) if tick]
        found[place] = ["dont_know"] if unknown[place] or not chosen else chosen
    return found


def _texts(size: int, chance: np.random.Generator) -> list[str]:
    picked = chance.integers(0, len(WORDS), (size, 8)).tolist()
    return [" ".join(WORDS[number] for number in row) for row in picked]


def _moment(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    return f"2021-11-{days + 1:02}T{hours:02}:{rest // 60:02}:{rest % 60:02}+00:00"
