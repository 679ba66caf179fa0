"""Made-up coders for made-up answers: they fill in the workbooks as people would, and err now and then."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl

from evaltool.project import Project
from evaltool.responses.coding_flags import Flagger
from evaltool.responses.coding_themes import Themes
from evaltool.workflows.coding import make_sheets, read_sheets
from evaltool.workflows.coding_sheet import ANSWER, CLEARED, NONE, PRINT, QUOTE, THEME, Filled, read_coding_book
from evaltool.workflows.made_up import Demo, Saying
from evaltool.workflows.planned import read_plan, read_themes

CODERS: Mapping[str, float] = {"made-up-1": 0.01, "made-up-2": 0.03}
"""How often each of them sees a theme that is not there, or overlooks one."""
_BOTH, _QUOTED = 0.4, 0.3


def code_made_up(project: Project, settings: Demo) -> Iterator[str]:
    """Have every open question coded that the demo has sayings for; yields a line for each."""
    themes = read_themes(project, read_plan(project))
    for question, about in themes.questions.items():
        sayings = dict(_sayings(settings, about.survey, question))
        if sayings:
            made = make_sheets(project, about.survey, question, list(CODERS), both=_BOTH)
            for path in made.files:
                _fill(path, themes, sayings, random.Random(f"{settings.seed}/{question}/{path.stem}"))  # noqa: S311  # made-up people
            read_sheets(project, list(made.files))
            yield f"made up the coding of {made.answers} answers to {question}, {made.both} of them by two coders"


def _sayings(settings: Demo, survey: str, question: str) -> Iterator[tuple[str, Saying]]:
    for population in settings.populations.values():
        work = population.surveys.get(survey)
        for saying in work.texts.get(question, ()) if work else ():
            yield from ((text, saying) for text in saying.text.values())


def _fill(path: Path, themes: Themes, sayings: Mapping[str, Saying], chance: random.Random) -> None:
    filled, _ = read_coding_book(path)
    book: Any = openpyxl.load_workbook(path)
    places = {key: place for place, key in enumerate(filled.columns, start=1)}
    sheet = book.worksheets[0]
    for number, cells in filled.rows:
        saying = sayings.get(cells[ANSWER])
        for key, text in (_marks(filled, cells, saying, themes, chance) if saying else {}).items():
            sheet.cell(number, places[key]).value = text
    book.save(path)


def _marks(
    filled: Filled, cells: Mapping[str, str], saying: Saying, themes: Themes, chance: random.Random
) -> dict[str, str]:
    errs = CODERS[filled.coder]
    codes = [key.removeprefix(THEME) for key in filled.columns if key.startswith(THEME)]
    found = [code for code in codes if (code in saying.themes) != (chance.random() < errs)]
    marks = {f"{THEME}{code}": "x" for code in found} or {NONE: "x"}
    words = {language: saying.text[language] for language in themes.languages if language in saying.text}
    tells = any(Flagger((), ()).flags(text) for text in list(words.values())[:1])
    sure = found == [code for code in codes if code in saying.themes]  # a quote under a wrong theme strikes readers
    if found and sure and words and not cells[QUOTE] and not tells and chance.random() < _QUOTED:
        marks |= {QUOTE: "x", CLEARED: "x", **{f"{PRINT}{language}": text for language, text in words.items()}}
    return marks
