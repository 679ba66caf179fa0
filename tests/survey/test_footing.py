"""Where a share can be put together over versions whose codes meet in a crosswalk."""

import pytest

from evaltool.survey.compare import compare
from evaltool.survey.expressions import parse
from evaltool.survey.footing import footing
from evaltool.survey.harmony import Step, harmonise
from evaltool.survey.model import Survey
from evaltool.survey.verdicts import ItemVerdict


def _survey(version: int, kind: str, **labels: str) -> Survey:
    choices = {code: {"label": {"en": label}} for code, label in labels.items()}
    asked = {"name": "q", "type": kind, "label": {"en": "How often?"}, "choices": choices}
    pages = [{"name": "page", "questions": [asked]}]
    data = {"survey": "small", "version": version, "language": "en", "title": {"en": "Small"}, "pages": pages}
    return Survey.model_validate(data)


@pytest.mark.parametrize(
    ("kind", "rule", "together"),
    [
        ("select_one", "${q} = 'a'", False),
        ("select_one", "${q} = 'a' or ${q} = 'b'", True),
        ("select_one", "${q} = 'c'", True),
        ("select_multiple", "selected(${q}, 'a')", False),
        ("select_multiple", "selected(${q}, 'c')", True),
    ],
)
def test_codes_that_changed_places_are_told_apart(kind: str, rule: str, *, together: bool) -> None:
    """In version 1 «a» is weekly, in version 2 it is monthly: the codes are the same, what they mean is not."""
    old = _survey(1, kind, a="Weekly", b="Monthly", c="Never")
    new = _survey(2, kind, a="Monthly", b="Weekly", c="Never")
    crosswalk = {
        "weekly": {"old": ["a"], "new": ["b"]},
        "monthly": {"old": ["b"], "new": ["a"]},
        "never": {"old": ["c"], "new": ["c"]},
    }
    (item,) = compare(old, new)
    verdict = ItemVerdict.model_validate({"verdict": "comparable", "of": item.of, "crosswalk": crosswalk})
    items = harmonise([Step(old), Step(new, {"q": verdict})])
    assert (footing([parse(rule)], ["q"], items, {}).joins[2] == 0) is together
