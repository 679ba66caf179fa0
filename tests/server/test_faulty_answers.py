"""Answers that a page does not take: 422, the fault first, what was typed kept, nothing saved."""

import pytest
from server_samples import Page, Respondent, answers_of

from evaltool.server.store import Store


def _faulty(respondent: Respondent, **answers: str | list[str]) -> Page:
    page = Page(respondent.send(lang="en", **answers))
    assert page.status == 422, page.text
    return page


def _at_details(respondent: Respondent) -> Respondent:
    respondent.walk({"consent": "yes"}, {"job": "yes"})
    return respondent


def _at_last(respondent: Respondent) -> Respondent:
    respondent.walk({"consent": "yes"}, {"job": "no"})
    return respondent


def test_a_required_question_left_empty_comes_back(store: Store, respondent: Respondent) -> None:
    page = _faulty(respondent)
    assert page.title == "Error: Page 1 of about 3 – Your course"
    assert page.tree.xpath("//*[@id='errors']//a/@href") == ["#q-consent"]
    assert page.tree.xpath("string(//*[@id='errors']//a)") == "Choose an answer."
    assert answers_of(store) == {}
    assert respondent.look().name == "consent"


def test_the_summary_takes_focus_and_its_links_reach_fields(respondent: Respondent) -> None:
    page = _faulty(_at_details(respondent), months="mange", since="31-02-2021")
    (summary,) = page.tree.xpath("//*[@id='errors']")
    assert (summary.get("role"), summary.get("tabindex")) == ("alert", "-1")
    assert "autofocus" in summary.attrib
    for link in summary.xpath(".//a"):
        (field,) = page.tree.xpath(f"//*[@id='{link.get('href')[1:]}']")
        assert field.tag == "input"


def test_a_field_is_described_by_its_fault(respondent: Respondent) -> None:
    page = _faulty(_at_details(respondent), months="mange", since="2020-01-01")
    (field,) = page.tree.xpath("//input[@name='months']")
    assert field.get("aria-invalid") == "true"
    described = page.tree.get_element_by_id(field.get("aria-describedby"))
    assert "Write a whole number, for instance 12." in described.text_content()
    assert "aria-invalid" not in page.tree.xpath("//input[@name='hours']")[0].attrib


def test_a_group_is_described_by_hint_and_fault(respondent: Respondent) -> None:
    respondent.walk({"consent": "yes"})
    page = _faulty(respondent, job="nonsense")
    (group,) = page.tree.xpath("//fieldset")
    texts = [page.tree.get_element_by_id(name).text_content() for name in group.get("aria-describedby").split()]
    assert texts[0] == "Også deltid."
    assert "Choose one of the answers." in texts[1]


def test_what_was_typed_is_kept(respondent: Respondent) -> None:
    page = _faulty(_at_last(respondent), barriers=["time", "nothing"], best="Min\nmentor", word="alt for langt")
    assert set(page.filled()) == {"barriers", "Min\nmentor", "alt for langt"}
    assert page.tree.xpath("//input[@checked]/@value") == ["time", "nothing"]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"since": "31-02-2021"}, "This date does not exist."),
        ({"since": ""}, "Write an answer."),
        ({"since": "2020-01-01", "hours": "37 timer"}, "Write a number, for instance 12.5."),
        ({"since": "2020-01-01", "months": "601"}, "Skriv 0 til 600."),
    ],
)
def test_each_fault_is_told(respondent: Respondent, answers: dict[str, str], message: str) -> None:
    page = _faulty(_at_details(respondent), **answers)
    assert message in page.tree.xpath("string(//*[@id='errors'])")


def test_an_exclusive_choice_stands_alone(respondent: Respondent) -> None:
    page = _faulty(_at_last(respondent), barriers=["language", "nothing"])
    assert "“Intet” cannot be chosen together" in page.tree.xpath("string(//*[@id='errors'])")
    respondent.walk({"barriers": ["nothing"]})


def test_a_text_over_its_limit_is_not_cut_silently(respondent: Respondent) -> None:
    page = _faulty(_at_last(respondent), word="ni tegn 9")
    assert "Write at most 8 characters. You wrote 9." in page.tree.xpath("string(//*[@id='errors'])")


def test_the_text_of_other_is_kept_with_it(store: Store, respondent: Respondent) -> None:
    _at_last(respondent).walk({"barriers": ["time", "another"], "barriers_other": " Min bus "})
    kept = answers_of(store)
    assert (kept["barriers"], kept["barriers_other"]) == (["time", "another"], "Min bus")


def test_who_only_writes_the_text_has_chosen_other(store: Store, respondent: Respondent) -> None:
    respondent.walk({"consent": "yes"}, {"job_other": "Vikar"})
    kept = answers_of(store)
    assert (kept["job"], kept["job_other"]) == ("other", "Vikar")


def test_a_text_beside_another_choice_is_asked_about(store: Store, respondent: Respondent) -> None:
    respondent.walk({"consent": "yes"})
    page = _faulty(respondent, job="yes", job_other="Vikar")
    assert "You wrote a text, but chose another answer." in page.text
    assert "job" not in answers_of(store)


def test_other_without_a_text_is_an_answer(store: Store, respondent: Respondent) -> None:
    respondent.walk({"consent": "yes"}, {"job": "other"})
    assert answers_of(store)["job"] == "other"


def test_a_text_of_other_over_the_limit_comes_back(respondent: Respondent) -> None:
    respondent.walk({"consent": "yes"})
    assert "at most 2000 characters" in _faulty(respondent, job="other", job_other="x" * 2001).text


def test_control_characters_are_left_out(store: Store, respondent: Respondent) -> None:
    _at_last(respondent).walk({"best": "a\x00b\x1bc\u200fd"})
    assert answers_of(store)["best"] == "abc\u200fd"  # the direction mark is text
