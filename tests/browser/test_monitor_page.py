"""The page of `evaltool monitor` on the smallest phone and on a screen, as axe sees it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from browsing import PHONE, check_with_axe
from playwright.sync_api import Browser

from evaltool.project import Schedule
from evaltool.records import Deployment
from evaltool.results import Estimate
from evaltool.survey.load import load_roster, load_survey
from evaltool.workflows.monitor_counts import Duration, Flow, Stop, Unanswered
from evaltool.workflows.monitor_page import as_html
from evaltool.workflows.monitor_wave import Grouped, Monitor, Said, Wave

SURVEYS = Path(__file__).parents[2] / "surveys"
BEGIN, END = date(2026, 9, 1), date(2026, 11, 15)
PULLED = datetime(2026, 10, 15, 20, tzinfo=UTC)
COUNTS = {"complete": 14, "partial": 1, "refused": 1, "broken_off": 2, "reported": 1, "not_begun": 41, "under_way": 1}
SCREEN = {"width": 1200, "height": 900}


def flow(level: str, label: Mapping[str, str], invited: int, days: int) -> Flow:
    """An answer on every second day from the beginning."""
    return Flow(level, label, {BEGIN: invited}, {BEGIN + timedelta(days=2 * number): 1 for number in range(days)})


def wave(version: int) -> Wave:
    survey = load_survey(SURVEYS / "mentee-end" / f"v{version}.yaml", load_roster(SURVEYS / "roster.yaml"))
    sites = {"aarhus": {"da": "Aarhus", "en": "Aarhus"}, "long": {"": "Et meget langt navn på et meget lille sted"}}
    return Wave(
        deployment=Deployment(
            id=survey.key,
            survey=survey.survey,
            version=version,
            structure_hash="",
            texts={},
            platform="limesurvey",
            deployed_at="2026-08-30T10:00:00+00:00",
        ),
        survey=survey,
        schedule=Schedule(begin=BEGIN, end=END, reminders=(date(2026, 9, 15),), targets={date(2026, 10, 1): 0.4}),
        few=10,
        pulled_at=PULLED,
        saved_on=date(2026, 10, 1),
        counts=COUNTS,
        everybody=flow("", {}, 60, 15),
        groups=(Grouped({"da": "Sted", "en": "Site"}, tuple(flow(code, sites[code], 30, 7) for code in sites)),),
        stops=(Stop("", ("consent",), 17, 1, 0), Stop("job", ("danish",), 16, 1, 1)),
        durations=(Duration("", 14, 1, (7.5, 11.0, 14.5)), Duration("ar", 4, 0, (1.0, 2.0, 3.0))),
        unanswered=(Unanswered("job", 15, 1, 2),),
        alike={"mentor_trust..mentor_equal": Estimate(indicator="q", population="", statistic="s", count=4, n=8)},
        others={"barriers": Estimate(indicator="q", population="", statistic="s", count=4, n=8)},
        notes=(Said("Nobody was invited from here: there is no base for shares of those invited."),),
    )


@pytest.fixture
def followed() -> Monitor:
    alert = Said("Pulled last on {day}: {waves}. What has come in since is not counted (evaltool pull).")
    alerts = (("", Said(alert.message, {"day": BEGIN, "waves": "mentee-end@1"})), ("mentee-end@1", Said("Nothing.")))
    return Monitor(PULLED, (wave(1), wave(2)), alerts, (), synthetic=True)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("size", [PHONE, SCREEN], ids=["phone", "screen"])
def test_the_page_fits_and_axe_finds_nothing(
    browser: Browser, followed: Monitor, tmp_path: Path, language: str, size: dict[str, int]
) -> None:
    file = tmp_path / "monitor.html"
    file.write_text(as_html(followed, language), encoding="utf-8")
    page = browser.new_page(viewport={"width": size["width"], "height": size["height"]})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.locator("img").evaluate_all("all => all.every(img => img.naturalWidth > 0 && img.alt)")
    assert page.locator("img").count() == 4
    check_with_axe(page)
    page.close()
