"""The public face: respondent pages only. No cookies, no login, nothing to administer."""

import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evaltool.errors import PlatformError
from evaltool.records import Clock, PageVisit, utc_now
from evaltool.server.interview import Form, Interview, Position, go_back, locate, open_link, take
from evaltool.server.pages import (
    Drawn,
    Frame,
    Words,
    end_page,
    message_page,
    question_page,
    static_files,
    static_version,
)
from evaltool.server.store import Store, Visit
from evaltool.survey.model import Survey
from evaltool.text import interface_languages

_LOG = logging.getLogger(__name__)
MAX_BODY = 1_000_000
_FOR_EVER = "public, max-age=31536000, immutable"
_MAX_FIELDS = 2_000
_KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain"}

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}

# Interface texts by status: a heading, and what to do now.
_MESSAGES: Mapping[int, tuple[str, str]] = {
    403: (
        "This page could not be sent",
        "Open your link again, and go on from there. What you sent before is saved.",
    ),
    404: (
        "This link does not work",
        "Perhaps a part of it is missing. Open the link in your message again, or ask the person who sent it.",
    ),
    410: ("The survey has ended", "We take no more answers. Thank you for coming."),
    413: ("Your text is too long", "Go back, and write a little less."),
    500: (
        "Something went wrong here",
        "It is not your fault. Wait a little, and open your link again. What you sent before is saved.",
    ),
}

# Messengers and phones fetch a link to preview it, before anybody has opened it.
_PREVIEWERS = ("bot", "whatsapp", "facebookexternalhit", "preview", "crawler", "spider")


def build_app(
    store: Store, *, secret: bytes, synthetic: bool = False, preview: bool = False, clock: Clock = utc_now
) -> Starlette:
    """The survey server on a store: `/s/{token}` and its style sheet.

    `synthetic` marks every page as made-up data (a synthetic deployment is marked in any case), `preview`
    tells staff that nothing is kept; the store that they are given is thrown away by whoever made it.
    """
    desk = _Desk(store, secret, clock, synthetic=synthetic, preview=preview)
    return Starlette(
        routes=[
            Route("/s/{token}", desk.show, methods=["GET"]),
            Route("/s/{token}", desk.accept, methods=["POST"]),
            Route("/static/{version}/{name:path}", _static, methods=["GET"]),
        ],
        middleware=[Middleware(_Headers)],
        exception_handlers={HTTPException: _refuse, PlatformError: _tell, Exception: _fail},
    )


class _Headers:
    """Puts the security headers on every answer; a route may have set its own value."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


@dataclass(frozen=True)
class _Desk:
    """Answers the two requests that a personal link takes."""

    store: Store
    secret: bytes
    clock: Clock
    synthetic: bool
    preview: bool
    drawn: dict[str, tuple[Survey, Drawn]] = field(default_factory=dict[str, "tuple[Survey, Drawn]"])

    async def show(self, request: Request) -> Response:
        """Reading is quick and waits for nobody, so it needs no thread; saving waits for the disk."""
        call = self._call(request, request.query_params.get("lang"))
        if call.interview.opened_at is None and not _is_previewer(request):
            await run_in_threadpool(self.store.save, call.interview, open_link(call.interview, self.clock()))
        return call.page(call.position)

    async def accept(self, request: Request) -> Response:
        form = await _read_form(request)
        return await run_in_threadpool(self._accept, request, form)

    def _accept(self, request: Request, form: Form) -> Response:
        call = self._call(request, _first(form, "lang"))
        if not hmac.compare_digest(call.csrf.encode(), _first(form, "csrf").encode()):
            raise HTTPException(403)
        position = call.position
        # A double post, or one from a page left open: what is asked now is shown, and nothing is changed.
        if _first(form, "page") != (position.screen.page.name if position.screen else ""):
            return call.redirect
        if "back" in form:
            return self._keep(call, go_back(call.interview, position, self.clock()))
        if position.screen is None:
            return call.redirect
        visit = PageVisit(page=position.screen.page.name, language=call.frame.words.language, saved_at=self.clock())
        taken = take(call.survey, call.interview, position.screen, form=form, visit=visit)
        if isinstance(taken, Interview):
            return self._keep(call, taken)
        page = question_page(call.frame, position, csrf=call.csrf, form=form, problems=taken)
        return HTMLResponse(page, HTTPStatus.UNPROCESSABLE_ENTITY)

    def _keep(self, call: "_Call", after: Interview | None) -> Response:
        """Save durably, then redirect. If another save came first, the respondent sees where she stands now."""
        if after is not None:
            self.store.save(call.interview, after)
        return call.redirect

    def _call(self, request: Request, wanted: str | None) -> "_Call":
        token = request.path_params["token"]
        visit = self.store.find(token)
        if visit is None:
            raise HTTPException(404)
        return self._prepare(token, visit, wanted)

    def _prepare(self, token: str, visit: Visit, wanted: str | None) -> "_Call":
        interview = visit.interview
        survey = self.store.survey(interview.deployment)
        words = Words(_language(survey, interview, wanted), survey.attributes, interview.attributes)
        if not visit.is_open:
            raise HTTPException(410, headers={"Content-Language": words.language})
        synthetic = self.synthetic or self.store.deployment(interview.deployment).synthetic
        draft = words.language in survey.drafts or words.language in survey.untranslated
        drawn = self._drawn(interview.deployment, survey)
        frame = Frame(words, survey.title, survey.languages, synthetic, self.preview, draft, drawn)
        csrf = hmac.new(self.secret, token.encode(), hashlib.sha256).hexdigest()
        return _Call(token, interview, survey, frame, csrf)

    def _drawn(self, deployment_id: str, survey: Survey) -> Drawn:
        """What was drawn of this survey; when its texts were corrected, it is drawn anew."""
        known = self.drawn.get(deployment_id)
        if known is None or known[0] is not survey:
            known = self.drawn[deployment_id] = (survey, {})
        return known[1]


@dataclass(frozen=True, repr=False)
class _Call:
    """One request at a link that exists and is open."""

    token: str
    interview: Interview
    survey: Survey
    frame: Frame
    csrf: str

    @property
    def position(self) -> Position:
        return locate(self.survey, self.interview)

    @property
    def redirect(self) -> Response:
        return RedirectResponse(f"/s/{self.token}?lang={self.frame.words.language}", HTTPStatus.SEE_OTHER)

    def page(self, position: Position) -> Response:
        render: Callable[..., str] = question_page if position.screen else end_page
        return HTMLResponse(render(self.frame, position, csrf=self.csrf))


def _language(survey: Survey, interview: Interview, wanted: str | None) -> str:
    offered = (wanted, interview.language)
    return next((language for language in offered if language in survey.languages), survey.language) or survey.language


def _is_previewer(request: Request) -> bool:
    agent = request.headers.get("user-agent", "").lower()
    return request.method == "HEAD" or any(name in agent for name in _PREVIEWERS)


async def _read_form(request: Request) -> Form:
    """The fields of a posted form. Control characters, which no later file format takes, are left out."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413)
    try:
        text = body.decode("utf-8", errors="replace")
        return {name: [_clean(value) for value in values] for name, values in _parse(text).items()}
    except ValueError:
        raise HTTPException(413) from None


def _parse(text: str) -> Mapping[str, list[str]]:
    return parse_qs(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)


def _clean(value: str) -> str:
    return "".join(sign for sign in value if sign >= " " or sign in "\n\t") if not value.isprintable() else value


def _first(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if request.path_params["version"] != static_version() or name not in static_files():
        raise HTTPException(404)
    kind = _KINDS[PurePosixPath(name).suffix]
    return Response(static_files()[name], headers={"Cache-Control": _FOR_EVER}, media_type=kind)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = error.status_code if error.status_code in _MESSAGES else 404
    language = (error.headers or {}).get("Content-Language") or _browser_language(request)
    return HTMLResponse(message_page(Frame(Words(language)), *_MESSAGES[known]), error.status_code, error.headers)


async def _tell(request: Request, error: Exception) -> Response:
    """The database does not answer: one line for whoever runs the server, who can mend it; no traceback."""
    _LOG.error("%s", error)
    return await _fail(request, error)


async def _fail(request: Request, _error: Exception) -> Response:
    # Made outside the middleware, so it brings its own headers.
    page = message_page(Frame(Words(_browser_language(request))), *_MESSAGES[500])
    return HTMLResponse(page, HTTPStatus.INTERNAL_SERVER_ERROR, HEADERS)


def _browser_language(request: Request) -> str:
    """The first language of the browser that the interface speaks, else English."""
    header = request.headers.get("accept-language", "")
    wanted = [part.split(";")[0].strip().lower().split("-")[0] for part in header.split(",")]
    spoken = interface_languages()
    return next((language for language in wanted if language in spoken), "en")
