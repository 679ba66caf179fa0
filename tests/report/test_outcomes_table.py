"""What became of each course: a column a code, the one of coordinators' other reasons only where it is needed."""

from report_samples import rows
from table_reading import prose, read

from evaltool.results import Estimate

SPEC = {"kind": "counts", "indicators": ["disposition"]}


def test_codes_that_always_are_counted_stand_in_their_order() -> None:
    header, lines, _ = read(prose("da"), **SPEC)
    assert header[1:] == [
        "Helt interview (I)",
        "Delvist interview (P)",
        "Nej tak eller afbrudt (R)",
        "Aldrig åbnet (NC)",
    ]
    assert [line[1:] for line in lines] == [["81", "6", "9", "28"]]


def test_other_reasons_have_a_column_where_there_are_any() -> None:
    other = Estimate(indicator="disposition", population="2021", statistic="count[O]", count=2, estimate=2)
    header, lines, _ = read(prose("da", [*rows(), other]), **SPEC)
    assert header[-1] == "Intet interview af anden grund (O)"
    assert [line[1:] for line in lines] == [["81", "6", "9", "28", "2"]]
