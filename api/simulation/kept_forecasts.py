"""Forecasts that are remembered: who sends the same brief again has the same answer at once."""

import hashlib

from activities.latest import Latest
from api.simulation.forecast import Forecast
from domain.brief import Brief

KEPT = 50
"""Of all workspaces, those that were asked for last."""


class KeptForecasts:
    """Each for the workspace that it was made for: it rests on that one's creators, and on what they have done."""

    def __init__(self) -> None:
        self._forecasts: Latest[Forecast] = Latest(KEPT)

    def of(self, workspace: str, brief: Brief) -> Forecast | None:
        """What was foretold of this brief; None if it was not, or is forgotten."""
        return self._forecasts.get(_name(workspace, brief))

    def keep(self, workspace: str, brief: Brief, forecast: Forecast) -> None:
        """Remember it, and forget the one that nobody has asked for the longest."""
        self._forecasts.put(_name(workspace, brief), forecast)


def _name(workspace: str, brief: Brief) -> str:
    return f"{workspace}/{hashlib.sha256(brief.model_dump_json().encode()).hexdigest()}"
