"""Write the handbook of the statistics in docs/statistics/ from the docstrings: python docs/make_handbook.py

What stands above the marker of a page is written by hand and kept; what stands below is written here.
"""

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import quote

import numpy as np
from scipy.stats import binom, norm

from evaltool import stats

FOLDER = Path(__file__).parent / "statistics"
MARKER = "<!-- What follows is written by docs/make_handbook.py -->\n"
PARTS = {
    "Formula": "Formula",
    "Rule": "Rule",
    "Assumes": "Assumes",
    "Missing": "Missing values",
    "Source": "Source",
    "Reference": "Reference program",
}
"""Labels of a docstring, each at the start of a line, in this order, and what the handbook calls them."""

PAGES: Mapping[str, tuple[str, Sequence[str]]] = {
    "share": (
        "What is the share, and is the target reached?",
        (
            *("share", "wilson", "clopper_pearson", "midp", "jeffreys", "agresti_coull", "wilson_cc"),
            *("exact_test", "verdict", "roster_claims", "hypergeometric", "wilson_fpc", "se_fpc"),
            *("share_coverage", "coverage_table"),
        ),
    ),
    "two-groups": (
        "Do two groups differ?",
        ("difference", "ratio", "odds_ratio", "boschloo_test", "fisher_test", "chi_square_2x2", "barnard_test"),
    ),
    "several-groups": (
        "Do several groups differ, and is there a trend?",
        (
            *("chi_square", "fisher_table_test", "trend_test", "linear_by_linear"),
            *("ordinal_association", "partial_pooling"),
        ),
    ),
    "ordered-answers": (
        "Are ordered answers better in one group?",
        ("top_box", "brunner_munzel", "mann_whitney", "kruskal_wallis"),
    ),
    "change": (
        "Has anything changed from start to end?",
        (
            *("level_change", "signed_rank", "paired_top_box", "mcnemar", "paired_change"),
            *("square_table", "stuart_maxwell", "bhapkar", "bowker"),
        ),
    ),
    "scales": ("Do items belong together in one scale?", ("scale_reliability",)),
    "coders": ("Do two coders see the same in open answers?", ("cohen_kappa", "krippendorff_alpha")),
    "nonresponse": (
        "Who did not answer, and what could they change?",
        (
            *("response_rates", "worst_case", "imbens_manski", "tipping_point"),
            *("standardised_differences", "r_indicator", "rake", "collapse", "trim", "weighting_classes", "kish"),
            *("weighted_mean", "weighted_interval", "weighted_share_of_sums", "nchs_reliability"),
        ),
    ),
    "models": (
        "What remains of a difference when the groups are alike otherwise?",
        (
            *("model_data", "logistic", "standardised_shares", "standardised_difference", "average_slope"),
            *("covariance_matrix", "standard_errors", "separated", "firth", "predicting"),
            *("proportional_odds", "parallel_slopes", "brant", "pool"),
        ),
    ),
    "many-tests": ("How many of these findings are chance?", ("adjust_p_values",)),
    "planning": (
        "How many answers are needed?",
        ("target_power", "two_share_power", "n_per_group", "detectable_share"),
    ),
    "quality": (
        "Can the answers be trusted?",
        (
            *("straight_lining", "speeding", "duplicate_answers", "item_nonresponse", "break_off", "days_between"),
            *("count_cells", "cells_query"),
        ),
    ),
}
"""The pages of the handbook: the question that each answers, and its functions."""

REPORT_NAMES: Mapping[str, Sequence[str]] = {
    "Wilson": ("wilson",),
    "exact binomial test": ("exact_test", "verdict"),
    "mid-p binomial test": ("exact_test",),
    "worst case (Manski)": ("worst_case",),
    "Imbens-Manski": ("imbens_manski",),
    "smallest number of the silent": ("tipping_point",),
    "raked to …": ("rake", "weighted_mean"),
    "linearised, logit": ("weighted_mean", "weighted_interval"),
    "Clopper-Pearson": ("clopper_pearson", "weighted_interval"),
    "Newcombe": ("difference",),
    "difference of independent weighted shares": ("weighted_mean", "weighted_interval"),
    "Boschloo's exact test": ("boschloo_test",),
    "Fisher's exact test, mid-p": ("fisher_test",),
    "Fisher's exact test of the whole table": ("fisher_table_test",),
    "chi-square test (N-1)": ("chi_square_2x2",),
    "chi-square test": ("chi_square",),
    "Cramér's V": ("chi_square",),
    "Cochran-Armitage trend test": ("trend_test",),
    "Holm": ("adjust_p_values",),
    "Benjamini-Hochberg": ("adjust_p_values",),
    "… over … tests of «…»": ("adjust_p_values",),
    "difference found with 80 % power": ("detectable_share",),
    "partial pooling (beta-binomial)": ("partial_pooling",),
    "logistic regression, …; standardised over …": ("logistic", "standardised_shares", "standardised_difference"),
    "Kruskal-Wallis test": ("kruskal_wallis",),
    "Brunner-Munzel test": ("brunner_munzel",),
    "Cliff's delta": ("brunner_munzel",),
    "sign test": ("level_change",),
    "Wilcoxon signed-rank test": ("signed_rank",),
    "Stuart-Maxwell test": ("square_table", "stuart_maxwell"),
    "Cronbach's alpha, Feldt": ("scale_reliability",),
    "McDonald's omega": ("scale_reliability",),
    "Cohen's kappa": ("cohen_kappa",),
    "Krippendorff's alpha": ("krippendorff_alpha",),
    "AAPOR": ("response_rates",),
    "standardised difference": ("standardised_differences",),
    "… (means)": ("standardised_differences",),
    "R-indicator": ("r_indicator",),
    "Kish": ("kish",),
    "the same answer": ("straight_lining",),
    "less than half the median seconds": ("speeding",),
    "median": ("speeding",),
    "same answers to all closed questions": ("duplicate_answers",),
    "first page not sent": ("break_off",),
    "no answer, don't know or refused": ("item_nonresponse",),
    "days of the calendar": ("days_between",),
}
"""How the column `method` of the estimates, and so the report, begins or names a method; … stands for anything."""

SIZES = (5, 10, 20, 40, 60, 87, 120)
TRUE_SHARES = (0.02, 0.1, 0.3, 0.5, 0.9)
SHARE_METHODS = ("wilson", "clopper_pearson", "midp", "jeffreys", "agresti_coull")
PAIR_SIZES = ((5, 5), (10, 10), (5, 20), (20, 20))
PAIR_METHODS = ("newcombe", "miettinen_nurminen", "wald")


# A docstring and its parts


@dataclass(frozen=True)
class Entry:
    """A function as its docstring tells it: what it is for, its parts by label, an example, and what it raises."""

    name: str
    what: str
    parts: Mapping[str, str]
    example: str
    raises: str


def public_functions() -> Iterator[str]:
    """The names of all functions of `evaltool.stats`."""
    return (name for name in dir(stats) if inspect.isfunction(getattr(stats, name)))


def read_docstring(name: str) -> Entry:
    """Raises: ValueError: if the docstring is not of the one form (labels, their order, an example)."""
    text = inspect.getdoc(getattr(stats, name)) or ""
    head, start, rest = text.partition(">>> ")
    example, _, raises = (start + rest).partition("\nRaises:\n")
    pieces = re.split(rf"^({'|'.join(PARTS)}): ", head, flags=re.MULTILINE)
    labels = pieces[1::2]
    wanted = [label for label in PARTS if label != ("Rule" if "Formula" in labels else "Formula")]
    if labels != wanted or not start:
        raise ValueError(f"docstring of {name}: has {labels}, wants {wanted} and an example")
    parts = dict(zip(labels, (" ".join(piece.split()) for piece in pieces[2::2]), strict=True))
    return Entry(name, pieces[0].strip(), parts, example.strip(), textwrap.dedent(raises).strip())


# Markdown


def page_of(name: str) -> str:
    """The page that a function stands on.

    Raises: ValueError: if there is none: put it into PAGES.
    """
    found = [page for page, (_, names) in PAGES.items() if name in names]
    if len(found) != 1:
        raise ValueError(f"{name} stands on {len(found)} pages of PAGES in docs/make_handbook.py, not on one")
    return found[0]


def link(name: str, page: str = "") -> str:
    """A link to a function, from a page (or from elsewhere in the folder)."""
    home = page_of(name)
    return f"[`{name}`]({'' if home == page else f'{home}.md'}#{name})"


def prose(text: str, page: str) -> str:
    """Docstring text as Markdown: signs escaped, functions and DOIs linked."""
    pieces = re.split(r"(`[^`]+`|doi:\S+)", text)
    return "".join(_piece(piece, page) for piece in pieces)


def _piece(piece: str, page: str) -> str:
    if piece.startswith("`"):
        name = piece.strip("`")
        return link(name, page) if name in stats.__dir__() and _is_function(name) else piece
    if piece.startswith("doi:"):
        doi = piece.removeprefix("doi:").rstrip(".,;")
        after = piece[len("doi:") + len(doi) :]
        return f"[doi:{doi.replace('<', '&lt;').replace('>', '&gt;')}](https://doi.org/{quote(doi, safe='/')}){after}"
    return re.sub(r"([*~<_|])", r"\\\1", piece)


def _is_function(name: str) -> bool:
    return inspect.isfunction(getattr(stats, name))


@cache
def _definitions(module: str) -> Mapping[str, ast.FunctionDef]:
    tree = ast.parse(Path(module).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def signature(name: str) -> str:
    """The signature with the names of its types as in the source; a line for each parameter where it is long."""
    node = _definitions(inspect.getfile(getattr(stats, name)))[name]
    given, named = node.args, ["*"] if node.args.kwonlyargs else []
    defaults = [*[None] * (len(given.args) - len(given.defaults)), *given.defaults]
    parts = [_parameter(*pair) for pair in zip(given.args, defaults, strict=True)]
    parts += named + [_parameter(*pair) for pair in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    after = f") -> {ast.unparse(node.returns) if node.returns else None}"
    line = f"{name}({', '.join(parts)}{after}"
    return line if len(line) < 100 else f"{name}(\n    {f',{chr(10)}    '.join(parts)},\n{after}"


def _parameter(parameter: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(parameter) + (f" = {ast.unparse(default)}" if default else "")


def choices(name: str) -> Iterator[str]:
    """The words that a parameter may hold, for each that has some."""
    for parameter, hint in get_type_hints(getattr(stats, name)).items():
        words = [word for word in get_args(hint) if isinstance(word, str)]
        if words and parameter != "return":
            yield f"`{parameter}`: {', '.join(f'`{word}`' for word in words)}"


def results(name: str) -> Iterator[str]:
    """What the fields of the result are, if it is one of the public classes."""
    hint = get_type_hints(getattr(stats, name)).get("return")
    for kind in (hint, *get_args(hint)):
        if not isinstance(kind, type) or kind.__name__ not in stats.__dir__():
            continue
        named = [field.name for field in fields(kind)] if is_dataclass(kind) else list(getattr(kind, "_fields", ()))
        told = " ".join((inspect.getdoc(kind) or "").split())
        yield f"`{kind.__name__}` ({', '.join(f'`{field}`' for field in named)}): {told}"


def entry(name: str, page: str) -> str:
    """A function's section of its page."""
    read = read_docstring(name)
    lines = [f"### {name}", "", f"```python\n{signature(name)}\n```", ""]
    lines += [prose(read.what, page), ""]
    formula = next(label for label in ("Formula", "Rule") if label in read.parts)
    lines += [f"```text\n{_wrapped(read.parts[formula])}\n```", ""]
    facts = [(PARTS[label], text) for label, text in read.parts.items() if label != formula]
    facts += [("Choices", "; ".join(choices(name))), ("Gives", " ".join(results(name))), ("Raises", read.raises)]
    lines += [f"- **{label}**: {prose(text, page)}" for label, text in facts if text]
    return "\n".join([*lines, "", f"```pycon\n{read.example}\n```", ""])


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 116, break_long_words=False, break_on_hyphens=False)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


# Coverage


def share_table() -> str:
    """Coverage at some true shares: a line for each n and share, a column for each method."""
    rows = [
        [str(n), f"{true:g}", *(_held(method, n, true) for method in SHARE_METHODS)]
        for n, true in itertools.product(SIZES, TRUE_SHARES)
    ]
    return _table(["n", "true share", *(f"`{method}`" for method in SHARE_METHODS)], rows)


def _suits(method: str, n: int) -> bool:
    return method != "agresti_coull" or n > 40


def _held(method: Any, n: int, true: float) -> str:
    return f"{stats.share_coverage(method, n, true=true):.3f}" if _suits(method, n) else ""


def grid_table() -> str:
    """Lowest and mean coverage, and mean width, over a grid of true shares."""
    found = {(row.n, row.method): row for row in stats.coverage_table(SHARE_METHODS, SIZES)}
    rows = [
        [str(n), *(_told(found[n, method]) if _suits(method, n) else "" for method in SHARE_METHODS)] for n in SIZES
    ]
    return _table(["n", *(f"`{method}`" for method in SHARE_METHODS)], rows)


def _told(row: Any) -> str:
    return f"{row.lowest:.3f} / {row.mean:.3f} / {row.width:.3f}"


def wald(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """The textbook interval of a difference, which evaltool does not offer; here for comparison only."""
    (p1, n1), (p2, n2) = ((x / n, n) for x, n in (first, second))
    reach = float(norm.isf(0.025)) * float(np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2))
    return p1 - p2 - reach, p1 - p2 + reach


def pair_coverage(method: str, n1: int, n2: int, *, steps: int = 20) -> tuple[float, float, float]:
    """Lowest and mean coverage of an interval of p1 - p2 over a grid of both shares, and its mean width."""
    shares = (np.arange(steps) + 0.5) / steps
    low, high = np.empty((n1 + 1, n2 + 1)), np.empty((n1 + 1, n2 + 1))
    for x1, x2 in itertools.product(range(n1 + 1), range(n2 + 1)):
        low[x1, x2], high[x1, x2] = _ends(method)((x1, n1), (x2, n2))
    chance1 = binom.pmf(np.arange(n1 + 1)[:, None], n1, shares)
    chance2 = binom.pmf(np.arange(n2 + 1)[:, None], n2, shares)
    held = [
        chance1[:, i] @ ((low <= p1 - p2 + 1e-12) & (p1 - p2 - 1e-12 <= high)) @ chance2[:, j]
        for (i, p1), (j, p2) in itertools.product(enumerate(shares), repeat=2)
    ]
    width = float((chance1.mean(axis=1) @ (high - low)) @ chance2.mean(axis=1))
    return float(min(held)), float(np.mean(held)), width


def _ends(method: Any) -> Callable[[tuple[int, int], tuple[int, int]], tuple[float, float]]:
    def interval(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
        found = stats.difference(first, second, method=method)
        return found.low, found.high

    return wald if method == "wald" else interval


def pair_table() -> str:
    """Coverage of the intervals of a difference."""
    rows = [
        [
            f"{n1}, {n2}",
            *(" / ".join(f"{value:.3f}" for value in pair_coverage(method, n1, n2)) for method in PAIR_METHODS),
        ]
        for n1, n2 in PAIR_SIZES
    ]
    return _table(["n1, n2", *("Wald" if method == "wald" else f"`{method}`" for method in PAIR_METHODS)], rows)


# Pages


def function_page(page: str) -> str:
    """The generated part of a page of functions."""
    _, names = PAGES[page]
    inside = " · ".join(link(name, page) for name in names)
    return "\n".join([f"## Functions\n\n{inside}\n", *(entry(name, page) for name in names)])


def coverage_page() -> str:
    """The generated part of coverage.md."""
    return "\n".join(
        [
            "## One share, by true share\n\nProbability that the 95 % interval holds the true share.\n",
            share_table(),
            "## One share, over all true shares\n\nLowest / mean coverage / mean width, over 1,000 true shares.\n",
            grid_table(),
            "## Difference of two shares\n\nLowest / mean coverage / mean width, over 400 pairs of true shares.\n",
            pair_table(),
        ]
    )


def index_page() -> str:
    """The generated part of README.md: questions, names in the report, and all functions."""
    questions = [
        [f"[{title}]({page}.md)", ", ".join(link(name) for name in names)] for page, (title, names) in PAGES.items()
    ]
    named = [[text, ", ".join(link(name) for name in names)] for text, names in REPORT_NAMES.items()]
    return "\n".join(
        [
            "## Questions\n",
            _table(["question", "functions"], questions),
            "## Names in the report\n\nHow the column `method` of `build/estimates.csv` names a method.\n",
            _table(["method", "function"], named),
        ]
    )


def generated() -> dict[str, str]:
    """The generated part of every page, by the page's file name."""
    names = list(itertools.chain.from_iterable(names for _, names in PAGES.values()))
    lost = set(public_functions()) ^ set(names)
    if lost:
        raise ValueError(f"in PAGES of docs/make_handbook.py or in evaltool.stats, but not in both: {sorted(lost)}")
    pages = {f"{page}.md": function_page(page) for page in PAGES}
    return {**pages, "coverage.md": coverage_page(), "README.md": index_page()}


def main() -> None:
    """Write what is generated below the marker of each page."""
    for name, text in generated().items():
        path = FOLDER / name
        head = path.read_text(encoding="utf-8").partition(MARKER)[0] if path.exists() else f"# {name}\n\n"
        path.write_text(f"{head}{MARKER}\n{text}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
