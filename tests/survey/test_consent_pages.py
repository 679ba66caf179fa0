"""What the project's own consent pages promise must be true of everybody who reads them."""

from pathlib import Path

from evaltool.survey.expressions import names, parse
from evaltool.survey.load import find_definitions, load_roster, load_survey

SURVEYS = Path(__file__).parents[2] / "surveys"


def test_a_fact_that_decides_what_a_consent_page_says_is_known_of_every_course() -> None:
    """Of a course without it the page would leave out who else may see the answers."""
    roster = load_roster(SURVEYS / "roster.yaml")
    pages = [page for path in find_definitions(SURVEYS) for page in load_survey(path, roster).pages]
    asking = [page for page in pages if any(question.role == "consent" for question in page.questions)]
    rules = [question.relevant for page in asking for question in page.questions if question.relevant]
    deciding = {name for rule in rules for name in names(parse(rule)) if name in roster.columns}
    assert deciding
    assert [name for name in sorted(deciding) if not roster.columns[name].required] == []
