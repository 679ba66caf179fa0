"""Two versions of a survey, its follow-ups, and datasets of interviews made by hand."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
from small_survey import AT, lines, question

from evaltool.records import RawResponse
from evaltool.responses.clean import Cleaned, clean
from evaltool.survey.compare import compare
from evaltool.survey.harmony import Step
from evaltool.survey.model import Survey
from evaltool.survey.verdicts import ItemVerdict

YES_NO = {"yes": "Yes", "no": "No"}
ROSTER = pd.DataFrame(
    {
        "unit": ["u1", "u2", "u3", "u4", "u5", "u6"],
        "person": ["p1", "p2", "p3", "p3", "p5", "p6"],
        "kind": ["job", "job", "social", "social", "job", "social"],
        "language": "en",
    },
    dtype="str",
)
SCALE = {"weekly": "Weekly", "monthly": "Monthly", "rarer": "Rarer"}
FINER = {"weekly": "Weekly", "monthly": "Monthly", "second": "Every other month", "rarer": "Rarer"}
OTHER = {"label": "Other", "other": True}


def consents() -> list[dict[str, object]]:
    return [
        question("consent", "select_one", role="consent", choices=YES_NO),
        question("link", "select_one", role="link", choices=YES_NO),
        question("research", "select_one", role="research", choices=YES_NO),
    ]


def survey(name: str, version: int, questions: Sequence[Mapping[str, object]], **more: object) -> Survey:
    data = {
        "survey": name,
        "version": version,
        "language": "en",
        "translations": ["da"],
        "title": name,
        "refusal": "${consent} = 'no'",
        "attributes": {"kind": {"type": "choice", "choices": {"job": "Job", "social": "Social"}}},
        "pages": [{"name": "start", "questions": consents()}, {"name": "more", "questions": questions}],
        **more,
    }
    return Survey.model_validate(data, context={"language": "en"})


def end(version: int, *, finer: bool, **more: object) -> Survey:
    barriers = {"time": "Time", **({"childcare": "Childcare"} if finer else {}), "else": OTHER}
    return survey(
        "end",
        version,
        [
            question("job", "select_one", role="headline", choices=YES_NO),
            question("met", "select_one", scale="descending", choices=FINER if finer else SCALE),
            question("barriers", "select_multiple", choices=barriers),
            question("hours", "integer"),
            question("towards", "select_one", choices=YES_NO, relevant="" if finer else "${kind} = 'job'"),
            {**question("liked", "select_one", choices=YES_NO), "label": "All of it?" if finer else "The courses?"},
            question("words", "text"),
        ],
        **more,
    )


V1, V2 = end(1, finer=False), end(2, finer=True)
START = survey(
    "start",
    1,
    [
        question("job", "select_one", role="headline", choices=YES_NO),
        question("met", "select_one", scale="descending", choices=FINER),
        {**question("hours", "integer"), "label": "How many hours?"},
    ],
)
FOLLOWUP = survey("followup", 1, [question("job", "select_one", role="headline", choices=YES_NO)])


def decided(verdict: str, reason: object, **more: object) -> dict[str, object]:
    return {"verdict": verdict, "reason": reason, "by": "Eva", "on": date(2022, 1, 1), **more}


DECISIONS: dict[str, dict[str, object]] = {
    "met": decided(
        "comparable",
        {"da": "Det nye svar er mellem to gamle.", "en": "The new answer lies between two old ones."},
        crosswalk={
            "weekly": "weekly",
            "seldom": {"old": ["monthly", "rarer"], "new": ["monthly", "second", "rarer"], "label": {"en": "Seldom"}},
        },
    ),
    "barriers": decided(
        "comparable",
        "Each stands for itself.",
        crosswalk={"time": "time", "childcare": {"new": ["childcare"]}, "else": "else"},
    ),
    "towards": decided("comparable", "Only those matched for a job.", within="${kind} = 'job'"),
    "liked": decided("not_comparable", "Something else to like."),
}


def steps(*, languages: Mapping[str, str] | None = None) -> list[Step]:
    """Both versions of `end`; `languages`: those whose verdict on `towards` is another."""
    of = {item.name: item.of for item in compare(V1, V2)}
    verdicts = {name: ItemVerdict.model_validate({**found, "of": of[name]}) for name, found in DECISIONS.items()}
    if languages:
        verdicts["towards"] = verdicts["towards"].model_copy(update={"languages": languages})
    return [Step(V1), Step(V2, verdicts)]


def interview(unit: str, *, at: str = AT, status: str = "complete", language: str = "en", **answers: object):
    agreed = {"consent": "yes", "link": "yes", "research": "yes"}
    kind, person = ROSTER.set_index("unit").loc[unit, ["kind", "person"]]
    return RawResponse(
        deployment="d1",
        interview=f"i-{unit}",
        unit=unit,
        person=str(person),
        structure_hash="h",
        language=language,
        mode="self",
        status=status,  # pyright: ignore[reportArgumentType]  # as handed in
        revision=1,
        opened_at=at,
        saved_at=at,
        completed_at=at if status == "complete" else None,
        attributes={"kind": str(kind)},
        answers={**agreed, **answers},  # pyright: ignore[reportArgumentType]  # as handed in
        pages=(),
    )


def cleaned(asked: Survey, *interviews: RawResponse, eligible: Sequence[str] | None = None) -> Cleaned:
    return clean(asked, lines(*interviews), ROSTER, structure_hash="h", eligible=eligible)
