"""Interviews of an adopted survey before and after they are linked to the roster."""

import json

import pyarrow

from evaltool.responses.unlinked import interviews_of


def lines(*records: tuple[str, str]) -> list[pyarrow.Array]:
    """A segment of interviews, each with its unit."""
    told = [json.dumps({"interview": interview, "unit": unit, "person": unit}) for interview, unit in records]
    return [pyarrow.array(told, "string")]


def test_an_interview_is_hers_from_before_it_was_linked_and_after_the_link_was_taken_away() -> None:
    segments = lines(("ls7-1", "ls7-1"), ("ls7-2", "u_a"), ("ls7-3", "u_b"), ("ls7-1", "u_a"), ("ls7-2", "ls7-2"))
    assert interviews_of({"u_a"}, segments) == {"ls7-1", "ls7-2"}


def test_an_interview_that_was_linked_to_her_by_mistake_is_not_hers() -> None:
    assert interviews_of({"u_a"}, lines(("ls7-1", "ls7-1"), ("ls7-1", "u_a"), ("ls7-1", "u_b"))) == set()
