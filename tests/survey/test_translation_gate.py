"""Which texts must be reviewed by a person before a language goes out."""

from pathlib import Path

from definitions import write

from evaltool.survey.load import load_definition
from evaltool.survey.translations import blocking_drafts

SURVEY = """\
survey: small
version: 1
language: da
translations: [en, ar]
title: Lille
pages:
  - name: start
    title: Vil du?
    questions:
      - {name: about, type: note, label: Vi gemmer svar.}
      - {name: consent, type: select_one, role: consent, label: Svare?, choices: {"yes": Ja, "no": Nej}}
  - name: work
    title: Arbejde
    questions:
      - {name: tip, type: note, label: Tag dig tid.}
      - {name: job, type: select_one, role: headline, label: Job?, hint: Også barsel., choices: degree}
      - {name: words, type: text, label: Ord?}
"""
HEAD = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
BINDING = [
    *("page.start.title", "about.label", "consent.label", "consent.choice.yes", "consent.choice.no"),
    *("job.label", "job.hint", "list.degree.high", "list.degree.low", "list.degree.refused"),
]


def test_without_translations_every_text_of_consent_and_headline_blocks(tmp_path: Path) -> None:
    write(tmp_path, SURVEY)
    survey = load_definition(tmp_path, "small", 1)
    assert blocking_drafts(survey) == {"en": BINDING, "ar": BINDING}


def test_a_reviewed_text_blocks_no_more_and_a_draft_does(tmp_path: Path) -> None:
    write(tmp_path, SURVEY)
    texts = {"consent.label": ("", "Svare?"), "job.hint": ("#, fuzzy\n", "Også barsel."), "words.label": ("", "Ord?")}
    body = "".join(f'{flag}msgctxt "{key}"\nmsgid "{source}"\nmsgstr "x"\n\n' for key, (flag, source) in texts.items())
    (tmp_path / "small" / "v1.en.po").write_text(HEAD + body, encoding="utf-8")
    blocking = blocking_drafts(load_definition(tmp_path, "small", 1))
    assert blocking["en"] == [key for key in BINDING if key != "consent.label"]


def test_nothing_blocks_a_survey_in_its_own_language_only(tmp_path: Path) -> None:
    write(tmp_path, SURVEY.replace("translations: [en, ar]\n", ""))
    assert blocking_drafts(load_definition(tmp_path, "small", 1)) == {}
