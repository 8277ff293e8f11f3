"""Rows, whatever they were written in."""

from activities.connectors.roster_columns import Columns, Field
from activities.connectors.roster_rows import Problem, Reading
from domain.creators import Platform

ROW = {Field.HANDLE: "a", Field.EMAIL: "a@creators.example", Field.FOLLOWERS: "2k"}


def test_a_reading_counts_what_it_took_and_keeps_both_kinds() -> None:
    reading = Reading(Platform.INSTAGRAM, Columns([]), decimal_comma=False)
    reading.take(2, ROW)
    reading.take(3, ROW)
    reading.take(4, Problem("", "x", "is odd"))
    result = reading.result([])
    assert len(reading) == 3
    assert [(line, profile.followers) for line, profile in result.accepted] == [(2, 2_000)]
    assert [(row.line, row.field) for row in result.rejected] == [(3, "handle"), (4, "")]


def test_a_name_may_be_what_elsewhere_means_missing_and_defaults_to_the_handle() -> None:
    reading = Reading(Platform.INSTAGRAM, Columns([]), decimal_comma=False)
    reading.take(1, {**ROW, Field.NAME: "Na"})
    reading.take(2, {**ROW, Field.HANDLE: "na", Field.NAME: "", Field.FEE: "n/a"})
    assert [(profile.name, profile.fee) for _, profile in reading.result([]).accepted] == [("Na", None), ("na", None)]
