"""One Markdown source per language: the template with its figures, charts and tables filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from inspect import signature
from operator import itemgetter
from pathlib import Path
from traceback import extract_tb
from typing import TypeVar

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from evaltool.errors import Fault, ReportError
from evaltool.report.captions import Captions
from evaltool.report.charts import draw
from evaltool.report.definition import Draft, ReportDefinition
from evaltool.report.differences import change, compared
from evaltool.report.drawing import Chart
from evaltool.report.headline import weighted_sentence
from evaltool.report.names import Claim, Names, unknown
from evaltool.report.prose import Carrier, Prose, plain
from evaltool.report.sentences import if_silent, no_cause, paired, parts, response, result
from evaltool.report.tables import table
from evaltool.report.themes import quotes
from evaltool.text import pick
from evaltool.yamlfile import nearest

_Spec = TypeVar("_Spec")
_BY_INDICATOR = (
    "share", "of", "count", "base", "percent", "interval", "value", "target", "verdict", "robust", "bounds",
    "silent", "few_levels",
)  # fmt: skip
_SENTENCES = {
    "result": result, "paired": paired, "if_silent": if_silent, "change": change, "compared": compared,
    "weighted": weighted_sentence,
}  # fmt: skip
_OTHER_SENTENCES = {"parts": parts, "response": response, "no_cause": no_cause}
_WORDS = (
    *_SENTENCES, *_OTHER_SENTENCES, "fixed",
    *_BY_INDICATOR, "quotes", "has", "chart", "table", "ref", "population", "populations", "units", "respondents",
    "few", "synthetic", "pooled", "group",
)  # fmt: skip
_SIGNATURES = {
    **{name: signature(getattr(Prose, name)) for name in (*_BY_INDICATOR, "has", "fixed")},
    **{name: signature(say_it) for name, say_it in {**_SENTENCES, **_OTHER_SENTENCES}.items()},
    "quotes": signature(quotes),
    **dict.fromkeys(("chart", "table", "ref"), signature(Captions.ref)),
}
FIGURES = frozenset({*_BY_INDICATOR, *_SENTENCES, "parts"} - {"few_levels"})
"""Words that bring figures of the indicator that they name."""
_GROUP = signature(Prose.where)
_ASKING = "has"
_CONTROLS = dict.fromkeys({*range(32)} - set(map(ord, "\t\n\r")), " ")  # no XML may hold them


@dataclass
class Source:
    """The filled-in Markdown, and what it shows where. `charts` maps a picture's name to the drawing."""

    markdown: str
    carriers: list[Carrier]
    charts: dict[str, Chart] = field(default_factory=dict[str, Chart])


@dataclass(frozen=True)
class Template:
    """The text of a template and where it stands (for errors)."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> "Template":
        try:
            return cls(path, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ReportError(
                "the template cannot be read", where=str(path), mend="It must be there, in UTF-8."
            ) from error


def template_faults(template: Template, draft: Draft, names: Names | None = None) -> list[Fault]:
    """What shows without data, also where nothing branches: faults of syntax, and unknown words, charts and tables.

    With `names` also what else is named that there is not.
    """
    environment = _environment()
    try:
        tree = environment.parse(template.text)
        environment.compile(template.text)
    except TemplateSyntaxError as error:
        mend = "See the template language of Jinja: {{ … }} and {% if … %} … {% endif %}."
        return [Fault("template-syntax", str(error.message), f"{template.path}:{error.lineno}", mend)]
    claims = [*_own_claims(tree, draft), *(_claims(tree, names) if names else [])]
    asked = {claim[:2] for call, claim in claims if _callee(call) == _ASKING}
    found = (unknown(claim, f"{template.path}:{call.lineno}") for call, claim in claims if claim[:2] not in asked)
    return [
        *_unknown_names(tree, template),
        *_uncalled(tree, template),
        *_wrong_calls(tree, template),
        *(fault for fault in found if fault),
    ]


def asked_in_vain(template: Template, names: Names) -> list[Fault]:
    """A warning for each question `has(…)` about what there is not; a text may be made for more than one plan."""
    try:
        claims = _claims(_environment().parse(template.text), names)
    except TemplateSyntaxError:  # a fault of its own
        return []
    found = [unknown(claim, f"{template.path}:{call.lineno}") for call, claim in claims if _callee(call) == _ASKING]
    return [replace(fault, message=f"has(…) is always false: {fault.message}") for fault in found if fault]


def fill(template: Template, definition: ReportDefinition, prose: Prose) -> Source:
    """Fill the template, which `template_faults` has found no fault in. Raises ReportError with a line."""
    charts: dict[str, Chart] = {}
    captions = Captions(prose.language)
    try:
        words = _vocabulary(definition, prose, charts, captions)
        markdown = captions.resolve(_environment().from_string(template.text).render(words))
    except UndefinedError as error:
        raise ReportError(str(error.message), where=_line(template, error)) from error
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        # what stands between {{ and }} is code of the writer's
        message = f"the template cannot be filled: {error}"
        raise ReportError(message, where=_line(template, error)) from error
    except ReportError as error:
        where = error.where or _line(template, error)
        raise ReportError(error.message, where=where, mend=error.mend, faults=error.faults) from error
    return Source(markdown.translate(_CONTROLS), prose.carriers, charts)


def _line(template: Template, error: Exception) -> str:
    """Where the template stopped: Jinja puts its own lines into the traceback."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return f"{template.path}:{lines[-1]}" if lines else str(template.path)


def _environment() -> ImmutableSandboxedEnvironment:
    """Sandboxed and escaping. A comment is `{## … ##}`, for `{#name}` is a heading's identifier in Markdown."""
    return ImmutableSandboxedEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        comment_start_string="{##",
        comment_end_string="##}",
    )


def _vocabulary(
    definition: ReportDefinition, prose: Prose, charts: dict[str, Chart], captions: Captions
) -> dict[str, object]:
    """Every name that a template may use, as in `_WORDS`."""
    context = prose.context
    words: dict[str, object] = {name: getattr(prose, name) for name in _BY_INDICATOR}
    words |= {name: partial(say_it, prose) for name, say_it in {**_SENTENCES, **_OTHER_SENTENCES}.items()}

    def chart(name: str) -> Markup:
        spec = _named(definition.charts, name, "chart")
        drawn = draw(prose, spec)
        picture = prose.carrier_name(drawn.marks[0].row) if drawn.marks else f"picture_{len(charts) + 1}"
        prose.carriers += [Carrier(picture, mark.row, "chart", mark.shown) for mark in drawn.marks]
        charts[picture] = replace(drawn, name=name)
        caption = captions.caption("chart", name, pick(spec.title, prose.language))
        form = Markup('\n![{}](charts/{}){{#{} .chart width=100% alt="{}"}}\n')
        return form.format(caption, picture, picture, plain(drawn.alt))

    def table_named(name: str) -> Markup:
        spec = _named(definition.tables, name, "table")
        told = captions.caption("table", name, pick(spec.caption, prose.language)) if spec.caption else Markup()
        return table(prose, spec, told)

    return words | {
        "has": prose.has,
        "fixed": prose.fixed,
        "quotes": partial(quotes, prose),
        "chart": chart,
        "table": table_named,
        "ref": captions.ref,
        "population": plain(context.population),
        "populations": [plain(name) for name in context.populations],
        "units": plain(pick(context.units, prose.language)),
        "respondents": plain(pick(context.respondents, prose.language)),
        "few": context.few,
        "synthetic": context.synthetic,
        "pooled": plain(prose.pooled),
        "group": plain(context.group_name),
    }


def _named(specs: Mapping[str, _Spec], name: str, kind: str) -> _Spec:
    if name not in specs:
        raise ReportError(f"unknown {kind} «{name}»", mend=nearest(name, specs))
    return specs[name]


# Checking before rendering: every fault at once, also in branches that are not taken


def _claims(tree: nodes.Template, names: Names) -> list[tuple[nodes.Call, Claim]]:
    """What the calls name, as far as it stands there in quotation marks."""
    return [(call, claim) for call in tree.find_all(nodes.Call) for claim in names.claims(_texts(call))]


def _own_claims(tree: nodes.Template, draft: Draft) -> Iterator[tuple[nodes.Call, Claim]]:
    charts, tables, wholes = (draft.names(part) for part in ("charts", "tables", "parts"))
    both = None if charts is None or tables is None else [*charts, *tables]
    places = {"chart": charts, "table": tables, "ref": both, "parts": wholes}
    kinds = {"ref": "table or chart", "parts": "whole"}
    for call in tree.find_all(nodes.Call):
        word, texts = _callee(call), _texts(call)
        known, name = places.get(word), texts.get("name", texts.get("whole"))
        if known is not None and name is not None:
            yield call, (kinds.get(word, word), name, known)


def _texts(call: nodes.Call) -> dict[str, str]:
    """The arguments that are plain texts by the names of the word's parameters; nothing where they do not fit."""
    try:
        arguments = _arguments(call)
    except TypeError:
        return {}
    return {
        name: value.value
        for name, value in arguments.items()
        if isinstance(value, nodes.Const) and isinstance(value.value, str)
    }


def _arguments(call: nodes.Call) -> dict[str, nodes.Expr]:
    """The arguments by the names of the word's parameters. Raises TypeError where it does not take, or lacks, one."""
    expected = _SIGNATURES.get(_callee(call))
    if expected is None or call.dyn_args or call.dyn_kwargs:  # what `*` and `**` bring is known only when it is filled
        return {}
    bound = expected.bind(None, *call.args, **{pair.key: pair.value for pair in call.kwargs})
    where = bound.arguments.pop("where", {})
    _GROUP.bind(None, **where)
    return {**dict(list(bound.arguments.items())[1:]), **where}


def _calls(tree: nodes.Template) -> list[tuple[nodes.Call, str]]:
    """Calls of a plain name whose first argument is a text."""
    found = [
        (call, call.args[0]) for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name) and call.args
    ]
    return [(call, str(first.value)) for call, first in found if isinstance(first, nodes.Const)]


def named_in(template: Template) -> list[tuple[int, str, str]]:
    """Line, word and first argument of every call of the template, in their order: `(12, "chart", "targets")`.

    Raises ReportError where the template's syntax has a fault.
    """
    try:
        tree = _environment().parse(template.text)
    except TemplateSyntaxError as error:
        raise ReportError(str(error.message), where=f"{template.path}:{error.lineno}") from error
    found = [(call.lineno, _callee(call), name) for call, name in _calls(tree) if _callee(call) in _WORDS]
    return sorted(found, key=itemgetter(0))


def _callee(call: nodes.Call) -> str:
    return call.node.name if isinstance(call.node, nodes.Name) else ""


def _unknown_names(tree: nodes.Template, template: Template) -> Iterator[Fault]:
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx in {"store", "param"}} | {"loop"}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in {*_WORDS, *own}:
            mend = nearest(node.name, _WORDS)
            yield Fault("report", f"unknown name «{node.name}»", f"{template.path}:{node.lineno}", mend)


def _uncalled(tree: nodes.Template, template: Template) -> Iterator[Fault]:
    """Words that stand without the brackets that they need."""
    called = {id(call.node) for call in tree.find_all(nodes.Call)}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name in _SIGNATURES and id(node) not in called:
            message, mend = f"«{node.name}» stands alone", f'For example: {node.name}("name").'
            yield Fault("report", message, f"{template.path}:{node.lineno}", mend)


def _wrong_calls(tree: nodes.Template, template: Template) -> Iterator[Fault]:
    """Arguments that a word does not take, or lacks."""
    for call in tree.find_all(nodes.Call):
        try:
            _refuse_numbers(_arguments(call))
        except TypeError as error:
            mend = 'For example: share("indicator", by="…", level="…"), or value("indicator", "statistic").'
            yield Fault("report", f"{_callee(call)}(): {error}", f"{template.path}:{call.lineno}", mend)


def _refuse_numbers(arguments: Mapping[str, nodes.Expr]) -> None:
    """Raises TypeError for `population=2021`: names are texts."""
    for name in _GROUP.parameters:
        value = arguments.get(name)
        if isinstance(value, nodes.Const) and not isinstance(value.value, str):
            raise TypeError(f'{name}={value.value} needs quotation marks: {name}="{value.value}"')
