"""Made-up respondents answer over HTTP, page by page, as a browser without JavaScript does."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

import httpx
from lxml import html

from evaltool.errors import PlatformError
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.model import Question
from evaltool.survey.simulate import simulate
from evaltool.workflows.made_up import Respondent
from evaltool.workflows.working import Progress

_AT_ONCE = 6
_OTHER_TEXT = "Made-up answer."


def answer_all(work: Sequence[tuple[str, Respondent]], progress: Progress, *, label: str) -> None:
    """Let every respondent follow her link; several at once, as people do.

    Raises:
        PlatformError: if a page refuses an answer or the server fails.
    """
    with httpx.Client(follow_redirects=False, timeout=30) as client, ThreadPoolExecutor(_AT_ONCE) as pool:
        visits = [_Visit(client, link, respondent) for link, respondent in work]
        answered = pool.map(_Visit.run, visits)
        for done, _ in enumerate(answered, 1):
            progress(label, done, len(work))


@dataclass
class _Visit:
    """One respondent at her link."""

    client: httpx.Client
    link: str
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

    def _open(self) -> httpx.Response:
        return self._get(f"{self.link}?lang={self.respondent.language}")

    def _get(self, address: str) -> httpx.Response:
        page = self.client.get(address)
        if page.status_code != HTTPStatus.OK:
            raise PlatformError(f"the survey server answered {page.status_code} to a personal link")
        return page

    def _send(self, form: Mapping[str, str], written: Mapping[str, Sequence[str]]) -> httpx.Response:
        fields = {**form, **self._fields(form["page"], written)}
        sent = self._post(fields)
        if self.respondent.manner == "post_twice":
            sent = self._post(fields)
        return self._get(str(httpx.URL(self.link).join(sent.headers["location"])))

    def _post(self, fields: Mapping[str, str | list[str]]) -> httpx.Response:
        sent = self.client.post(self.link, data=fields)
        if sent.status_code != HTTPStatus.SEE_OTHER:
            raise PlatformError(f"page «{fields['page']}» refused a made-up answer ({sent.status_code})")
        return sent

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


def _form(page: httpx.Response) -> dict[str, str] | None:
    """The hidden fields of the page's form; None on a page that asks nothing more."""
    hidden = html.fromstring(page.content).xpath("//form[@method='post']//input[@type='hidden']")
    fields = {str(item.get("name")): str(item.get("value", "")) for item in hidden}  # pyright: ignore[reportGeneralTypeIssues, reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]  # xpath has no static type
    return fields if "page" in fields else None
