"""What a creator can be asked to make."""

import pytest

from domain.formats import Format
from domain.goal_setting import objections
from domain.pricing import quote
from tests.domain.given import T0, a_brief, a_profile


@pytest.mark.parametrize("kind", Format)
def test_every_format_has_a_price(kind: Format) -> None:
    """A brief may ask for any format: each has a fair price and a cheapest plausible one."""
    brief = a_brief(deliverables=[{"format": kind}])
    assert quote(brief, a_profile()).fee > 0
    assert objections(brief, today=T0.date()) == []


def test_formats_are_plain_words() -> None:
    """The values are what clients write in JSON."""
    assert sorted(Format) == ["post", "reel", "short", "story", "tiktok"]
