"""One Markdown source per language: the template with its figures, charts and tables filled in."""

from collections.abc import Iterable, Iterator, Mapping
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
from evaltool.report.definition import ReportDefinition
from evaltool.report.differences import change, compared
from evaltool.report.drawing import Chart
from evaltool.report.headline import weighted_sentence
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
_SYNTAX = "template-syntax"
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


def template_faults(template: Template, definition: ReportDefinition) -> list[Fault]:
    """What shows without data: faults of syntax, and unknown words, charts and tables, also where nothing branches."""
    environment = _environment()
    try:
        tree = environment.parse(template.text)
        environment.compile(template.text)
    except TemplateSyntaxError as error:
        mend = "See the template language of Jinja: {{ … }} and {% if … %} … {% endif %}."
        return [Fault(_SYNTAX, str(error.message), f"{template.path}:{error.lineno}", mend)]
    places: _Places = {
        "chart": ("chart", definition.charts),
        "table": ("table", definition.tables),
        "ref": ("table or chart", {*definition.charts, *definition.tables}),
        "parts": ("whole", definition.parts),
    }
    return [
        *_unknown_names(tree, template),
        *_uncalled(tree, template),
        *_unknown_arguments(tree, template, places),
        *_wrong_calls(tree, template),
    ]


def fill(template: Template, definition: ReportDefinition, prose: Prose) -> Source:
    """Fill the template. Raises ReportError naming every unknown figure with its line."""
    _check(template, definition, prose)
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

_Places = dict[str, tuple[str, Iterable[str]]]


def _check(template: Template, definition: ReportDefinition, prose: Prose) -> None:
    known = {*prose.context.indicators, *prose.rows.indicators}
    faults = template_faults(template, definition)
    if not any(fault.code == _SYNTAX for fault in faults):
        faults += _indicator_faults(template, known)
        faults += _unknown_compared(template, prose.context.comparisons)
    faults += _unknown_in_specs(definition, known)
    faults += _unknown_in_sentences(definition, known)
    faults += _unknown_comparisons(definition, prose.context.comparisons)
    if faults:
        raise ReportError("the report names what there is not", where=str(template.path), faults=faults)


def _indicator_faults(template: Template, known: set[str]) -> list[Fault]:
    tree = _environment().parse(template.text)
    optional = {name for call, name in _calls(tree) if _callee(call) == "has"}
    places: _Places = dict.fromkeys((*_BY_INDICATOR, *_SENTENCES, "quotes"), ("indicator", known | optional))
    return list(_unknown_arguments(tree, template, places, but=optional))


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


def _unknown_arguments(
    tree: nodes.Template, template: Template, places: _Places, *, but: Iterable[str] = ()
) -> Iterator[Fault]:
    """First arguments that name nothing; names in `but` are allowed yet never suggested."""
    for call, name in _calls(tree):
        kind, allowed = places.get(_callee(call), ("", ()))
        if kind and name not in set(allowed):
            mend = nearest(name, set(allowed) - set(but))
            yield Fault("report", f"unknown {kind} «{name}»", f"{template.path}:{call.lineno}", mend)


def _unknown_compared(template: Template, known: Iterable[str]) -> Iterator[Fault]:
    """Comparisons that the plan does not have, in `compared("indicator", "comparison")`."""
    for call, _ in _calls(_environment().parse(template.text)):
        name = call.args[1] if _callee(call) == "compared" and len(call.args) > 1 else None
        if isinstance(name, nodes.Const) and name.value not in set(known):
            message, mend = f"unknown comparison «{name.value}»", nearest(str(name.value), known)
            yield Fault("report", message, f"{template.path}:{call.lineno}", mend)


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
        expected = _SIGNATURES.get(_callee(call))
        if expected is None:
            continue
        try:
            bound = expected.bind(None, *call.args, **{pair.key: pair.value for pair in call.kwargs})
            where = bound.arguments.get("where", {})
            _GROUP.bind(None, **where)
            _refuse_numbers(where)
        except TypeError as error:
            mend = 'For example: share("indicator", by="…", level="…"), or value("indicator", "statistic").'
            yield Fault("report", f"{_callee(call)}(): {error}", f"{template.path}:{call.lineno}", mend)


def _refuse_numbers(where: Mapping[str, nodes.Expr]) -> None:
    """Raises TypeError for `population=2021`: names are texts."""
    for name, value in where.items():
        if isinstance(value, nodes.Const) and not isinstance(value.value, str):
            raise TypeError(f'{name}={value.value} needs quotation marks: {name}="{value.value}"')


def _unknown_comparisons(definition: ReportDefinition, known: Iterable[str]) -> list[Fault]:
    return [
        Fault("report", f"unknown comparison «{spec.comparison}»", f"tables.{key}", nearest(spec.comparison, known))
        for key, spec in definition.tables.items()
        if (spec.comparison or spec.kind == "comparison") and spec.comparison not in known
    ]


def _unknown_in_sentences(definition: ReportDefinition, known: set[str]) -> Iterator[Fault]:
    """Indicators that `phrases` and `parts` name."""
    places = [(name, f"phrases.{name}") for name in definition.phrases]
    places += [(name, f"parts.{whole}") for whole, names in definition.parts.items() for name in (whole, *names)]
    for name, where in places:
        if name not in known:
            yield Fault("report", f"unknown indicator «{name}»", where, nearest(name, known))


def _unknown_in_specs(definition: ReportDefinition, known: set[str]) -> list[Fault]:
    specs: Mapping[str, Mapping[str, object]] = {"charts": definition.charts, "tables": definition.tables}
    return [
        Fault("report", f"unknown indicator «{name}»", f"{group}.{key}", nearest(name, known))
        for group, members in specs.items()
        for key, spec in members.items()
        for name in getattr(spec, "indicators", ())
        if name not in known
    ]
