import pytest

from evaltool.errors import ReportError
from evaltool.results import COLUMNS, Estimate, Results, read_estimates, write_estimates

SHARE = Estimate(indicator="job_or_education", population="2021", statistic="share")
BY_SITE = Estimate(
    indicator="job_or_education",
    population="2021",
    by="site",
    level="nørre",
    statistic="share",
    comparison="target",
    weighting="none",
)
FULL = Estimate(
    indicator="x",
    population="2021",
    statistic="share",
    estimate=0.1 + 0.2,
    std_error=5e-324,
    conf_low=-1 / 3,
    conf_high=1.7976931348623157e308,
    count=0,
    n=2**53 + 1,
    base='asked, "and" answered\nin Nørreby; så',
    missing="refused=2;not_answered=1",
    method="Wilson",
    verdict="met",
    status="exploratory",
    warning=" few answers ",
)
EMPTY = Estimate(indicator="x", population="2022", statistic="share")


# Reckoned with other tools; \x1f parts indicator, population, by, level, statistic, comparison, weighting:
#   printf 'job_or_education\x1f2021\x1f\x1f\x1fshare\x1f\x1f' | sha256sum | cut -c1-64 \
#     | xxd -r -p | base32 -w0 | tr A-Z a-z | cut -c1-20
@pytest.mark.parametrize(
    ("row", "expected"), [(SHARE, "ev_bs2rlgwyxcqqcr453egl"), (BY_SITE, "ev_ydocap3lpdlwfmcopmwo")]
)
def test_an_id_never_changes(row, expected):
    assert row.id == expected


def test_an_id_does_not_depend_on_data_and_words():
    same = Estimate(indicator="x", population="2021", statistic="share", estimate=0.5, n=2, base="b", warning="w")
    assert same.id == FULL.id != EMPTY.id


def test_rows_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "estimates.csv"
    write_estimates([FULL, EMPTY, BY_SITE], path)
    assert read_estimates(path) == [FULL, EMPTY, BY_SITE]
    assert path.read_bytes().startswith(b"id,indicator,population,statistic,by,level,comparison,weighting,estimate,")
    assert b",0.30000000000000004,5e-324,-0.3333333333333333,1.7976931348623157e+308,0,9007199254740993," in (
        path.read_bytes()
    )
    assert b"\r" not in path.read_bytes()


def test_no_rows_come_back_as_none(tmp_path):
    write_estimates([], tmp_path / "estimates.csv")
    assert read_estimates(tmp_path / "estimates.csv") == []


@pytest.mark.parametrize(
    ("change", "message", "line"),
    [
        (lambda text: text.replace(",", ";").encode(), "the columns are not those of estimates.csv", 1),
        (lambda text: text.encode("utf-8-sig"), "the columns are not those of estimates.csv", 1),
        (lambda text: b"", "the columns are not those of estimates.csv", 1),
        (lambda text: text.replace("indicator", "figure", 1).encode(), "the columns are not those", 1),
        (lambda text: text.encode("cp1252"), "not UTF-8 with commas", 1),
        (lambda text: text.replace("0.25", '"0,25"').encode(), "this row is not one of estimates.csv", 2),
        (lambda text: text.replace("\n\n", ",more\n", 1).encode(), "this row is not one of estimates.csv", 2),
        (lambda text: text.replace("\n\n", "\nshort,row\n", 1).encode(), "this row is not one of estimates.csv", 3),
        (lambda text: text.replace("share", "mean", 1).encode(), "the id of this row is not", 2),
    ],
)
def test_a_file_that_another_program_wrote_anew_is_refused(tmp_path, change, message, line):
    path = tmp_path / "estimates.csv"
    row = Estimate(indicator="x", population="nørre", statistic="share", estimate=0.25)
    write_estimates([row], path)
    text = path.read_text(encoding="utf-8") + "\n"
    path.write_bytes(change(text))
    with pytest.raises(ReportError, match=message) as caught:
        read_estimates(path)
    assert (caught.value.where, caught.value.mend) == (f"{path.as_posix()}:{line}", "Run: evaltool analyse")


def test_the_columns_are_the_identity_and_the_numbers():
    assert (COLUMNS[0], len(COLUMNS), len(set(COLUMNS))) == ("id", 20, 20)


def test_rows_can_be_picked_by_any_column_of_text():
    rows = Results([SHARE, BY_SITE, FULL, EMPTY])
    assert list(rows.pick(indicator="x")) == [FULL, EMPTY]
    assert list(rows.pick(indicator="x", population="2022")) == [EMPTY]
    assert list(rows.pick(indicator="job_or_education", by="")) == [SHARE]
    assert list(rows.pick(id=BY_SITE.id)) == [BY_SITE]
    assert list(rows[1:3]) == [BY_SITE, FULL]
    assert (rows[-1], len(rows.pick(indicator="y"))) == (EMPTY, 0)
    for wrong in ("indikator", "n"):
        with pytest.raises(ReportError, match=f"cannot be picked by «{wrong}»"):
            rows.pick(**{wrong: "1"})


def test_a_table_of_rows_keeps_whole_numbers_whole_and_gaps_as_gaps():
    table = Results([FULL, EMPTY]).to_frame()
    assert tuple(table) == COLUMNS
    kinds = {name: str(kind) for name, kind in table.dtypes.items() if kind != "str"}
    assert kinds == {
        **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), "float64"),
        **dict.fromkeys(("count", "n"), "Int64"),
    }
    assert table["n"].to_list()[0] == 2**53 + 1
    assert table["estimate"].to_list()[0] == 0.1 + 0.2
    assert table[["estimate", "n"]].isna().to_numpy().tolist() == [[False, False], [True, True]]
    assert table["warning"].to_list() == [" few answers ", ""]
    assert [str(kind) for kind in Results([]).to_frame().dtypes] == [str(kind) for kind in table.dtypes]


def test_a_notebook_shows_the_columns_that_say_something_and_no_html_of_the_data():
    shown = Results([FULL, EMPTY])._repr_html_()
    assert "<th>std_error</th>" in shown
    assert "<th>level</th>" not in shown
    assert "<script>" not in Results([Estimate(indicator="<script>", population="1", statistic="share")])._repr_html_()
