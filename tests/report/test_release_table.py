"""The table of the surveys whose answers the report counts."""

import pytest
from table_reading import prose, read


@pytest.mark.parametrize(
    ("language", "days"),
    [("en", ["1 December 2020", "10 January 2021"]), ("da", ["1. december 2020", "10. januar 2021"])],
)
def test_each_version_has_its_day_as_the_report_writes_days(language: str, days: list[str]) -> None:
    """Without a place to break: the PDF took «1. december» for the first point of a list."""
    header, lines, _ = read(prose(language), kind="releases")
    days = [day.replace(" ", "\u00a0") for day in days]
    assert [line[:3] for line in lines] == [["mentee-start@1", days[0], "96"], ["mentee-end@1", days[1], "87"]]
    assert header[1] == {"en": "Released", "da": "Frigivet"}[language]
    assert lines[0][3] == "1f1f1f1f1f1f"
