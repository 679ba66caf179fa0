"""A respondent's way through the pages."""

import pytest
from server_samples import DEPLOYMENT, NOW, Respondent, answers_of, app_on

from evaltool.server.store import Store

YES = {"consent": "yes"}


def test_a_valid_page_is_saved_and_redirected_to_the_next(store: Store, respondent: Respondent) -> None:
    assert respondent.look().name == "consent"
    sent = respondent.send(consent="yes")
    assert (sent.status_code, sent.headers["location"]) == (303, "/s/tok-1?lang=da")
    assert answers_of(store) == {"consent": "yes"}
    assert respondent.look().name == "work"


def test_every_type_is_stored_as_codes_iso_dates_and_plain_digits(store: Store, respondent: Respondent) -> None:
    respondent.walk(
        YES,
        {"job": "yes"},
        {"months": "١٢", "hours": "37,5", "since": "24.04.2020"},
        {"barriers": ["time", "language"], "best": " Min\r\nmentor ", "word": "Håb"},
    )
    assert answers_of(store) == {
        "consent": "yes",
        "job": "yes",
        "job_other": None,
        "months": "12",
        "hours": "37.5",
        "since": "2020-04-24",
        "barriers": ["language", "time"],
        "barriers_other": None,
        "best": "Min\nmentor",
        "word": "Håb",
    }


def test_a_response_tells_status_times_language_and_pages(store: Store, respondent: Respondent) -> None:
    respondent.walk(YES, {"job": "no"}, {})
    ((number, response),) = store.changes(DEPLOYMENT.id, 0, 10)
    assert (response.status, response.completed_at, response.opened_at) == ("complete", NOW, NOW)
    assert [visit.page for visit in response.pages] == ["consent", "work", "last"]
    assert (response.unit, response.structure_hash, response.language) == ("u_1", "5f0c", "da")
    assert (number, response.revision) == (4, 4)  # opened, and three pages


def test_a_page_left_empty_is_shown_and_not_answered(store: Store, respondent: Respondent) -> None:
    respondent.walk(YES, {})
    assert answers_of(store) == {"consent": "yes", "job": None, "job_other": None}


def test_the_path_follows_the_answers(respondent: Respondent) -> None:
    respondent.walk(YES, {"job": "no"})
    assert respondent.look().name == "last"


def test_the_end_says_thanks_and_asks_nothing(store: Store, respondent: Respondent) -> None:
    respondent.walk(YES, {"job": "no"}, {})
    page = respondent.look("en")
    assert (page.status, page.headings, page.hidden) == (200, ["Thank you!"], {})
    assert store.counts(DEPLOYMENT.id) == {"invited": 1, "opened": 0, "partial": 0, "complete": 1, "refused": 0}


def test_the_end_takes_no_more_posts(store: Store, respondent: Respondent) -> None:
    csrf = respondent.look().hidden["csrf"]
    respondent.walk(YES, {"job": "no"}, {})
    before = store.changes(DEPLOYMENT.id, 0, 10)
    for fields in ({"back": "1"}, {"job": "yes"}, {"page": "work", "job": "yes"}):
        assert respondent.post({"csrf": csrf, "lang": "da", **fields}).status_code == 303
    assert store.changes(DEPLOYMENT.id, 0, 10) == before


def test_a_page_sent_twice_is_saved_once(store: Store, respondent: Respondent) -> None:
    fields = {**respondent.look().hidden, **YES}
    assert [respondent.post(fields).status_code for _ in range(2)] == [303, 303]
    ((_, response),) = store.changes(DEPLOYMENT.id, 0, 10)
    assert [visit.page for visit in response.pages] == ["consent"]
    assert respondent.look().name == "work"


def test_a_page_left_open_changes_nothing_later(store: Store, respondent: Respondent) -> None:
    old = respondent.look().hidden
    respondent.walk(YES, {"job": "no"})
    assert respondent.post({**old, "consent": "no"}).status_code == 303
    assert answers_of(store)["consent"] == "yes"


def test_an_interview_resumes_in_the_language_last_used(store: Store, respondent: Respondent) -> None:
    respondent.post({**respondent.look("en").hidden, **YES})
    later = Respondent(app_on(store)).look()
    assert (later.name, later.tree.get("lang")) == ("work", "en")


def test_earlier_answers_are_never_shown(respondent: Respondent) -> None:
    respondent.walk(YES, {"job": "yes"}, {"months": "7", "since": "2020-01-01"})
    for name in ("details", "work", "consent"):
        respondent.send(back="1")
        page = respondent.look()
        assert (page.name, list(page.filled())) == (name, [])
        assert "2020-01-01" not in page.text


def test_back_then_another_answer_replaces_and_leads_on(store: Store, respondent: Respondent) -> None:
    respondent.walk(YES, {"job": "yes"}, {"since": "2020-01-01"})
    respondent.send(back="1")
    respondent.send(back="1")
    respondent.walk({"job": "no"})
    assert answers_of(store)["job"] == "no"
    assert respondent.look().name == "last"


def test_back_keeps_what_is_left_empty(store: Store, respondent: Respondent) -> None:
    respondent.walk(YES, {"job": "yes"}, {"months": "7", "hours": "30", "since": "2020-01-01"})
    respondent.send(back="1")
    assert "What you leave empty stays" in respondent.look("en").text
    respondent.walk({"hours": "20"})
    kept = answers_of(store)
    assert (kept["months"], kept["hours"], kept["since"]) == ("7", "20", "2020-01-01")


def test_the_first_page_has_no_way_back(store: Store, respondent: Respondent) -> None:
    assert respondent.look("en").buttons == ["Next"]
    assert respondent.send(back="1").status_code == 303
    assert respondent.look().name == "consent"


def test_a_refusal_ends_politely_and_is_kept(store: Store, respondent: Respondent) -> None:
    respondent.walk({"consent": "no"})
    page = respondent.look("en")
    assert (page.headings, page.buttons) == (["You said no"], ["I have changed my mind"])
    assert store.counts(DEPLOYMENT.id)["refused"] == 1


def test_who_changes_her_mind_is_asked_again(store: Store, respondent: Respondent) -> None:
    respondent.walk({"consent": "no"})
    respondent.send(back="1")
    page = respondent.look("en")
    assert (page.name, list(page.filled()), page.buttons) == ("consent", [], ["Next"])
    assert store.counts(DEPLOYMENT.id)["refused"] == 1  # until she says yes
    assert respondent.send().status_code == 422  # saying nothing is no consent
    respondent.walk(YES)
    assert (store.counts(DEPLOYMENT.id)["partial"], respondent.look().name) == (1, "work")


def test_progress_counts_pages_on_the_path_that_show_something(respondent: Respondent) -> None:
    assert "Page 1 of about 3" in respondent.look("en").text  # consent, work, last; the calculation shows nothing
    respondent.walk(YES)
    assert "Page 2 of about 3" in respondent.look("en").text
    respondent.walk({"job": "yes"})
    assert "Page 3 of about 4" in respondent.look("en").text


def test_send_stands_on_the_last_page_only(respondent: Respondent) -> None:
    respondent.walk(YES)
    assert respondent.look("en").buttons == ["Next", "Back"]
    respondent.walk({"job": "no"})
    assert respondent.look("en").buttons == ["Send", "Back"]


def test_next_stands_where_an_answer_can_open_another_page(respondent: Respondent) -> None:
    """Page 1 is alone on its path after a refusal, but yes leads on."""
    respondent.walk({"consent": "no"})
    respondent.send(back="1")
    assert respondent.look("en").buttons == ["Next"]


@pytest.mark.parametrize("agent", ["WhatsApp/2.21.12", "facebookexternalhit/1.1", "Googlebot/2.1"])
def test_a_messenger_that_previews_the_link_does_not_open_it(store: Store, respondent: Respondent, agent: str) -> None:
    assert respondent.ask("GET", headers={"user-agent": agent}).status_code == 200
    assert store.counts(DEPLOYMENT.id)["opened"] == 0
    respondent.look()
    assert store.counts(DEPLOYMENT.id)["opened"] == 1


def test_looking_twice_opens_once(store: Store, respondent: Respondent) -> None:
    respondent.look()
    before = store.changes(DEPLOYMENT.id, 0, 10)
    respondent.look()
    assert store.changes(DEPLOYMENT.id, 0, 10) == before
