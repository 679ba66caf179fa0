"""What rows say of themselves is told in Danish, too: no method or warning is left in English."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from report_samples import context

import evaltool.stats
from evaltool.report.methods import METHODS
from evaltool.report.row_labels import INDICATORS, STATISTICS
from evaltool.report.words import parts, told
from evaltool.text import spoken

STATS = Path(evaltool.stats.__file__).parent
ROOMS = (  # the modules that make rows, and those of which all texts go into rows
    "agreement", "bases", "changes", "compared_levels", "comparing", "days", "estimate", "nonresponse", "quality",
    "quality_rows", "reliability", "rows", "scales", "silence", "standardised", "superiority", "themes", "weighting",
)  # fmt: skip
ENDINGS = {  # constants that rows go on from
    "runs against the others": ": «job»",
    "not reliable by the standard of NCHS": ": The interval is too wide",
    "Wilcoxon signed-rank test with Pratt's zeros": ", normal",
}
FILLED_IN = (  # texts that are put together, or come from other modules
    "raked to site, match_kind; linearised, logit 95 %",
    "Holm over 6 tests of «outcomes» (2 more have no p value)",
    "Cochran-Armitage trend test, exact, scores 2021, 2022, 2023",
    "logistic regression, maximum likelihood; standardised over site; delta method 95 %",
    "Brunner-Munzel test, permutation version",
    "worst case (Manski), Imbens-Manski 95 %",
    "standardised difference, those who answered against the others (means)",
    "the weights are of those who answered «mentee-end»",
    "not reliable by the standard of NCHS: 9.8 effective answers are fewer than 30",
    "not reliable by the standard of NCHS: The share is 0 or 1",
    "not reliable by the standard of NCHS: There are fewer than 8 degrees of freedom",
    "The standard error is 0: there is no interval.",
    "There is no degree of freedom left: there is no interval.",
    "site: aarhus + odense are one category now. One category is left: this margin changes nothing but the sum.",
    "Nobody with site = odense answered: site is left out. There is nothing to weight.",
    "Raking did not settle in 1000 rounds: collapse categories or leave out a margin.",
    "weights cut to 4 times the mean: 2",
    "all 12 outcomes are the same",
    "site has one value only",
    "only a lower share could be found",
    "groups without answers left out: 1",
    "nobody answered in aarhus",
    "2 answered before the end",
)


def constants(room: str) -> Iterator[str]:
    """The constants of a module, and the texts that it gives as a method or a warning."""
    tree = ast.parse((STATS / f"{room}.py").read_text(encoding="utf-8"))
    given = (node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg in {"method", "warning"})
    for node in (*(line.value for line in tree.body if isinstance(line, ast.Assign)), *(each.value for each in given)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value + ENDINGS.get(node.value, "")


TEXTS = sorted({text for room in ROOMS for text in constants(room)} | {*FILLED_IN})
NAMES = {"AAPOR RR1", "AAPOR RR2"}


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_of_a_row_is_left_in_english(text: str) -> None:
    said = told(text, context("da"))
    sentences = [sentence.strip(".") for part in parts(text) for sentence in part.split(". ")]
    assert [each for each in sentences if each in said and each not in NAMES] == []


def test_every_kind_of_figure_has_a_danish_name() -> None:
    assert [words for words in (*INDICATORS.values(), *STATISTICS.values()) if spoken(words, "da") != "da"] == []


def test_every_method_has_danish_words() -> None:
    assert [method.words for method in METHODS if spoken(method.words, "da") != "da"] == []


def test_the_texts_are_found_in_the_code() -> None:
    assert {"Newcombe 95 %", "first page not sent", "nobody began", "few answers", "no durations"} <= set(TEXTS)
    assert len(TEXTS) > 80


def test_texts_in_english_have_english_marks() -> None:
    english = context("en")
    assert told("Holm over 1 tests of «outcomes»", english) == "Holm over 1 test of “outcomes”"
    assert told("«satisfied»: version 2: Other words.", english) == "“satisfied”: version 2: Other words"
    assert told("not reliable by the standard of NCHS: The interval is too wide", english) == (
        "not reliable by the standard of NCHS: the interval is too wide"
    )
