import pytest
from small_survey import SURVEY

from evaltool.errors import CleaningError
from evaltool.responses.corrections import Correction, read_corrections

HEADER = "unit;survey;variable;new;who;when;why\n"


@pytest.fixture
def read(tmp_path):
    def read(text: str):
        path = tmp_path / "corrections.csv"
        path.write_bytes(text.encode("cp1252"))
        return read_corrections(path, surveys={SURVEY.key: SURVEY}, units={"u1", "u2"})

    return read


def test_corrections_are_read_whatever_program_wrote_them(read):
    assert read(HEADER + "u1;demo;job;yes;Åse;05-01-2022;ringede\nu2;demo@2;skills_other;sy;Åse;2022-01-05;x\n") == [
        Correction(unit="u1", survey="demo", variable="job", new="yes", who="Åse", when="05-01-2022", why="ringede"),
        Correction(
            unit="u2", survey="demo@2", variable="skills_other", new="sy", who="Åse", when="2022-01-05", why="x"
        ),
    ]


@pytest.mark.parametrize("new", ["", "a b", "none", "dk"])
def test_a_multiple_choice_takes_codes_parted_by_spaces(read, new):
    assert read(HEADER + f"u1;demo;skills;{new};A;2022-01-05;x\n")[0].new == new


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("u9;demo;job;yes;A;2022-01-05;x", "unknown-unit", "unit"),
        ("u1;dem;job;yes;A;2022-01-05;x", "unknown-survey", "survey"),
        ("u1;demo@1;job;yes;A;2022-01-05;x", "unknown-survey", "survey"),
        ("u1;demo;jobb;yes;A;2022-01-05;x", "unknown-variable", "variable"),
        ("u1;demo;job_other;yes;A;2022-01-05;x", "unknown-variable", "variable"),
        ("u1;demo;job;ja;A;2022-01-05;x", "bad-answer", "new"),
        ("u1;demo;skills;a none;A;2022-01-05;x", "bad-answer", "new"),
        ("u1;demo;since;31-02-2021;A;2022-01-05;x", "bad-answer", "new"),
        ("u1;demo;year;1985;A;2022-01-05;x", "bad-answer", "new"),
        ("u1;demo;job;yes;;2022-01-05;x", "empty-cell", "who"),
        ("u1;demo;job;yes;A;;x", "bad-date", "when"),
        ("u1;demo;job;yes;A;2022-01-05;", "empty-cell", "why"),
    ],
)
def test_each_fault_has_its_row_and_column(read, row, code, column):
    with pytest.raises(CleaningError) as caught:
        read(f"{HEADER}u2;demo;job;no;A;2022-01-05;x\n{row}\n")
    assert [(fault.code, fault.where) for fault in caught.value.faults] == [
        (code, f"corrections.csv, row 3, column «{column}»")
    ]


def test_all_faults_are_told_at_once(read):
    with pytest.raises(CleaningError) as caught:
        read(HEADER + "u9;demo;jbo;x;;soon;\n")
    assert {fault.code for fault in caught.value.faults} == {
        "unknown-unit",
        "unknown-variable",
        "empty-cell",
        "bad-date",
    }
    assert "Did you mean «job»?" in str(caught.value)


def test_two_corrections_of_one_answer_are_refused(read):
    with pytest.raises(CleaningError, match="row 2 corrects the same answer"):
        read(HEADER + "u1;demo;job;yes;A;2022-01-05;x\nu1;demo;job;no;B;2022-01-06;y\n")


@pytest.mark.parametrize(("first", "second"), [("demo", "demo@2"), ("demo@2", "demo")])
def test_the_name_and_the_key_of_a_survey_mean_the_same_answer(read, first, second):
    with pytest.raises(CleaningError) as caught:
        read(f"{HEADER}u1;{first};job;yes;A;2022-01-05;x\nu1;{second};job;no;B;2022-01-06;y\n")
    assert [(fault.code, fault.where) for fault in caught.value.faults] == [
        ("double-correction", "corrections.csv, row 3")
    ]


def test_the_same_answer_in_two_versions_may_be_corrected_twice(tmp_path):
    later = SURVEY.model_copy(update={"version": 3})
    path = tmp_path / "corrections.csv"
    surveys = {SURVEY.key: SURVEY, later.key: later}

    def read(*rows: str) -> list[Correction]:
        path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
        return read_corrections(path, surveys=surveys, units={"u1"})

    assert len(read("u1;demo@2;job;yes;A;2022-01-05;x", "u1;demo@3;job;no;A;2022-01-05;x")) == 2
    with pytest.raises(CleaningError, match="row 2 corrects the same answer"):
        read("u1;demo@3;job;yes;A;2022-01-05;x", "u1;demo;job;no;A;2022-01-05;x")


def test_a_missing_column_is_named(read):
    with pytest.raises(CleaningError, match="«why» is missing"):
        read("unit;survey;variable;new;who;when\nu1;demo;job;yes;A;2022-01-05\n")


def test_a_new_answer_is_not_printed():
    assert "secret" not in repr(
        Correction(unit="u1", survey="demo", variable="text", new="secret", who="A", when="2022-01-05", why="x")
    )
