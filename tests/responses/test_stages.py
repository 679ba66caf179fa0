"""How far each course came on its way to an answer; every count is worked out by hand."""

import pandas as pd
from small_survey import SURVEY, interview, lines

from evaltool.responses.clean import STAGES, clean
from evaltool.responses.dispositions import Finding, with_findings
from evaltool.responses.unlinked import unlinked_units, with_units

YES = {"consent": "yes", "helper": "nobody"}


def stages(cleaned) -> dict[str, str]:
    return dict(zip(cleaned.dispositions["unit"], cleaned.dispositions["stage"], strict=True))


def run(*records, units: int = 7, **more):
    names = [f"u{number}" for number in range(1, units + 1)]
    roster = pd.DataFrame({"unit": names, "person": [f"p_{name}" for name in names]}, dtype="str")
    return clean(SURVEY, lines(*records), roster, structure_hash="h2", **more)


def test_each_course_stands_at_the_last_stage_that_it_came_to() -> None:
    cleaned = run(
        interview("u1", answers={**YES, "job": "no"}),
        interview("u2", "partial", answers={**YES, "job": "no"}),  # the headline makes it a partial interview
        interview("u3", "partial", answers=YES),  # broken off before the headline
        interview("u4", "partial", answers={"consent": None, "helper": None}),  # sent a page, and left it empty
        interview("u5", "opened", pages=()),
        interview("u6", "refused", answers={"consent": "no"}),
    )
    assert stages(cleaned) == {
        "u1": "answered",
        "u2": "answered",
        "u3": "begun",
        "u4": "opened",
        "u5": "opened",
        "u6": "opened",
        "u7": "invited",
    }
    assert list(cleaned.dispositions["stage"].cat.categories) == list(STAGES)


def test_of_what_was_answered_before_a_refusal_nothing_is_told() -> None:
    assert stages(run(interview("u1", "refused", answers={**YES, "job": "no"}), units=1)) == {"u1": "opened"}


def test_a_whole_interview_is_answered_even_if_all_was_left_empty() -> None:
    cleaned = run(interview("u1", answers={"consent": None, "job": None}), units=1)
    assert (stages(cleaned), cleaned.dispositions["disposition"].tolist()) == ({"u1": "answered"}, ["I"])


def test_what_coordinators_found_out_opens_no_survey() -> None:
    known = {"deployment": "d1", "found_on": "", "sheet": "", "read_at": ""}
    found = {
        "u1": Finding(unit="u1", reason="refused", disposition="R", aapor="2.112", **known),
        "u2": Finding(unit="u2", reason="wrong_number", disposition="NC", aapor="2.20", **known),
        "u3": Finding(unit="u3", reason="broken_off", disposition="O", aapor="2.36", **known),
    }
    cleaned = with_findings(run(units=3), found)
    assert cleaned.dispositions["disposition"].tolist() == ["R", "NC", "O"]
    assert stages(cleaned) == dict.fromkeys(("u1", "u2", "u3"), "invited")


def test_who_was_erased_came_nowhere() -> None:
    """Her course is gone from the roster and her link from the vault; an answer that was left behind is not hers."""
    cleaned = run(interview("u1", answers={**YES, "job": "no"}), interview("u8"), units=2, eligible=["u1", "u2"])
    assert stages(cleaned) == {"u1": "answered", "u2": "invited"}


def test_who_answered_an_adopted_survey_counts_as_invited_whatever_link_she_had() -> None:
    """LimeSurvey's own participants are not in the vault: an interview that nobody is linked to is its own unit."""
    answered = interview("i-a", interview="i-a", answers={**YES, "job": "no"})
    records = lines(answered, interview("i-b", "opened", interview="i-b", answers={}))
    roster = pd.DataFrame({"unit": ["u1"], "person": ["p1"]}, dtype="str")
    units = unlinked_units(records)
    cleaned = clean(SURVEY, records, with_units(roster, units), structure_hash="h2", eligible=units)
    assert stages(cleaned) == {"i-a": "answered", "i-b": "opened"}
