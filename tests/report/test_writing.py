"""What a writer is warned about in her own text, and what not."""

import pytest

from evaltool.report.definition import ReportDefinition
from evaltool.report.source import Template
from evaltool.report.writing import writing_warnings

NAMES = {"da": "I job eller uddannelse (mentees)", "en": "In a job or education"}
MATCH = {"da": "Matchet", "en": "The match"}
STANDING = "Undersøgelsen viser ikke, hvor meget der skyldes forløbet; der er ingen sammenligningsgruppe."
DEFINITION = ReportDefinition.model_validate(
    {
        "format": 1,
        "title": {"en": "Report"},
        "subtitle": {"en": "Made up"},
        "file": {"en": "report"},
        "template": {"da": "report.da.md", "en": "report.en.md"},
        "charts": {
            "all": {"kind": "bars", "indicators": ["job"], "title": NAMES, "names": {"job": NAMES}},
            "asked": {"kind": "stacked", "indicators": ["match"], "title": NAMES, "names": {"match": MATCH}},
        },
    }
)


def warned(tmp_path, text, language="da"):
    """Line and message of each warning."""
    found = writing_warnings(Template(tmp_path / "report.md", text), DEFINITION, language)
    return [(int(fault.where.rpartition(":")[2]), fault.message) for fault in found]


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("da", "Næsten 59 pct. var glade.", "59 pct."),
        ("da", "Det var 59 procent.", "59 procent"),
        ("da", "Det var 58,6% af dem.", "58,6%"),
        ("da", "Vi talte med 51 af 87 mentees.", "51 af 87"),
        ("da", "Vi talte med 51 ud af de 87.", "51 ud af de 87"),
        ("da", "Der var 124 forløb.", "124"),
        ("da", "87 mentees svarede.", "87"),
        ("da", "Der var 1.234 forløb.", "1.234"),
        ("da", "I kapitel 2 står der 40 pct.", "40 pct."),
        ("da", "Næsten 2021 af 3000 svarede.", "2021 af 3000"),
        ("en", "Some 59 per cent were glad.", "59 per cent"),
        ("en", "We spoke with 51 of the 87.", "51 of the 87"),
    ],
)
def test_figure_typed_by_hand_is_told(tmp_path, language, text, shown):
    assert warned(tmp_path, text, language) == [(1, f"«{shown}» is typed by hand")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", "# 1 Resumé\n\n## 2.1 Mål {#maal-2}\n\n1. Først\n2. Derefter"),
        ("da", "2021 var et år med restriktioner; årene 2020–2022 lignede det."),
        ("da", "Planen er fra 24. april 2022, listen fra 24-04-2022 og 2022-04-24."),
        ("da", "Tallene har et 95 pct.-interval, og 95 pct.-intervaller står i bilaget."),
        ("da", "Se kapitel 2 og 5 og bilag 3, figur 4."),
        ("da", 'Testen er på {{ fixed("2,5 pct.") }}-niveau, og {{ percent("job") }} svarede.'),
        ("da", "Svarprocenten RR2 og filens SHA-256 er vist med `n = 12` i [bilaget](#bilag-3)."),
        ("da", "{% if population == '2021' %}Restriktioner.{% endif %}{## 40 pct. ##}"),
        ("en", "On April 24, 2022 and 24 April 2022 the 95 per cent intervals of table 3 were made."),
        ("fr", "59 pour cent"),
    ],
)
def test_number_that_is_no_figure_is_left_alone(tmp_path, language, text):
    assert warned(tmp_path, text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("da", '{{ count("job") }} var i job takket være mentorerne.', "takket være"),
        ("da", "Flere er i job eller uddannelse på grund af forløbet.", "på grund af"),
        ("da", '{{ result("job") }} Det skyldes forløbet.', "skyldes"),
        ("da", "De er i job eller uddannelse. Dette er en virkning af forløbet.", "virkning"),
        ("da", '{{ of("job") }} ({{ percent("job") }}) kom videre, og forløbet har medført det.', "har medført"),
        ("en", 'The course led to {{ share("job") }}.', "led to"),
    ],
)
def test_cause_of_an_outcome_is_told(tmp_path, language, text, word):
    assert warned(tmp_path, text, language) == [(1, f"«{word}» gives a cause in a sentence about an outcome")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", 'Der blev holdt {{ fixed("14 af 22") }} planlagte arrangementer på grund af restriktioner.'),
        ("da", '{{ of("response", "rr2") }} forløb er besvaret på grund af en rykker.'),
        ("da", '{{ share("job") }} er tallet. Forløbene var kortere på grund af restriktioner.'),
        ("da", 'Andelen er {{ percent("job") }} Forløbene var kortere på grund af restriktioner.'),
        ("da", '{{ share("job") }}\n\nDet er kort på grund af restriktioner.'),
        ("da", '{{ result("job") }} ' + STANDING),
        ("en", "Fewer events were held because of restrictions."),
        ("en", "The match took longer because of restrictions."),
    ],
)
def test_cause_of_an_activity_is_left_alone(tmp_path, language, text):
    assert warned(tmp_path, text, language) == []


def test_warning_names_its_line(tmp_path):
    text = 'Først.\n\n{% if has("job") %}\n{{ share("job") }}, og\n59 pct. til.\n{% endif %}\n'
    assert warned(tmp_path, text) == [(5, "«59 pct.» is typed by hand")]
