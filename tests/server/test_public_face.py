"""What anybody on the network meets: headers, refusals, escaping, languages."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hatchling.builders.wheel import WheelBuilder
from server_samples import (
    ATTRIBUTES,
    DEPLOYMENT,
    NOW,
    SURVEY,
    TOKEN,
    Page,
    Respondent,
    answers_of,
    app_on,
    database,
    filled_store,
)

from evaltool.records import Deployment, Revision
from evaltool.server.app import MAX_BODY, build_app
from evaltool.server.pages import Words
from evaltool.server.store import Participant, Store
from evaltool.survey.types import QUESTION_TYPES

ROOM = Path(__file__).parents[2] / "evaltool" / "server"


class _BrokenStore(Store):
    """Fails as a full disk does."""

    def find(self, token: str) -> None:
        raise OSError(28, "no space left on device")


def _answers_of_every_kind(store: Store) -> dict[int, object]:
    respondent = Respondent(app_on(store))
    fields = respondent.look().hidden
    broken = Respondent(build_app(_BrokenStore(store._engine, lambda: ""), secret=b"x" * 32))
    return {
        200: respondent.ask("GET"),
        422: respondent.post(fields),
        403: respondent.post({**fields, "csrf": "0"}),
        303: respondent.post({**fields, "consent": "no"}),
        404: respondent.ask("GET", "/s/nobody"),
        405: respondent.ask("DELETE"),
        413: respondent.post({**fields, "best": "x" * MAX_BODY}),
        500: broken.ask("GET"),
    }


@pytest.mark.parametrize("status", [200, 303, 403, 404, 405, 413, 422, 500])
def test_every_answer_carries_the_security_headers(store: Store, status: int) -> None:
    answer = _answers_of_every_kind(store)[status]
    assert answer.status_code == status
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == policy["style-src"] == "'self'"
    assert "script-src" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


def test_a_failure_tells_the_respondent_nothing_of_the_inside(store: Store) -> None:
    page = Page(_answers_of_every_kind(store)[500])
    assert page.headings == ["Something went wrong here"]
    assert "space left" not in page.text
    assert TOKEN not in page.text


def test_a_database_that_fails_is_logged_in_one_line_and_without_answers(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """What the disk says is told to whoever runs the server; the respondent gets the page, nobody a traceback."""
    respondent = Respondent(app_on(store))
    respondent.walk({"consent": "yes"}, {"job": "no"})
    fields = respondent.look().hidden
    with store._writing() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE UPDATE ON interview BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
        )
    sent = respondent.ask(
        "POST",
        content=urlencode({**fields, "best": "hemmeligt"}),
        headers={"content-type": "application/x-www-form-urlencoded"},
        raises=True,
    )
    assert sent.status_code == 500
    assert Page(sent).headings == ["Something went wrong here"]
    (record,) = caplog.records
    assert "disk I/O error" in record.getMessage()
    assert record.exc_info is None
    assert not any(secret in caplog.text for secret in (TOKEN, "hemmeligt", "Traceback"))


def test_a_reviewed_translation_loses_its_mark_while_the_server_runs(tmp_path: Path, store: Store) -> None:
    respondent = Respondent(app_on(store))
    assert "هذه الترجمة مسودة." in respondent.look("ar").text
    elsewhere = Store.open(database(tmp_path))
    elsewhere.add_deployment(DEPLOYMENT, SURVEY.model_copy(update={"drafts": {}}).model_dump_json())
    elsewhere.close()
    assert "هذه الترجمة مسودة." not in respondent.look("ar").text


def test_corrected_texts_are_shown_while_the_server_runs(tmp_path: Path, store: Store) -> None:
    respondent = Respondent(app_on(store))
    assert "Må vi spørge?" in respondent.look().text
    revision = Revision(revision=2, texts={"da": "2b"}, deployed_at=NOW)
    corrected = SURVEY.model_dump_json().replace("Må vi spørge?", "Vil du svare os?")
    elsewhere = Store.open(database(tmp_path))
    elsewhere.add_deployment(replace(DEPLOYMENT, revisions=(revision,)), corrected)
    elsewhere.close()
    shown = respondent.look().text
    assert "Vil du svare os?" in shown
    assert "Må vi spørge?" not in shown


def test_a_form_of_another_link_is_refused(tmp_path: Path) -> None:
    store = filled_store(tmp_path, invited=2)
    app = app_on(store)
    other = Respondent(app, "tok-2").look().hidden["csrf"]
    respondent = Respondent(app)
    for forged in (other, "", "æ"):
        sent = respondent.post({**respondent.look().hidden, "csrf": forged, "consent": "yes"})
        assert sent.status_code == 403
    assert answers_of_unit(store, "u_1") == {}
    store.close()


def answers_of_unit(store: Store, unit: str) -> dict[str, object]:
    return next(dict(found.answers) for _, found in store.changes(DEPLOYMENT.id, 0, 9) if found.unit == unit)


def test_another_secret_signs_other_forms(store: Store) -> None:
    fields = Respondent(app_on(store)).look().hidden
    restarted = Respondent(build_app(store, secret=b"another secret of thirty-two byte"))
    assert restarted.post({**fields, "consent": "yes"}).status_code == 403


def test_an_unknown_link_is_told_in_the_browsers_language(respondent: Respondent) -> None:
    page = Page(respondent.ask("GET", "/s/nobody", headers={"accept-language": "tlh, da-DK;q=0.9, en;q=0.8"}))
    assert (page.status, page.headings, page.tree.get("lang")) == (404, ["Linket virker ikke"], "da")
    page = Page(respondent.ask("GET", "/admin"))
    assert (page.status, page.headings, page.tree.get("lang")) == (404, ["This link does not work"], "en")


def test_a_closed_survey_says_so_and_saves_nothing(store: Store, respondent: Respondent) -> None:
    fields = {**respondent.look().hidden, "consent": "yes"}
    store.close_deployment(DEPLOYMENT.id)
    page = Page(respondent.post(fields))
    assert (page.status, page.tree.get("lang")) == (410, "da")
    assert respondent.look("en").headings == ["The survey has ended"]
    assert answers_of(store) == {}


def test_texts_and_roster_facts_are_escaped(respondent: Respondent) -> None:
    page = respondent.look()
    assert "Om Nord &amp; Havn, 4. marts 2021, &lt;script&gt;alert(1)&lt;/script&gt;." in page.text
    assert not page.tree.xpath("//script")
    respondent.walk({"consent": "yes"})
    assert "Har du &lt;b&gt;job&lt;/b&gt;?" in respondent.look().text


def test_a_typed_answer_is_escaped(respondent: Respondent) -> None:
    respondent.walk({"consent": "yes"}, {"job": "no"})
    nasty = '</textarea><script>alert(1)</script>"><b x="'
    page = Page(respondent.send(best=nasty, word=nasty))
    assert page.status == 422
    assert not page.tree.xpath("//script | //b")
    assert page.tree.xpath("string(//textarea)").strip() == nasty
    assert page.tree.xpath("//input[@name='word']/@value") == [nasty]


def test_blank_pages_are_drawn_once_but_roster_facts_each_time(store: Store) -> None:
    store.add_participants(
        DEPLOYMENT.id, [Participant("u_9", "p_9", "tok-9", "da", {**ATTRIBUTES, "nickname": "Noor"})]
    )
    app = app_on(store)
    first, second = Respondent(app).look(), Respondent(app, "tok-9").look()
    assert "Noor" not in first.text
    assert "Noor" in second.text
    assert "alert" not in second.text


def test_the_picker_offers_each_language_by_its_own_name(respondent: Respondent) -> None:
    links = respondent.look().tree.xpath("//nav//a")
    assert [(link.get("hreflang"), link.get("lang"), link.text) for link in links] == [
        ("da", "da", "dansk"),
        ("en", "en", "English"),
        ("ar", "ar", "العربية"),
    ]
    assert [link.get("href") for link in links if link.get("aria-current")] == ["?lang=da"]


def test_a_right_to_left_language_turns_the_page(respondent: Respondent) -> None:
    page = respondent.look("ar")
    assert (page.tree.get("lang"), page.tree.get("dir")) == ("ar", "rtl")
    assert page.headings == ["هل تريد الإجابة؟"]


def test_a_text_in_another_language_is_marked(respondent: Respondent) -> None:
    """The Arabic sample lacks this question; the buttons are Arabic, and so not marked."""
    page = respondent.look("ar")
    (legend,) = page.tree.xpath("//legend/span[@lang]")[:1]
    assert (legend.get("lang"), legend.get("dir"), legend.text) == ("da", "ltr", "Må vi spørge?")
    assert page.buttons == ["التالي"]
    assert not page.tree.xpath("//button/span")


def test_an_interface_text_that_a_language_lacks_is_english_and_marked() -> None:
    marked = '<span lang="en" dir="ltr">Next</span>'
    assert Words("ku").say("Next") == marked
    assert Words("ar").say("Not in any file 1") == marked.replace("Next", "Not in any file 1")


def test_a_language_that_is_not_offered_falls_back(respondent: Respondent) -> None:
    assert respondent.look("<x>").tree.get("lang") == "da"


def test_a_draft_translation_says_so(respondent: Respondent) -> None:
    assert "هذه الترجمة مسودة." in respondent.look("ar").text
    assert "This translation is a draft." not in respondent.look("en").text


def test_a_language_that_lacks_texts_says_so_and_shows_them_in_the_surveys_own(store: Store) -> None:
    partly = SURVEY.model_copy(update={"drafts": {}, "untranslated": {"ar": ("consent.label",)}})
    store.add_deployment(DEPLOYMENT, partly.model_dump_json())
    page = Respondent(app_on(store)).look("ar")
    assert page.tree.xpath("string(//p[@class='notice'])") == "هذه الترجمة مسودة."
    assert page.tree.xpath("//legend/span[@lang='da'][@dir='ltr']/text()") == ["Må vi spørge?"]


def test_made_up_data_are_marked_on_every_page(tmp_path: Path) -> None:
    store = filled_store(tmp_path)
    respondent = Respondent(app_on(store, synthetic=True))
    pages = [respondent.look(), Page(respondent.send())]
    respondent.walk({"consent": "no"})
    pages.append(respondent.look())
    for page in pages:
        assert page.title.startswith("OPDIGTEDE DATA: ")
        assert page.tree.xpath("string(//p[@class='banner'])") == "OPDIGTEDE DATA"
    store.close()


def test_a_synthetic_deployment_is_marked_by_itself(store: Store) -> None:
    made_up = Deployment.from_json({**DEPLOYMENT.to_json(), "id": "made-up", "synthetic": True})
    store.add_deployment(made_up, SURVEY.model_dump_json())
    store.add_participants("made-up", [Participant("u_7", "p_7", "tok-7", "en", ATTRIBUTES)])
    app = app_on(store)
    assert Respondent(app, "tok-7").look().title.startswith("MADE-UP DATA: ")
    assert "MADE-UP" not in Respondent(app).look("en").text


def test_a_preview_says_that_nothing_is_kept(store: Store) -> None:
    assert "Preview: nothing is kept" in Respondent(app_on(store, preview=True)).look("en").text


def test_choices_without_an_answer_stand_apart(respondent: Respondent) -> None:
    respondent.walk({"consent": "yes"})
    page = respondent.look()
    assert page.tree.xpath("//div[@class='apart']//input/@value") == ["unsaid"]
    assert page.tree.xpath("//fieldset/label/input/@value") == ["yes", "no", "other"]


def test_the_style_sheet_may_be_kept_for_ever(respondent: Respondent) -> None:
    (address,) = respondent.look().tree.xpath("//link[@rel='stylesheet']/@href")
    sheet = respondent.ask("GET", address)
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in sheet.headers["cache-control"]
    assert respondent.ask("GET", "/static/old/survey.css").status_code == 404
    assert respondent.ask("GET", address.replace("survey.css", "..%2fapp.py")).status_code == 404


def test_fonts_may_be_kept_for_ever_and_come_with_their_licence(respondent: Respondent) -> None:
    (address,) = respondent.look().tree.xpath("//link[@rel='stylesheet']/@href")
    sheet = respondent.ask("GET", address)
    fonts = re.findall(r"url\(\"([^\"]+)\"\)", sheet.text)
    assert len(fonts) == 3
    for font in fonts:
        found = respondent.ask("GET", address.replace("survey.css", font))
        assert (found.status_code, found.headers["content-type"]) == (200, "font/woff2")
        assert found.content.startswith(b"wOF2")
        assert "immutable" in found.headers["cache-control"]
    assert "SIL OPEN FONT LICENSE" in respondent.ask("GET", address.replace("survey.css", "fonts/OFL.txt")).text


def test_the_installed_package_has_fonts_and_interface_texts() -> None:
    builder = WheelBuilder(str(ROOM.parents[1]))
    packed = {Path(file.distribution_path).as_posix() for file in builder.recurse_included_files()}
    wanted = [*ROOM.glob("static/**/*.*"), *ROOM.parent.glob("locale/*/*.po")]
    assert len([file for file in wanted if file.suffix == ".woff2"]) == 3
    assert {file.relative_to(ROOM.parents[1]).as_posix() for file in wanted} <= packed


def test_the_style_sheet_spaces_and_turns_no_letters() -> None:
    """Joined letters fall apart when they are spaced, and most scripts have no capitals."""
    sheet = (ROOM / "static" / "survey.css").read_text(encoding="utf-8")
    assert not re.findall(r"letter-spacing|word-spacing|text-transform|font-variant|italic", sheet)


def test_the_style_sheet_knows_no_left_and_right() -> None:
    sheet = (ROOM / "static" / "survey.css").read_text(encoding="utf-8")
    assert not re.findall(r"(?:margin|padding|border|inset)-(?:left|right)|text-align:\s*(?:left|right)|float:", sheet)


def test_every_question_type_has_its_template() -> None:
    templates = {file.stem for file in (ROOM / "templates" / "questions").iterdir()}
    assert templates == set(QUESTION_TYPES)
