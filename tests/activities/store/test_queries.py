"""The loader of named queries."""

import pytest

from activities.store.queries import QUERIES, Queries


def test_a_query_is_found_by_its_name_and_carries_its_sentence() -> None:
    queries = Queries(["-- name: one\n-- Selects one.\nselect 1;\n\n-- name: two\n-- Selects two.\nselect\n  2;\n"])
    assert queries.one == "-- one: Selects one.\nselect 1;"
    assert queries.two == "-- two: Selects two.\nselect\n  2;"


def test_an_unknown_name_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"no query is named reed_stream; there are .*read_stream"):
        _ = QUERIES.reed_stream


def test_two_queries_of_one_name_are_refused() -> None:
    source = "-- name: one\n-- Selects one.\nselect 1;\n"
    with pytest.raises(ValueError, match="two queries are named one"):
        Queries([source, source])


def test_sql_without_a_name_and_a_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="without a name and a sentence"):
        Queries(["select 1;"])
