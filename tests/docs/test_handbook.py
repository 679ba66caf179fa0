"""The handbook of the statistics says what the code says: every function, method, defect and reference case."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from scipy.stats import binom, binomtest, norm

from docs import make_handbook as handbook
from evaltool import stats
from tests.reference.cases import run
from tests.stats import test_library_defects as defects

CASES = Path(__file__).parents[1] / "reference" / "stats"
PAGES = sorted(handbook.FOLDER.glob("*.md"))
FUNCTIONS = sorted(handbook.public_functions())


@cache
def _generated() -> dict[str, str]:
    return handbook.generated()


def _page(name: str) -> tuple[str, str]:
    """What is written by hand on a page, and what is generated."""
    head, marker, rest = (handbook.FOLDER / name).read_text(encoding="utf-8").partition(handbook.MARKER)
    assert marker or name in {"libraries.md", "reference-cases.md"}
    return head, rest


def _rows(text: str) -> list[list[str]]:
    """The cells of the tables of a page, without their headers."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    kept = [line for line, after in zip(lines, [*lines[1:], ""], strict=True) if "---" not in line + after]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in kept]


# The pages are those of the generator


def test_pages_are_those_of_the_docstrings_now():
    pages = {name: _page(name)[1].strip() for name in _generated()}
    stale = [name for name, text in _generated().items() if pages[name] != text.strip()]
    assert stale == [], "run: python docs/make_handbook.py"


@pytest.mark.parametrize("page", [f"{page}.md" for page in handbook.PAGES])
def test_a_page_begins_with_its_question_and_the_default(page: str):
    head, _ = _page(page)
    title, _ = handbook.PAGES[page.removesuffix(".md")]
    assert head.startswith(f"# {title}\n")
    assert len(head.split()) > 40


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_all_parts_and_one_page(name: str):
    read = handbook.read_docstring(name)
    assert len(read.parts) == 5
    assert all(len(text) > 3 for text in read.parts.values())
    assert read.what
    assert read.example.startswith(">>> ")
    assert handbook.page_of(name)


def test_a_docstring_without_its_parts_is_refused(monkeypatch: pytest.MonkeyPatch):
    def bare() -> None:
        """Formula: none.

        Source: nobody.

        >>> 1
        1
        """

    monkeypatch.setattr(stats, "bare", bare, raising=False)
    with pytest.raises(ValueError, match=r"has \['Formula', 'Source'\], wants"):
        handbook.read_docstring("bare")


def test_a_function_without_a_page_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handbook, "public_functions", lambda: iter([*FUNCTIONS, "new_method"]))
    with pytest.raises(ValueError, match="new_method"):
        handbook.generated()


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(((?!https?:)[^)]+)\)", text):
        name, _, anchor = target.partition("#")
        found = handbook.FOLDER / name if name else path
        assert found.exists(), target
        assert not anchor or anchor in _anchors(found), target


def test_dois_become_links_that_lead_back_to_them():
    doi = "10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E"
    linked = handbook.prose(f"Newcombe 1998a, doi:{doi}.", "share")
    ((url, end),) = re.findall(r"\]\(https://doi\.org/(\S+)\)(\.?)$", linked)
    assert (unquote(url), end) == (doi, ".")
    sources = [handbook.read_docstring(name).parts["Source"] for name in FUNCTIONS]
    dois = {doi.rstrip(".,;") for source in sources for doi in re.findall(r"doi:(\S+)", source)}
    assert len(dois) > 50
    assert [doi for doi in dois if not re.fullmatch(r"10\.\d{4,9}/\S+", doi)] == []


# Names in the report


def _texts(node: ast.expr, known: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Texts that an expression may stand for; none where that is known only when it runs."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, known)
        yield from _texts(node.orelse, known)
    elif isinstance(node, ast.Name):
        for value in known.get(node.id, []):
            yield from _texts(value, {})


def _row_modules() -> Iterator[ast.Module]:
    """The modules that make rows: those that are no method of their own."""
    for path in sorted(Path(stats.__path__[0]).glob("*.py")):
        if path.stem not in stats._WHERE:  # pyright: ignore[reportPrivateUsage]  # the table of the public modules
            yield ast.parse(path.read_text(encoding="utf-8"))


def _methods() -> Iterator[str]:
    """What the modules that make rows write into `method`, as far as it stands in their text."""
    for tree in _row_modules():
        known: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                known.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(tree):
            yield from (text for value in _values(node) for text in _texts(value, known))


def _values(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") not in stats.__dir__():
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "method")
    if isinstance(node, ast.Dict):
        yield from (
            value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and key.value == "method"
        )


def _names(name: str, method: str) -> bool:
    return re.search(".*".join(map(re.escape, name.split("…"))), method) is not None


def test_every_method_of_the_estimates_is_found_in_the_handbook():
    methods = {method for method in _methods() if method not in {"", "…", "t"}}
    assert {"Wilson 95 %", "exact binomial test, one-sided", "AAPOR RR1"} <= methods
    lost = [method for method in methods if not any(_names(name, method) for name in handbook.REPORT_NAMES)]
    assert sorted(lost) == [], "name them in REPORT_NAMES of docs/make_handbook.py"


def test_every_method_named_in_the_handbook_is_one_of_the_estimates():
    nodes = [node for tree in _row_modules() for node in ast.walk(tree) if isinstance(node, ast.expr)]
    texts = {text for node in nodes for text in _texts(node, {})}
    lost = [name for name in handbook.REPORT_NAMES if not any(_names(name, text) for text in texts)]
    assert lost == []


# Coverage


def _wilson(x: int, n: int) -> tuple[float, float]:
    """Where the score test of a share just does not reject: the roots of (x/n - p)² = z² p(1 - p)/n."""
    z2 = norm.ppf(0.975) ** 2
    a, b, c = 1 + z2 / n, -(2 * x / n + z2 / n), (x / n) ** 2
    root = (b * b - 4 * a * c) ** 0.5
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def _covered(intervals: list[tuple[float, float]], n: int, true: float) -> float:
    return sum(binom.pmf(x, n, true) for x, (low, high) in enumerate(intervals) if low <= true <= high)


@pytest.mark.parametrize(("n", "true"), [(5, 0.3), (10, 0.1), (20, 0.3), (40, 0.9), (87, 0.5), (120, 0.02)])
def test_coverage_of_a_share_agrees_with_plain_sums(n: int, true: float):
    table = _rows(_page("coverage.md")[1])
    (row,) = [row for row in table if row[:2] == [str(n), f"{true:g}"]]
    exact = [binomtest(x, n).proportion_ci(method="exact") for x in range(n + 1)]
    expected = [_covered([_wilson(x, n) for x in range(n + 1)], n, true), _covered(exact, n, true)]
    assert [float(cell) for cell in row[2:4]] == pytest.approx(expected, abs=5.1e-4)


def test_coverage_of_a_difference_agrees_with_plain_sums():
    (row,) = [row for row in _rows(_page("coverage.md")[1]) if row[0] == "5, 5"]
    n, shares = 5, [(place + 0.5) / 20 for place in range(20)]
    newcombe, wald = {}, {}
    for x1 in range(n + 1):
        for x2 in range(n + 1):
            (l1, u1), (l2, u2), p1, p2 = _wilson(x1, n), _wilson(x2, n), x1 / n, x2 / n
            down, up = ((p1 - l1) ** 2 + (u2 - p2) ** 2) ** 0.5, ((u1 - p1) ** 2 + (p2 - l2) ** 2) ** 0.5
            newcombe[x1, x2] = (p1 - p2 - down, p1 - p2 + up)
            reach = norm.ppf(0.975) * ((p1 * (1 - p1) + p2 * (1 - p2)) / n) ** 0.5
            wald[x1, x2] = (p1 - p2 - reach, p1 - p2 + reach)
    chance = [[binom.pmf(x, n, p) for x in range(n + 1)] for p in shares]
    for cell, intervals in ((row[1], newcombe), (row[3], wald)):
        held = [
            sum(
                chance[i][x1] * chance[j][x2]
                for (x1, x2), (low, high) in intervals.items()
                if low - 1e-12 <= p1 - p2 <= high + 1e-12
            )
            for i, p1 in enumerate(shares)
            for j, p2 in enumerate(shares)
        ]
        told = [float(number) for number in cell.split(" / ")]
        assert told[:2] == pytest.approx([min(held), sum(held) / len(held)], abs=5.1e-4)


# Libraries and reference cases


def test_every_defect_of_a_library_is_told_with_its_test():
    told = [row[-1].strip("`") for row in _rows(_page("libraries.md")[0])]
    tests = [name for name in vars(defects) if name.startswith("test_")]
    assert len(told) == len(set(told))
    assert sorted(told) == sorted(tests)


def test_what_is_not_covered_is_told():
    told = {
        (case, value)
        for cases, values, _ in _rows(_page("reference-cases.md")[0])
        for case in re.findall(r"`([^`]+)`", cases)
        for value in re.findall(r"`([^`]+)`", values)
    }
    topics = ("disclosure", "ordinal_regression")
    outcomes = [outcome for topic in topics for outcome in run(CASES / f"{topic}.json")]
    assert {(outcome.case, outcome.name) for outcome in outcomes if outcome.state == "not covered"} == told
    assert f"0 failed, {len(told)} not covered" in _page("reference-cases.md")[0]
