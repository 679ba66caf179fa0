"""Who answered, records, paired tests, scales, quality and methods, as tables."""

import re
from pathlib import Path

import pytest
from report_samples import headline_rows, rows
from table_reading import prose, read

import evaltool.stats
from evaltool.report.methods import METHODS
from evaltool.report.words import told


def test_respondents_stand_beside_the_roster_with_the_difference():
    _, lines, notes = read(prose(), kind="nonresponse")
    assert lines == [
        ["**Kind of match**", "", "", ""],
        ["Job or education", "60 (69 per cent)", "80 (65 per cent)", "**+0.21**"],
        ["Social goals", "27 (31 per cent)", "44 (35 per cent)", "**−0.21**"],
    ]
    assert "R-indicator adjusted for bias 0.94" in notes
    assert "Not adjusted it is 0.86; where the two are far apart, few answers say little." in notes
    assert "87 interviews are worth 79 of equal weight (deff 1.10)" in notes


def test_nothing_to_compare_respondents_by_is_told():
    lacking = [row for row in rows() if row.statistic not in {"smd", "r_indicator", "deff", "n_eff"}]
    _, lines, notes = read(prose("da", lacking, roster=()), kind="nonresponse")
    assert lines == []
    assert "Planen nævner intet at sammenligne dem, der svarede, på." in notes


def test_records_stand_beside_the_answers():
    _, lines, notes = read(prose(), kind="records", indicators=["job_or_education"])
    assert lines == [
        ["Answered", "51 of 87", "59 per cent", "48–68"],
        ["Recorded of all", "50 of 90", "56 per cent", "30–70"],
        ["Recorded of those who answered", "38 of 60", "63 per cent", "30–70"],
        ["Recorded of those who did not", "12 of 30", "40 per cent", "30–70"],
        ["Record and answer agree", "–", "–", "–"],
    ]
    assert "Nothing is recorded of 34." in notes


def test_paired_tests_show_p_or_why_there_is_none():
    _, lines, notes = read(prose("da"), kind="tests", indicators=["danish_speak_change"])
    assert [line[1:] for line in lines] == [["52", "0,007"], ["52", "< 0,001"], ["52", "–"]]
    assert "Ingen ændrede sig." in notes or "Ingen har ændret sig." in notes or "ændre" in notes


def test_scale_shows_alpha_with_its_interval():
    _, lines, notes = read(prose(), kind="scales", indicators=["mentor_relation", "danish_level"])
    assert lines[0] == ["The relation to the mentor", "80", "0.78", "0.70 to 0.85", "–"]
    assert lines[1] == ["Level of Danish", "–", "–", "–", "–"]
    assert "Omega: the factor model has no proper solution." in notes


def test_quality_has_a_column_a_survey_and_says_why_a_sign_is_missing():
    header, lines, notes = read(prose("da"), kind="quality")
    assert header == ["Mål for kvalitet", "mentee-end@1"]
    by_name = dict(lines)
    assert by_name["Interview"] == "87"
    assert by_name["Svaret på: arabisk"] == "30 af 87 (34 pct.)"
    assert by_name["Minutter om at svare (median)"] == "11,3"
    assert by_name["Meget hurtige"] == "–"
    assert by_name["Spørgsmål uden et brugbart svar"] == "40 af 2.000 (2 pct.)"
    assert "mentee-end@1: medianen er under 10 sekunder" in notes


def test_gaps_are_the_pages_and_questions_where_most_is_lacking():
    _, lines, _ = read(prose(), kind="gaps")
    assert lines == [
        ["mentee-end@1", "Work", "stopped here", "6 of 95", "6 per cent"],
        ["mentee-end@1", "Do you have a job now?", "no usable answer", "9 of 87", "10 per cent"],
        ["mentee-end@1", "met", "no usable answer", "3 of 87", "3 per cent"],
    ]
    nobody = [row for row in rows() if row.indicator != "quality"]
    _, lines, notes = read(prose(some=nobody), kind="gaps")
    assert lines == []
    assert "Nobody stopped" in notes


def test_methods_are_those_of_the_figures_above_in_their_order():
    prepared = prose()
    read(prepared, kind="headline")
    _, lines, _ = read(prepared, kind="methods")
    assert [line[1] for line in lines] == ["tipping_point", "rake", "weighted_interval", "kish"]
    read(prepared, kind="comparison", comparison="kinds_of_match")
    _, lines, _ = read(prepared, kind="methods")
    assert {line[1] for line in lines} == {
        "tipping_point", "rake", "weighted_interval", "kish", "chi_square_2x2", "adjust_p_values",
    }  # fmt: skip


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.begins)
def test_each_method_has_its_function_and_source_in_the_handbook(method):
    """The docstrings are the handbook. Zou & Donner describe how limits are joined, which is no function of its own."""
    told_there = getattr(evaltool.stats, method.function).__doc__
    name, year = re.findall(r"\w+", method.source)[0], method.source[-4:]
    if name != "Zou":
        assert name in told_there
        assert year in told_there


@pytest.mark.parametrize(
    ("english", "danish"),
    [
        ("few answers", "få svar"),
        ("left out: 3 answers without «site»", "udeladt: 3 svar uden «sted»"),
        ("site: svendborg + slagelse are one category now; weights cut to 4 times the mean: 2",
         "sted: Svendborg + Slagelse er lagt sammen; 2 vægte blev skåret ned til 4 gange gennemsnittet"),
        ("site: aarhus + odense are one category now. svendborg + slagelse are one category now",
         "sted: Aarhus + Odense er lagt sammen. Svendborg + Slagelse er lagt sammen"),
        ("not reliable by the standard of NCHS: 9.8 effective answers are fewer than 30; few answers",
         "ikke pålidelig efter NCHS' standard: svarene vejer kun som 9,8 svar, og der skal mindst 30 til; få svar"),
        ("not reliable by the standard of NCHS: The interval is too wide",
         "ikke pålidelig efter NCHS' standard: intervallet er for bredt"),
        ("the weights are of those who answered «mentee-end»", "vægtene gælder dem, der svarede på «mentee-end»"),
        ("difference of independent weighted shares, linearised; 95 % from their limits (MOVER)",
         "forskel mellem uafhængige vægtede andele, lineariseret; 95 pct. ud fra deres grænser (MOVER)"),
        ("same answers to all closed questions as another person; at least 10 answers",
         "de samme svar som en anden på alle lukkede spørgsmål; mindst 10 svar"),
        ("At 0 % and 100 % logit has no interval: Clopper-Pearson with 74.3 effective answers instead.",
         "ved 0 og 100 pct. har logit intet interval: i stedet Clopper-Pearson, regnet med 74,3 svar"),
        ("no overlap: nobody in svendborg with match_kind = social; few answers",
         "intet overlap: ingen i Svendborg med matchtype Sociale mål; få svar"),
        ("too few: 48 answered and 19 did not; 21 parameters need 105 of each",
         "for få: 48 svarede, og 19 svarede ikke; 21 parametre kræver 105 af hver"),
        ("Version 1 asks about meetings. Version 2 about all.", "Version 1 asks about meetings. Version 2 about all"),
        ("days of the calendar (UTC) until sent, else opened; quartiles of type 7",
         "kalenderdage (UTC), til svaret blev sendt, ellers åbnet; kvartiler af type 7"),
        ("", ""),
    ],
)  # fmt: skip
def test_warnings_are_told_in_danish_with_the_labels_of_what_they_name(english, danish):
    assert told(english, prose("da").context) == danish


def test_tables_of_the_status_report_never_speak_of_causes():
    folder = Path(__file__).parents[2]
    names = [*(folder / "reports" / "status").glob("*.md")]
    names += [folder / "evaltool" / "locale" / "da" / name for name in ("report.po", "rows.po")]
    texts = [name.read_text(encoding="utf-8") for name in names]
    assert len(texts) == 4
    for text in texts:
        assert not re.search(r"\b(effekt\w*|virkning\w*|impact|because of the mentor)", text, re.IGNORECASE)


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("headline", 6), ("nonresponse", 0), ("records", 5), ("tests", 3), ("scales", 1), ("quality", 8), ("gaps", 0),
        ("methods", 0),
    ],
)  # fmt: skip
def test_report_of_a_plan_without_weights_or_comparisons_has_dashes_and_reasons(kind, lines, language):
    bare = {"comparisons": {}, "weighted_by": (), "roster": (), "wordings": {}}
    names = {"records": "job_or_education", "tests": "danish_speak_change", "scales": "mentor_relation"}
    spec = {"indicators": [names[kind]]} if kind in names else {}
    prepared = prose(language, headline_rows(), **bare)
    _, shown, notes = read(prepared, kind=kind, **spec)
    assert len(shown) == lines
    assert notes or kind in {"records", "tests", "methods"}
