from typing import cast

from api.simulation.forecast import Forecast
from api.simulation.kept_forecasts import KEPT, KeptForecasts
from tests.domain.given import a_brief

BRIEF, FORECAST = a_brief(), cast(Forecast, object())


def test_the_same_brief_of_the_same_workspace_has_its_forecast() -> None:
    """Another brief has none."""
    kept = KeptForecasts()
    kept.keep("ours", BRIEF, FORECAST)
    assert kept.of("ours", BRIEF) is FORECAST
    assert kept.of("ours", BRIEF.model_copy(update={"product": "Something else"})) is None


def test_a_forecast_is_for_the_workspace_that_it_was_made_for() -> None:
    """It rests on what that one's creators have done."""
    kept = KeptForecasts()
    kept.keep("ours", BRIEF, FORECAST)
    assert kept.of("theirs", BRIEF) is None


def test_the_oldest_is_forgotten_first() -> None:
    kept = KeptForecasts()
    for nth in range(KEPT + 1):
        kept.keep(f"workspace {nth}", BRIEF, FORECAST)
    assert kept.of("workspace 0", BRIEF) is None
    assert kept.of("workspace 1", BRIEF) is FORECAST
