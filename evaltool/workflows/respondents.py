"""Made-up respondents answer over HTTP, page by page, as a browser without JavaScript does."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from queue import SimpleQueue
from urllib.parse import urlencode, urlsplit

from lxml import html

from evaltool.errors import PlatformError
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.model import Question
from evaltool.survey.simulate import simulate
from evaltool.workflows.made_up import Respondent
from evaltool.workflows.working import Progress

_AT_ONCE = 4
_OTHER_TEXT = "Made-up answer."


def answer_all(work: Sequence[tuple[str, Respondent]], progress: Progress, *, label: str) -> None:
    """Let every respondent follow her link; several at once, as people do.

    Raises:
        PlatformError: if a page refuses an answer or the server fails.
    """
    browsers: SimpleQueue[_Browser] = SimpleQueue()

    def visit(item: tuple[str, Respondent]) -> None:
        link, respondent = item
        browser = browsers.get()
        try:
            _Visit(browser, urlsplit(link).path, respondent).run()
        finally:
            browsers.put(browser)

    with ExitStack() as opened, ThreadPoolExecutor(_AT_ONCE) as pool:
        for link, _ in work[:_AT_ONCE]:
            browsers.put(opened.enter_context(closing(_Browser(link))))
        for done, _ in enumerate(pool.map(visit, work), 1):
            progress(label, done, len(work))


class _Browser:
    """One kept connection to the server. The standard library's client: ten thousand pages should not take long."""

    def __init__(self, address: str):
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=30)

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str) -> bytes:
        """The page at `path`. Raises PlatformError if there is none."""
        response, page = self._ask("GET", path)
        if response.status != HTTPStatus.OK:
            raise PlatformError(f"the survey server answered {response.status} to a personal link")
        return page

    def post(self, path: str, fields: Mapping[str, str | list[str]]) -> str:
        """Send a form; returns the place it leads to. Raises PlatformError if it comes back with faults."""
        response, _ = self._ask("POST", path, urlencode(fields, doseq=True))
        if response.status != HTTPStatus.SEE_OTHER:
            raise PlatformError(f"page «{fields['page']}» refused a made-up answer ({response.status})")
        return response.headers["location"]

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[HTTPResponse, bytes]:
        headers = {"content-type": "application/x-www-form-urlencoded"} if body else {}
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        return response, response.read()


@dataclass(frozen=True)
class _Visit:
    """One respondent at her link."""

    browser: _Browser
    path: str
    respondent: Respondent

    def run(self) -> None:
        if self.respondent.fate == "never":
            return
        written = simulate(self.respondent.survey, self.respondent.attributes, self.respondent.habits)
        page = self._open()
        limit = self.respondent.pages
        pages = 0
        while (form := _form(page)) is not None and (limit is None or pages < limit):
            page = self._send(form, written)
            pages += 1
            if pages == 2 and self.respondent.manner == "come_back":
                page = self._open()

    def _open(self) -> bytes:
        return self.browser.get(f"{self.path}?lang={self.respondent.language}")

    def _send(self, form: Mapping[str, str], written: Mapping[str, Sequence[str]]) -> bytes:
        fields = {**form, **self._fields(form["page"], written)}
        place = self.browser.post(self.path, fields)
        if self.respondent.manner == "post_twice":
            place = self.browser.post(self.path, fields)
        return self.browser.get(place)

    def _fields(self, page_name: str, written: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Form fields of one page; what is not on the path has no answer in `written`."""
        page = self.respondent.survey.page(page_name)
        fields: dict[str, list[str]] = {}
        for question in page.questions if page else ():
            codes = list(written.get(question.name, ()))
            if codes:
                fields |= {question.name: codes, **_other_text(question, codes)}
        return fields


def _other_text(question: Question, codes: Sequence[str]) -> dict[str, list[str]]:
    return {question.name + OTHER_SUFFIX: [_OTHER_TEXT]} if question.other_choice in codes else {}


def _form(page: bytes) -> dict[str, str] | None:
    """The hidden fields of the page's form; None on a page that asks nothing more."""
    hidden = html.fromstring(page).xpath("//form[@method='post']//input[@type='hidden']")
    fields = {str(item.get("name")): str(item.get("value", "")) for item in hidden}  # pyright: ignore[reportGeneralTypeIssues, reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]  # xpath has no static type
    return fields if "page" in fields else None
