"""A small survey with every way to go, and interviews made by hand."""

import pyarrow

from evaltool.records import PageVisit, RawResponse, record_line
from evaltool.responses.raw import Responses, read_responses
from evaltool.responses.segments import Lines
from evaltool.survey.model import Survey

AT = "2021-11-22T10:00:00+00:00"
CHOICES = {"yes": "Yes", "no": "No", "skip": {"label": "I will not say", "missing": "refused"}}


def question(name: str, kind: str, **more: object) -> dict[str, object]:
    return {"name": name, "type": kind, "label": name, **more}


SURVEY = Survey.model_validate(
    {
        "survey": "demo",
        "version": 2,
        "language": "en",
        "title": "Demo",
        "refusal": "${consent} = 'no'",
        "attributes": {"focus": {"type": "choice"}, "born": {"type": "integer"}},
        "pages": [
            {
                "name": "start",
                "questions": [
                    question("hello", "note"),
                    question("consent", "select_one", choices={"yes": "Yes", "no": "No"}),
                    question("helper", "select_one", role="helper", choices={"nobody": "No", "mentor": "My mentor"}),
                ],
            },
            {"name": "job", "questions": [question("job", "select_one", role="headline", choices=CHOICES)]},
            {
                "name": "work",
                "relevant": "${job} = 'yes'",
                "questions": [
                    question("hours", "integer", constraint=". >= 1 and . <= 80"),
                    question("paid", "decimal"),
                    question("since", "date"),
                ],
            },
            {
                "name": "more",
                "questions": [
                    question(
                        "skills",
                        "select_multiple",
                        choices={
                            "a": "A",
                            "b": "B",
                            "else": {"label": "Else", "other": True},
                            "none": {"label": "None", "exclusive": True},
                            "dk": {"label": "?", "missing": "dont_know"},
                        },
                    ),
                    question(
                        "danish",
                        "select_one",
                        relevant="${focus} = 'yes'",
                        scale="descending",
                        choices={"good": "G", "bad": "B"},
                    ),
                    question("year", "calculate", calculation="${born}"),
                ],
            },
            {"name": "last", "questions": [question("text", "text", relevant="selected(${skills}, 'a')")]},
        ],
    },
    context={"language": "en"},
)


def lines(*records: RawResponse) -> list[Lines]:
    """The records as an archive has them, in one segment."""
    return [pyarrow.array([record_line(record) for record in records], "string")]


def raw(survey: Survey, *records: RawResponse) -> Responses:
    """The records as they are read from an archive."""
    return read_responses(lines(*records), survey)


def interview(unit: str, status: str = "complete", **more: object) -> RawResponse:
    fields: dict[str, object] = {
        "deployment": "d1",
        "interview": f"i-{unit}",
        "unit": unit,
        "person": f"p_{unit}",
        "structure_hash": "h2",
        "language": "en",
        "mode": "self",
        "revision": 4,
        "opened_at": AT,
        "saved_at": AT,
        "completed_at": AT if status == "complete" else None,
        "attributes": {"focus": "yes", "born": "1985"},
        "pages": (PageVisit(page="start", language="en", saved_at=AT),),
        **more,
    }
    return RawResponse(status=status, **fields)  # type: ignore[arg-type]
