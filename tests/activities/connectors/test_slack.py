"""A line in Slack."""

from datetime import timedelta

from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.serving import served
from activities.connectors.simulated.slack import PATH, SlackTwin
from activities.connectors.slack import Slack


async def test_a_line_is_said_as_it_is() -> None:
    """Also where Slack would read markup of its own in it."""
    twin = SlackTwin()
    async with served(twin.app) as address:
        slack = Slack(f"{address}{PATH}")
        reception = await slack.say("Tea & <!channel> biscuits")
        await slack.aclose()
    assert reception.failure is None
    assert twin.lines == ["Tea &amp; &lt;!channel&gt; biscuits"]


async def test_slack_s_wish_to_be_left_alone_is_handed_on() -> None:
    twin = SlackTwin()
    twin.faults.plan(Fault.RATE_LIMITED, retry_after=30)
    async with served(twin.app) as address:
        slack = Slack(f"{address}{PATH}")
        reception = await slack.say("Tea")
        await slack.aclose()
    assert (reception.status, reception.retry_after) == (429, timedelta(seconds=30))
    assert twin.lines == []
