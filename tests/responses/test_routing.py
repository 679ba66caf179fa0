from expression_cases import CODES, DAYS, expressions
from hypothesis import given
from hypothesis import strategies as st
from small_survey import interview, raw

from evaltool.responses.routing import REASONS, walk_table
from evaltool.survey.answers import read_attributes, reread
from evaltool.survey.model import Survey
from evaltool.survey.path import walk_path

KIND_OF = {
    "select_one": "category",
    "select_multiple": "set",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
}
CHOICES = {**dict.fromkeys(CODES, "x"), "dk": {"label": "x", "missing": "dont_know"}}
CONSTRAINTS = {"integer": ". < 12", "decimal": ". != 3", "date": ". > '2021-01-31'", "select_one": ". != 'c'"}
ATTRIBUTES = {"site": {"type": "text"}, "visits": {"type": "integer"}, "start": {"type": "date"}}
ANSWERS = {
    "select_one": st.sampled_from([*CODES, "dk", "wrong"]),
    "select_multiple": st.lists(st.sampled_from([*CODES, "dk"]), max_size=3, unique=True),
    "integer": st.sampled_from(["0", "3", "03", " 12 ", "three"]),
    "decimal": st.sampled_from(["0", "2,5", "2.5", "3"]),
    "date": st.sampled_from([*DAYS, "31-01-2021", "31-02-2021"]),
}


def constraints(kind: str, known: dict[str, str]) -> st.SearchStrategy[str]:
    """None, one of the answer alone, or one that also names attributes and whatever was asked before it."""
    alike = sorted(name for name in known if known[name] == KIND_OF[kind])
    pairs = [f". {sign} ${{{name}}}" for name in alike for sign in ("=", "!=", "<") if kind != "select_multiple"]
    alone = st.sampled_from(["", CONSTRAINTS.get(kind, ""), *pairs])
    return alone | st.tuples(st.sampled_from([". = ''", *pairs]), expressions(known)).map(" or ".join)


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    """Pages whose routing hangs on attributes and on whatever was asked on pages before."""
    known = {"site": "text", "visits": "integer", "start": "date"}
    pages = []
    for page in range(draw(st.integers(1, 4))):
        routing = st.just("") | expressions(dict(known))
        questions, new = [], {}
        for place in range(draw(st.integers(1, 3))):
            kind = draw(st.sampled_from([*KIND_OF, "note", "calculate"]))
            question = {"name": f"q{page}_{place}", "type": kind, "label": "x", "relevant": draw(routing)}
            if kind == "calculate":
                source = draw(st.sampled_from(sorted(known)))
                question["calculation"] = f"${{{source}}}"
                new[question["name"]] = known[source]
            elif kind != "note":
                question["choices"] = CHOICES if kind.startswith("select") else {}
                question["constraint"] = draw(constraints(kind, known | new))
                new[question["name"]] = KIND_OF[kind]
            questions.append(question)
        pages.append({"name": f"p{page}", "relevant": draw(routing), "questions": questions})
        known |= new
    data = {"survey": "x", "version": 1, "language": "en", "title": "x", "pages": pages, "attributes": ATTRIBUTES}
    return Survey.model_validate(
        {**data, "refusal": draw(st.just("") | expressions(known))}, context={"language": "en"}
    )


@st.composite
def interviews(draw: st.DrawFn, survey: Survey):
    attributes = {
        "site": draw(st.sampled_from(["", *CODES])),
        "visits": draw(st.sampled_from(["", "0", "3"])),
        "start": draw(st.sampled_from(["", *DAYS])),
    }
    answers = {}
    for question in survey.questions:
        if question.type in ANSWERS and draw(st.booleans()):
            answers[question.name] = draw(st.none() | ANSWERS[question.type])
    return interview("u", attributes=attributes, answers=answers)


@given(data=st.data(), survey=surveys())
def test_all_interviews_at_once_are_walked_as_the_server_walks_each(data, survey):
    records = data.draw(st.lists(interviews(survey), min_size=1, max_size=5))
    walked = walk_table(survey, raw(survey, *records))
    for row, record in enumerate(records):
        readings = {name: reread(survey.by_name[name], answer) for name, answer in record.answers.items()}
        values = {name: reading.value for name, reading in readings.items()}
        path = walk_path(survey, values, read_attributes(survey.attributes, record.attributes))
        assert walked.refused[row] == path.refused
        for name, answered in walked.answers.items():
            code, reason = (
                answered.value.codes[row],
                REASONS[answered.reasons[row]] if answered.reasons[row] >= 0 else None,
            )
            expected = path.values.get(name) if name in path.asked else None
            assert (answered.value.values[code] if code >= 0 else None) == expected
            assert (reason is None) == (expected is not None)
            if reason == "not_applicable":
                assert name not in path.asked
            if name in path.asked and name in readings and expected is None:
                assert reason == (readings[name].missing or "not_answered")


def make(*pages: dict[str, object], **more: object) -> Survey:
    data = {"survey": "x", "version": 1, "language": "en", "title": "x", "pages": pages, **more}
    return Survey.model_validate(data, context={"language": "en"})


def integer(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "type": "integer", "label": name, **more}


def test_a_constraint_may_read_an_earlier_answer_on_the_path():
    survey = make(
        {"name": "a", "questions": [integer("low"), integer("aside", relevant="1 = 2")]},
        {
            "name": "b",
            "questions": [integer("high", constraint=". > ${low}"), integer("free", constraint="not(. > ${aside})")],
        },
    )
    records = [interview("u", answers={"low": "5", "aside": "1", "high": high, "free": "9"}) for high in ("4", "6")]
    walked = walk_table(survey, raw(survey, *records)).answers
    assert walked["high"].constraint.tolist() == [True, False]
    assert walked["high"].value.answered.tolist() == [False, True]
    assert walked["free"].value.answered.tolist() == [True, True]


def test_an_answer_off_the_path_counts_as_none_for_what_follows():
    survey = make(
        {"name": "a", "questions": [integer("a")]},
        {"name": "b", "questions": [integer("b", relevant="${a} = 1")]},
        {"name": "c", "questions": [integer("c", relevant="${b} = 2")]},
    )
    walked = walk_table(survey, raw(survey, interview("u", answers={"a": "0", "b": "2", "c": "3"}))).answers
    assert walked["b"].off_path.tolist() == [True]
    assert walked["c"].off_path.tolist() == [True]
    assert REASONS[walked["c"].reasons[0]] == "not_applicable"


def test_answers_of_another_shape_are_impossible_not_a_crash():
    text = {"name": "text", "type": "text", "label": "x"}
    one = {"name": "one", "type": "select_one", "label": "x", "choices": {"a": "A", "b": "B"}}
    survey = make({"name": "a", "questions": [integer("n"), text, one]})
    answers = {name: ["a", "b"] for name in ("n", "text", "one")}
    walked = walk_table(survey, raw(survey, interview("u", answers=answers))).answers
    assert list(walked) == ["n", "text", "one"]
    for answered in walked.values():
        assert (answered.impossible.tolist(), answered.value.answered.tolist()) == ([True], [False])
        assert REASONS[answered.reasons[0]] == "not_answered"
