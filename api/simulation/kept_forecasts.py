"""Forecasts that are remembered: who sends the same brief again has the same answer at once."""

import hashlib
from collections import OrderedDict

from api.simulation.forecast import Forecast
from domain.brief import Brief

KEPT = 50
"""The latest of all workspaces."""


class KeptForecasts:
    """Each for the workspace that it was made for: it rests on that one's creators, and on what they have done."""

    def __init__(self) -> None:
        self._forecasts: OrderedDict[tuple[str, str], Forecast] = OrderedDict()

    def of(self, workspace: str, brief: Brief) -> Forecast | None:
        """What was foretold of this brief; None if it was not, or is forgotten."""
        return self._forecasts.get((workspace, _print(brief)))

    def keep(self, workspace: str, brief: Brief, forecast: Forecast) -> None:
        """Remember it, and forget the oldest."""
        self._forecasts[workspace, _print(brief)] = forecast
        if len(self._forecasts) > KEPT:
            self._forecasts.popitem(last=False)


def _print(brief: Brief) -> str:
    return hashlib.sha256(brief.model_dump_json().encode()).hexdigest()
