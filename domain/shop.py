"""The shop behind a campaign: where tracked links lead, and how long a visit counts."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from domain.values import Value


def _leads_to_a_shop(address: str) -> str:
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError as malformed:
        raise ValueError(f"{address!r} is not an address such as https://shop.example/tea") from malformed
    if not has_host:
        raise ValueError(f"{address!r} names no host; write an address such as https://shop.example/tea")
    if "@" in parts.netloc:
        raise ValueError("an address that everybody is sent to must not hold a name or a password")
    return address


LandingUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[!-~]+$", max_length=1_000, strip_whitespace=True),
    AfterValidator(_leads_to_a_shop),
]
"""An address in ASCII with its scheme; other characters are written percent-encoded."""

DiscountPrefix = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{1,9}$", to_upper=True, strip_whitespace=True)
]


class Shop(Value):
    """Where what a campaign is about is sold. Without one nothing is tracked."""

    landing_url: LandingUrl
    """Where a creator's link leads; parameters that say where a visitor comes from are added."""
    attribution_days: int = Field(default=30, ge=1, le=365)
    """So many days after a visit an order still counts for the creator whose link it was."""
    discount_prefix: DiscountPrefix = "GS"
    """How the creators' discount codes begin: two to ten letters and digits."""
