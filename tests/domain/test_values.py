"""Values are frozen, closed, and hold only text that every store and mail can carry."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.values import Instant, Line, Sha256, Text, Value

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
LINE: TypeAdapter[str] = TypeAdapter(Line)
TEXT: TypeAdapter[str] = TypeAdapter(Text)
SHA: TypeAdapter[str] = TypeAdapter(Sha256)


class Tea(Value):
    """A value for these tests."""

    name: Line
    steeped_at: Instant


GREEN = Tea(name="Green", steeped_at=datetime(2026, 3, 2, 9, tzinfo=UTC))


def test_values_are_equal_by_content() -> None:
    """Two values with the same fields are the same."""
    assert Tea(name=" Green ", steeped_at=datetime(2026, 3, 2, 9, tzinfo=UTC)) == GREEN


def test_values_do_not_change() -> None:
    """A field cannot be set after the fact."""
    with pytest.raises(ValidationError, match="frozen"):
        GREEN.name = "Black"  # type: ignore[misc]


def test_unknown_fields_are_errors() -> None:
    """A typing mistake is never silently dropped."""
    with pytest.raises(ValidationError, match="colour"):
        Tea.model_validate({**dict(GREEN), "colour": "green"})


def test_instants_are_kept_in_utc() -> None:
    """The same moment is the same value, whatever zone it came in; a naive time is refused."""
    elsewhere = datetime(2026, 3, 2, 11, tzinfo=timezone(timedelta(hours=2)))
    found = INSTANT.validate_python(elsewhere)
    assert (found.hour, found.tzinfo) == (9, UTC)
    with pytest.raises(ValidationError):
        INSTANT.validate_python("2026-03-02T09:00:00")


@pytest.mark.parametrize("line", ["", "  ", "x" * 201, "two\nlines", "null\x00", "tab\there"])
def test_a_line_is_one_line(line: str) -> None:
    """Empty, long or broken lines and control characters are refused: they would break a subject or a store."""
    with pytest.raises(ValidationError):
        LINE.validate_python(line)


def test_a_line_is_trimmed() -> None:
    """White space around a line is no part of it."""
    assert LINE.validate_python("  Café 東京 \n") == "Café 東京"


@pytest.mark.parametrize("text", ["x" * 5_001, "null\x00", "bell\x07", "\ud800"])
def test_text_is_storable(text: str) -> None:
    """Text that PostgreSQL or JSON cannot hold is refused."""
    with pytest.raises(ValidationError):
        TEXT.validate_python(text)


@given(st.text(max_size=200))
def test_accepted_text_can_be_encoded(text: str) -> None:
    """Whatever is accepted is valid UTF-8 without control characters but tabs and line ends."""
    try:
        found = TEXT.validate_python(text)
    except ValidationError:
        return
    assert found.encode().decode() == found
    assert all(char in "\t\n\r" or ord(char) >= 32 for char in found)


@pytest.mark.parametrize("digest", ["", "ab" * 31, "AB" * 32, "zz" * 32, "ab" * 32 + "\n"])
def test_a_digest_is_64_lower_case_hexadecimal_digits(digest: Any) -> None:
    """Anything else is no SHA-256."""
    assert SHA.validate_python("ab" * 32) == "ab" * 32
    with pytest.raises(ValidationError):
        SHA.validate_python(digest)
