"""The same interviews give the same dataset, whatever platform they were answered on.

`cases/interviews.json` was recorded by `tests/live/test_live_equality.py`: what a real LimeSurvey and the embedded
server hold of interviews that were answered in a browser on the pages of both, in Danish and Arabic.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from evaltool.platforms.limesurvey.names import name_survey
from evaltool.platforms.limesurvey.rows import Answering, Source, read_row
from evaltool.records import RawResponse
from evaltool.responses.archive import Archive
from evaltool.responses.clean import clean
from evaltool.survey.load import load_definition
from evaltool.survey.model import Survey
from tests.live.live_equal import Cells, differences
from tests.live.live_interviews import mentee_end

PROJECT = Path(__file__).parents[3]
RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "cases" / "interviews.json").read_text(encoding="utf-8"))
LANGUAGES = ("da", "ar")
NAMES: dict[str, str] = RECORDED["names"]
DEPLOYMENT = RECORDED["embedded"][0]["deployment"]
HASH = RECORDED["embedded"][0]["structure_hash"]


@pytest.fixture(scope="module")
def survey() -> Survey:
    return load_definition(PROJECT / "surveys", "mentee-end", 2)


def limesurvey(survey: Survey) -> list[RawResponse]:
    source = Source(
        deployment=DEPLOYMENT,
        structure_hash=HASH,
        sid=1,
        survey=survey,
        names=name_survey(survey),
        zone=ZoneInfo(RECORDED["zone"]),
        people={course: Answering(course, course, facts) for course, facts in RECORDED["people"].items()},
    )
    blank = dict.fromkeys(RECORDED["columns"], "")
    return [read_row(source, {**blank, **row}, revision=1) for row in RECORDED["rows"]]


def dataset(survey: Survey, records: Sequence[RawResponse], folder: Path) -> pd.DataFrame:
    archive = Archive(folder / DEPLOYMENT)
    archive.append(records, len(records), pulled_at="2026-11-22T18:00:00+00:00")
    languages = [course.partition("-")[0] for course in NAMES]
    roster = pd.DataFrame({"unit": list(NAMES), "person": list(NAMES), "language": languages})
    return clean(survey, archive.segments(), roster, structure_hash=HASH).frame.set_index("unit", drop=False)


def expected(survey: Survey) -> Cells:
    """What cannot be alike, by interview and column."""
    differ = {(code, item.name): item.differ for code in LANGUAGES for item in mentee_end(survey, code)}
    return {
        (course, column): cells
        for course, name in NAMES.items()
        for column, cells in differ[course.partition("-")[0], name].items()
    }


def test_both_platforms_give_the_same_dataset(survey: Survey, tmp_path: Path) -> None:
    there = dataset(survey, limesurvey(survey), tmp_path / "limesurvey")
    here = dataset(survey, [RawResponse.from_json(item) for item in RECORDED["embedded"]], tmp_path / "embedded")
    assert differences(there, here) == expected(survey)


def test_every_kind_of_interview_was_recorded_in_both_languages(survey: Survey) -> None:
    for language in LANGUAGES:
        kinds = {item.name for item in mentee_end(survey, language)}
        assert {name for course, name in NAMES.items() if course.startswith(language)} == kinds
    records = limesurvey(survey)
    assert {record.status for record in records} == {"partial", "complete", "refused"}
    assert {record.language for record in records} == {"da", "ar", "ti", "en"}
