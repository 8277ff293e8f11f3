"""The seven stages of a campaign, in order. Every layer has one module of each name: this is the table of contents.

    goal_setting -> discovery -> verification -> negotiation -> contract_signing -> content_approval -> monitoring

The campaign passes through the first two and the last; each collaboration (one creator in one campaign) through the
last five.
"""

from enum import StrEnum


class Stage(StrEnum):
    """A stage of the lifecycle. Compare stages by `order`: as text they compare alphabetically."""

    GOAL_SETTING = "goal_setting"
    DISCOVERY = "discovery"
    VERIFICATION = "verification"
    NEGOTIATION = "negotiation"
    CONTRACT_SIGNING = "contract_signing"
    CONTENT_APPROVAL = "content_approval"
    MONITORING = "monitoring"

    @property
    def order(self) -> int:
        """Position in the lifecycle, from 0."""
        return tuple(Stage).index(self)

    @property
    def label(self) -> str:
        """The stage as people read it: `Contract signing`."""
        return self.value.replace("_", " ").capitalize()
