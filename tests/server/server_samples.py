"""A small survey with every question type, and a respondent without a browser."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
from lxml import html
from starlette.applications import Starlette

from evaltool.records import Deployment
from evaltool.server.app import build_app
from evaltool.server.store import Participant, Store
from evaltool.survey.model import Survey

SECRET = b"only for tests, thirty-two bytes"
NOW = "2021-11-22T10:00:00+00:00"
TOKEN = "tok-1"

SURVEY = Survey.model_validate(
    {
        "survey": "all-types",
        "version": 1,
        "language": "da",
        "translations": ["en", "ar"],
        "drafts": {"ar": ["consent.label"]},
        "title": {"da": "Dit forløb", "en": "Your course", "ar": "دورتك"},
        "refusal": "${consent} = 'no'",
        "attributes": {
            "site": {"type": "choice", "choices": {"north": {"label": {"da": "Nord & Havn", "en": "North"}}}},
            "started": {"type": "date"},
            "nickname": {},
        },
        "pages": [
            {
                "name": "consent",
                "title": {"da": "Vil du svare?", "en": "Will you answer?", "ar": "هل تريد الإجابة؟"},
                "questions": [
                    {"name": "about", "type": "note", "label": {"da": "Om ${site}, ${started}, ${nickname}."}},
                    {
                        "name": "consent",
                        "type": "select_one",
                        "required": True,
                        "label": {"da": "Må vi spørge?", "en": "May we ask?"},
                        "choices": {"yes": "Ja", "no": "Nej"},
                    },
                ],
            },
            {"name": "sums", "questions": [{"name": "where", "type": "calculate", "calculation": "${site}"}]},
            {
                "name": "work",
                "questions": [
                    {
                        "name": "job",
                        "type": "select_one",
                        "label": "Har du <b>job</b>?",
                        "hint": "Også deltid.",
                        "choices": {
                            "yes": "Ja",
                            "no": "Nej",
                            "other": {"label": "Andet", "other": True},
                            "unsaid": {"label": "Jeg vil ikke svare", "missing": "refused"},
                        },
                    }
                ],
            },
            {
                "name": "details",
                "relevant": "${job} = 'yes'",
                "questions": [
                    {
                        "name": "months",
                        "type": "integer",
                        "label": "Hvor mange måneder?",
                        "constraint": ". >= 0 and . <= 600",
                        "constraint_message": "Skriv 0 til 600.",
                    },
                    {"name": "hours", "type": "decimal", "label": "Timer om ugen?"},
                    {"name": "since", "type": "date", "label": "Siden hvornår?", "required": True},
                ],
            },
            {
                "name": "last",
                "questions": [
                    {
                        "name": "barriers",
                        "type": "select_multiple",
                        "label": "Hvad er svært?",
                        "choices": {
                            "language": "Sproget",
                            "time": "Tiden",
                            "another": {"label": "Andet", "other": True},
                            "nothing": {"label": "Intet", "exclusive": True},
                        },
                    },
                    {"name": "best", "type": "text", "appearance": "multiline", "label": "Hvad var bedst?"},
                    {"name": "word", "type": "text", "max_length": 8, "label": "Et ord?"},
                ],
            },
        ],
    },
    context={"language": "da"},
)

DEPLOYMENT = Deployment(
    id="all-types@1",
    survey="all-types",
    version=1,
    structure_hash="5f0c",
    texts={"da": "1a"},
    platform="embedded",
    deployed_at=NOW,
)
ATTRIBUTES = {"site": "north", "started": "2021-03-04", "nickname": "<script>alert(1)</script>"}


def participant(number: int = 1, *, language: str = "da") -> Participant:
    return Participant(f"u_{number}", f"p_{number}", f"tok-{number}", language, ATTRIBUTES)


def database(folder: Path) -> str:
    return f"sqlite:///{(folder / 'collect.sqlite').as_posix()}"


def filled_store(folder: Path, invited: int = 1) -> Store:
    """A store with the deployment and `invited` participants."""
    store = Store.open(database(folder), clock=lambda: NOW)
    store.add_deployment(DEPLOYMENT, SURVEY.model_dump_json())
    store.add_participants(DEPLOYMENT.id, [participant(number) for number in range(1, invited + 1)])
    return store


def app_on(store: Store, *, synthetic: bool = False, preview: bool = False) -> Starlette:
    return build_app(store, secret=SECRET, synthetic=synthetic, preview=preview, clock=lambda: NOW)


@dataclass
class Respondent:
    """Follows a personal link as a browser does, without a network."""

    app: Starlette
    token: str = TOKEN

    def ask(self, method: str, path: str = "", *, raises: bool = False, **options: object) -> httpx.Response:
        """One request. With `raises`, what the app hands on to the server's log is raised here."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=raises)
            async with httpx.AsyncClient(transport=transport, base_url="http://survey.test") as client:
                return await client.request(method, path or f"/s/{self.token}", **options)

        return asyncio.run(send())

    def look(self, language: str = "") -> "Page":
        return Page(self.ask("GET", params={"lang": language} if language else {}))

    def post(self, fields: Mapping[str, str | list[str]]) -> httpx.Response:
        body = urlencode(fields, doseq=True)
        return self.ask("POST", content=body, headers={"content-type": "application/x-www-form-urlencoded"})

    def send(self, **answers: str | list[str]) -> httpx.Response:
        """Post what the page shown now asks, as it asks it."""
        return self.post({**self.look().hidden, **answers})

    def walk(self, *screens: Mapping[str, str | list[str]]) -> None:
        """Send several pages; each must be taken."""
        for answers in screens:
            sent = self.send(**answers)
            assert sent.status_code == 303, sent.text


class Page:
    """A page as it came."""

    def __init__(self, response: httpx.Response):
        self.response = response
        self.status = response.status_code
        self.text = response.text
        self.tree = html.fromstring(response.text)

    @property
    def hidden(self) -> dict[str, str]:
        return {item.get("name"): item.get("value") for item in self.tree.xpath("//form//input[@type='hidden']")}

    @property
    def name(self) -> str | None:
        return self.hidden.get("page")

    @property
    def title(self) -> str:
        return self.tree.findtext(".//title")

    @property
    def headings(self) -> list[str]:
        return [heading.text_content() for heading in self.tree.xpath("//h1")]

    @property
    def buttons(self) -> list[str]:
        return [button.text_content() for button in self.tree.xpath("//button")]

    def filled(self) -> Iterator[str]:
        """Every answer that the page shows as given."""
        yield from (item.get("name") for item in self.tree.xpath("//input[@checked]"))
        yield from (item.get("value") for item in self.tree.xpath("//input[@type='text']") if item.get("value"))
        yield from (item.text.strip() for item in self.tree.xpath("//textarea") if (item.text or "").strip())


def answers_of(store: Store) -> dict[str, object]:
    """The answers of the only interview that has changed."""
    ((_, response),) = store.changes(DEPLOYMENT.id, 0, 10)
    return dict(response.answers)
