"""What docs/limesurvey.md says that evaltool says, evaltool does say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "limesurvey.md").read_text(encoding="utf-8")
SOURCE = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "evaltool").rglob("*.py"))
ROWS = re.findall(r"^\| (.+?) \|", PAGE.partition("## When it says …")[2], re.MULTILINE)
SAID = [words for row in ROWS for words in re.findall(r"\*([^*]+)\*", row)]


@pytest.mark.parametrize("words", SAID)
def test_a_message_of_the_page_is_one_of_the_program(words: str) -> None:
    assert words in SOURCE


def test_there_are_messages() -> None:
    assert len(SAID) > 15
