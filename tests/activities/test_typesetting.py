"""Typesetting: the same facts give the same bytes, and no fact is ever read as markup."""

import io
from typing import Any

from pypdf import PdfReader

from activities.typesetting import typeset
from tests.domain.given import T0

FACTS: dict[str, Any] = {
    "what": "contract",
    "reference": "collab-1",
    "document": "ab" * 32,
    "concluded": "today",
    "dated_parts": [2026, 3, 2],
    "consent": "I agree.",
    "signatures": [],
    "steps": [],
}


def test_the_same_facts_give_the_same_bytes() -> None:
    assert typeset("signature_record", FACTS, T0) == typeset("signature_record", FACTS, T0)


def test_markup_in_a_fact_is_shown_as_it_is() -> None:
    content, pages = typeset("signature_record", FACTS | {"consent": '#panic("x") *bold* $a$'}, T0)
    assert pages == 1
    assert '#panic("x") *bold* $a$' in PdfReader(io.BytesIO(content)).pages[0].extract_text()
