"""What a third party reports of a creator's audience: where it is, and how much of it is real."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from domain.creators import Country
from domain.values import Instant, Line, Value

Share = Annotated[float, Field(ge=0, le=1)]


class AudienceReport(Value):
    """One report. Shares are 0..1 of the account's followers; what is None was not reported."""

    source: Line
    """Who made it."""
    fake_share: Share | None = None
    """Followers taken for bots, bought or abandoned accounts."""
    countries: Mapping[Country, Share] = {}
    """Where followers live; what is left over is elsewhere or unknown. Empty if nothing was reported."""
    made_at: Instant | None = None

    @property
    def in_words(self) -> str:
        """What it says, with the largest three countries; empty if it says nothing."""
        largest = sorted(self.countries.items(), key=lambda one: (-one[1], one[0]))[:3]
        where = ", ".join(f"{share:.0%} in {country}" for country, share in largest)
        said = [
            f"{self.source} takes {self.fake_share:.0%} of its followers for fake"
            if self.fake_share is not None
            else "",
            f"{self.source} finds {where}" if where else "",
        ]
        return "; ".join(filter(None, said))

    def share_in(self, country: Country) -> float | None:
        """The share of followers who live in a country; None if the report says nothing of countries.

        Reports list the largest countries only: one that is not listed has, as far as we know, no followers.
        """
        return self.countries.get(country, 0.0) if self.countries else None
