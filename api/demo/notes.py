"""What the people of the demo remember: requests that were refused, as they should be or because they came too late."""

from collections import Counter
from dataclasses import dataclass, field

from api.client import Refusal


@dataclass
class Notes:
    """Refusals by who tried what, with the answer."""

    refusals: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    """Count by attempt, status and code."""
    details: dict[tuple[str, int, str], str] = field(default_factory=dict)
    """The first answer's words, by the same."""

    def refused(self, attempt: str, refusal: Refusal) -> None:
        """Remember a refusal."""
        key = (attempt, refusal.status, refusal.code)
        self.refusals[key] += 1
        self.details.setdefault(key, refusal.detail)
