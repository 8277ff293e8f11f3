"""Who may do what: one rule for every route. A route without a rule is closed to everybody.

`groundswell access rules` prints the table for docs/access.md; tests/api/access/test_rules.py walks it over HTTP.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.access.principal import BRAND_ROLES, AccessRole
from domain.lifecycle import Stage

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


class Door(StrEnum):
    """Routes that are not for roles: each checks for itself who comes, or is for everybody."""

    ANYBODY = "anybody"
    """It gives away nothing that is anybody's."""
    CREATORS_LINK = "a creator's link in the address"
    OPERATOR = "an operator's key"
    SIGNATURE = "a signed message"


@dataclass(frozen=True)
class Rule:
    """Who may call a route: these roles, or whoever comes through this door."""

    roles: frozenset[AccessRole] = frozenset()
    door: Door | None = None
    spends: bool = False
    """Whether the call commits money, so that a spend limit is looked at."""

    def allows(self, role: AccessRole) -> bool:
        """Whether the role may call it."""
        return role in self.roles


def _for(*roles: AccessRole, spends: bool = False) -> Rule:
    return Rule(frozenset(roles), spends=spends)


OWNER, MANAGER = AccessRole.OWNER, AccessRole.CAMPAIGN_MANAGER
APPROVER, LEGAL, FINANCE, OPS = AccessRole.APPROVER, AccessRole.LEGAL, AccessRole.FINANCE, AccessRole.OPS
REVIEWER, SERVICE, CREATOR = AccessRole.CLIENT_REVIEWER, AccessRole.SERVICE_ACCOUNT, AccessRole.CREATOR

LOOK = _for(*BRAND_ROLES)
LOOK_BOTH = _for(*BRAND_ROLES, CREATOR)
LOOK_AT_CREATORS = _for(OWNER, MANAGER, APPROVER, LEGAL, FINANCE, OPS, SERVICE)
RUN = _for(OWNER, MANAGER, SERVICE)
"""What running a campaign takes."""
COMMIT = _for(OWNER, MANAGER, APPROVER, SERVICE, spends=True)
"""Decisions of the brand that commit money."""
ANSWER = _for(OWNER, MANAGER, APPROVER, SERVICE, CREATOR, spends=True)
"""Answers to an offer: the creator's, or the brand's to a counter-offer."""
SIGN = _for(OWNER, APPROVER, LEGAL, CREATOR, spends=True)
REVIEW = _for(OWNER, MANAGER, APPROVER, LEGAL, REVIEWER, SERVICE)
"""Deciding about content."""
DELIVER = _for(OWNER, MANAGER, SERVICE, CREATOR)
"""What creators hand in, or the brand for them."""
EXTEND = _for(OWNER, MANAGER, APPROVER, OPS, SERVICE)
EXTEND_BOTH = _for(OWNER, MANAGER, APPROVER, OPS, SERVICE, CREATOR)
MONEY = _for(OWNER, FINANCE, SERVICE)
PLUMBING = _for(OWNER, OPS, SERVICE)
"""Connections to other programs."""
ERASE = _for(OWNER, LEGAL)
GRANT = _for(OWNER)
"""Who comes in."""
AUDIT = _for(OWNER, LEGAL, OPS)
ANYBODY, LINK = Rule(door=Door.ANYBODY), Rule(door=Door.CREATORS_LINK)
OPERATOR, SIGNED = Rule(door=Door.OPERATOR), Rule(door=Door.SIGNATURE)

CAMPAIGN, COLLABORATION, CREATOR_ID = (
    "/v1/campaigns/{campaign_id}",
    "/v1/collaborations/{collaboration_id}",
    "{creator_id}",
)
DELIVERABLE = f"{COLLABORATION}/deliverables/{{number}}"
AMENDMENT = f"{COLLABORATION}/amendments/{{number}}"

TABLE: Mapping[str, Mapping[str, Rule]] = {
    Stage.GOAL_SETTING.label: {
        "POST /v1/campaigns": RUN,
        "POST /v1/simulations": _for(OWNER, MANAGER, APPROVER, FINANCE, SERVICE),
    },
    Stage.DISCOVERY.label: {
        "GET /v1/creators": LOOK_AT_CREATORS,
        f"GET /v1/creators/{CREATOR_ID}": LOOK_AT_CREATORS,
        "POST /v1/creators/import": RUN,
        f"POST /v1/creators/{CREATOR_ID}/audience-audit": RUN,
        f"POST /v1/creators/{CREATOR_ID}/erase": ERASE,
        "GET /v1/sources": LOOK_AT_CREATORS,
        "POST /v1/creators/discover": RUN,
        "GET /v1/creators/discoveries/{discovery_id}": LOOK_AT_CREATORS,
        f"GET {CAMPAIGN}/shortlist": LOOK,
        f"POST {CAMPAIGN}/shortlist/approve": COMMIT,
        f"POST {CAMPAIGN}/shortlist/reject": _for(OWNER, MANAGER, APPROVER, SERVICE),
    },
    Stage.VERIFICATION.label: {
        f"POST {COLLABORATION}/verification/approve": RUN,
        f"POST {COLLABORATION}/verification/reject": RUN,
        f"POST {COLLABORATION}/performance-report": DELIVER,
        f"POST {COLLABORATION}/performance-report/proof": DELIVER,
        f"GET {COLLABORATION}/performance-report/proof": LOOK_BOTH,
    },
    Stage.NEGOTIATION.label: {
        f"POST {COLLABORATION}/offer/accept": ANSWER,
        f"POST {COLLABORATION}/offer/counter": ANSWER,
        f"POST {COLLABORATION}/offer/decline": _for(OWNER, MANAGER, APPROVER, SERVICE, CREATOR),
    },
    Stage.CONTRACT_SIGNING.label: {
        f"GET {COLLABORATION}/contract.pdf": LOOK_BOTH,
        f"POST {COLLABORATION}/contract/sign": SIGN,
        f"GET {COLLABORATION}/amendments": LOOK_BOTH,
        f"GET {AMENDMENT}": LOOK_BOTH,
        f"GET {AMENDMENT}/amendment.pdf": LOOK_BOTH,
        f"POST {COLLABORATION}/amendments": _for(OWNER, MANAGER, LEGAL, SERVICE, CREATOR),
        f"POST {AMENDMENT}/sign": SIGN,
        f"POST {AMENDMENT}/decline": _for(OWNER, MANAGER, APPROVER, LEGAL, CREATOR),
        f"POST {AMENDMENT}/withdraw": _for(OWNER, MANAGER, LEGAL, SERVICE, CREATOR),
    },
    Stage.CONTENT_APPROVAL.label: {
        f"POST {DELIVERABLE}/draft": DELIVER,
        f"POST {DELIVERABLE}/draft/file": DELIVER,
        f"GET {DELIVERABLE}/drafts/{{version}}/file": LOOK_BOTH,
        f"POST {DELIVERABLE}/approve": REVIEW,
        f"POST {DELIVERABLE}/request-changes": REVIEW,
        f"POST {DELIVERABLE}/published": DELIVER,
    },
    Stage.MONITORING.label: {
        f"POST {DELIVERABLE}/restored": DELIVER,
        f"POST {DELIVERABLE}/vouch": RUN,
        f"POST {DELIVERABLE}/metrics": DELIVER,
        f"GET {CAMPAIGN}/report": LOOK,
        f"POST {CAMPAIGN}/close": RUN,
    },
    "Campaigns and collaborations": {
        "GET /v1/campaigns": LOOK,
        f"GET {CAMPAIGN}": LOOK,
        f"GET {CAMPAIGN}/events": LOOK,
        f"GET {CAMPAIGN}/timeline": LOOK,
        f"POST {CAMPAIGN}/extend": EXTEND,
        f"POST {CAMPAIGN}/cancel": RUN,
        f"POST {CAMPAIGN}/renew": RUN,
        f"GET {CAMPAIGN}/collaborations": LOOK,
        f"GET {COLLABORATION}": LOOK_BOTH,
        f"GET {COLLABORATION}/events": LOOK_BOTH,
        f"GET {COLLABORATION}/timeline": LOOK_BOTH,
        f"POST {COLLABORATION}/extend": EXTEND_BOTH,
        f"POST {COLLABORATION}/cancel": RUN,
        "GET /v1/rights": LOOK,
        f"GET {COLLABORATION}/rights": LOOK_BOTH,
        f"POST {COLLABORATION}/rights/release-exclusivity": RUN,
        "GET /v1/tasks": LOOK,
        "POST /v1/decisions": LOOK,
    },
    "Money and attribution": {
        f"GET /v1/creators/{CREATOR_ID}/payout-account": _for(OWNER, FINANCE),
        f"PUT /v1/creators/{CREATOR_ID}/payout-account": _for(OWNER, FINANCE),
        f"POST {CAMPAIGN}/orders": MONEY,
        f"POST {CAMPAIGN}/orders/{{order_id}}/refunds": MONEY,
        f"GET {CAMPAIGN}/attribution": LOOK,
        "POST /v1/orders/shopify": SIGNED,
        "POST /v1/callbacks/docuseal": SIGNED,
        f"POST {COLLABORATION}/payouts/{{payout}}/paid": MONEY,
        f"POST {COLLABORATION}/payouts/{{payout}}/reversal": MONEY,
        "GET /v1/payouts/late-reversals": _for(OWNER, MANAGER, FINANCE, SERVICE),
        "POST /v1/payouts/late-reversals/{transfer_id}/settle": MONEY,
        "POST /v1/callbacks/stripe": SIGNED,
    },
    "Webhooks": {
        "POST /v1/webhooks": PLUMBING,
        "GET /v1/webhooks": PLUMBING,
        "GET /v1/webhooks/{webhook_id}": PLUMBING,
        "PATCH /v1/webhooks/{webhook_id}": PLUMBING,
        "DELETE /v1/webhooks/{webhook_id}": PLUMBING,
        "POST /v1/webhooks/{webhook_id}/replay": PLUMBING,
        "POST /v1/webhooks/{webhook_id}/test": PLUMBING,
        "GET /v1/webhooks/{webhook_id}/deliveries": PLUMBING,
    },
    "Access": {
        "GET /v1/me": LOOK,
        "POST /v1/keys": GRANT,
        "GET /v1/keys": GRANT,
        "GET /v1/keys/{key_id}": GRANT,
        "DELETE /v1/keys/{key_id}": GRANT,
        "POST /v1/members": GRANT,
        "GET /v1/members": GRANT,
        "GET /v1/members/{member_id}": GRANT,
        "PATCH /v1/members/{member_id}": GRANT,
        "DELETE /v1/members/{member_id}": GRANT,
        "DELETE /v1/members/{member_id}/account": GRANT,
        "GET /v1/audit": AUDIT,
        "GET /sign-in": ANYBODY,
        "POST /sign-in": ANYBODY,
        "GET /sign-in/{token}": ANYBODY,
        "POST /sign-in/{token}": ANYBODY,
        "GET /oidc/sign-in": ANYBODY,
        "GET /oidc/callback": ANYBODY,
        "POST /sign-out": LOOK,
    },
    "Console": {
        "GET /": ANYBODY,
        "GET /console": LOOK,
        "GET /console/static/{name}": ANYBODY,
        "GET /console/sign-in": ANYBODY,
        "POST /console/sign-in": ANYBODY,
        "POST /console/sign-out": ANYBODY,
        "GET /console/inbox": LOOK,
        "GET /console/inbox/news": LOOK,
        "POST /console/inbox/bulk": LOOK,
        "POST /console/inbox/late-reversals/{transfer_id}": MONEY,
        "GET /console/start": RUN,
        "POST /console/start": RUN,
        "POST /console/start/check": RUN,
        "POST /console/start/forecast": RUN,
        "GET /console/creators": LOOK_AT_CREATORS,
        "POST /console/creators/import": RUN,
        "GET /console/campaigns": LOOK,
        "GET /console/campaigns/{campaign_id}": LOOK,
        "GET /console/campaigns/{campaign_id}/columns/{stage}": LOOK,
        "GET /console/campaigns/{campaign_id}/creators": LOOK,
        "GET /console/campaigns/{campaign_id}/events": LOOK,
        "GET /console/campaigns/{campaign_id}/overview": LOOK,
        "GET /console/campaigns/{campaign_id}/report": LOOK,
        "GET /console/campaigns/{campaign_id}/report.{form}": LOOK,
        "GET /console/campaigns/{campaign_id}/shortlist": LOOK,
        "GET /console/campaigns/{campaign_id}/timeline": LOOK,
        "POST /console/campaigns/{campaign_id}/decide/{verb}": LOOK,
        "GET /console/campaigns/{campaign_id}/renew": RUN,
        "GET /console/rights": LOOK,
        "GET /console/access": GRANT,
        "GET /console/access/audit": AUDIT,
        "POST /console/access/members": GRANT,
        "POST /console/access/members/{member_id}": GRANT,
        "POST /console/access/members/{member_id}/remove": GRANT,
        "POST /console/access/keys": GRANT,
        "POST /console/access/keys/{key_id}/revoke": GRANT,
        "GET /console/collaborations/{collaboration_id}": LOOK,
        "GET /console/collaborations/{collaboration_id}/contract.pdf": LOOK,
        "GET /console/collaborations/{collaboration_id}/performance-report/proof": LOOK,
        "GET /console/collaborations/{collaboration_id}/amendments/{number}.pdf": LOOK,
        "GET /console/collaborations/{collaboration_id}/deliverables/{number}/drafts/{version}/file": LOOK,
        "POST /console/collaborations/{collaboration_id}/decide/{verb}": LOOK,
    },
    "Pages and operations": {
        "GET /c/{token}": LINK,
        "POST /c/{token}/performance-report": LINK,
        "POST /c/{token}/draft": LINK,
        "GET /c/{token}/drafts/{number}/{version}": LINK,
        "GET /c/{token}/contract.pdf": LINK,
        "GET /c/{token}/amendments/{number}.pdf": LINK,
        "POST /c/{token}/{verb}": LINK,
        "GET /l/{code}": ANYBODY,
        "GET /healthz": ANYBODY,
        "GET /readyz": ANYBODY,
        "GET /metrics": ANYBODY,
        "GET /codec": ANYBODY,
        "POST /codec/sign-in": ANYBODY,
        "POST /codec/sign-out": ANYBODY,
        "POST /codec/decode": OPERATOR,
        "POST /codec/encode": OPERATOR,
        "POST /codec/{key}/decode": OPERATOR,
        "POST /codec/{key}/encode": OPERATOR,
        "GET /openapi.json": ANYBODY,
        "GET /docs": ANYBODY,
        "GET /docs/oauth2-redirect": ANYBODY,
    },
}
"""`METHOD /path` to its rule, by subject. HEAD goes by GET's."""

RULES: Mapping[str, Rule] = {route: rule for rules in TABLE.values() for route, rule in rules.items()}


DECISIONS: Mapping[str, Rule] = {
    command: RULES[f"POST {route}"]
    for command, route in {
        "StartCampaign": "/v1/campaigns",
        "ApproveShortlist": f"{CAMPAIGN}/shortlist/approve",
        "RejectShortlist": f"{CAMPAIGN}/shortlist/reject",
        "CloseCampaign": f"{CAMPAIGN}/close",
        "CancelCampaign": f"{CAMPAIGN}/cancel",
        "ExtendDeadline": f"{COLLABORATION}/extend",
        "ApproveCreator": f"{COLLABORATION}/verification/approve",
        "RejectCreator": f"{COLLABORATION}/verification/reject",
        "AcceptOffer": f"{COLLABORATION}/offer/accept",
        "CounterOffer": f"{COLLABORATION}/offer/counter",
        "DeclineOffer": f"{COLLABORATION}/offer/decline",
        "SignContract": f"{COLLABORATION}/contract/sign",
        "ProposeAmendment": f"{COLLABORATION}/amendments",
        "SignAmendment": f"{AMENDMENT}/sign",
        "DeclineAmendment": f"{AMENDMENT}/decline",
        "WithdrawAmendment": f"{AMENDMENT}/withdraw",
        "ApproveDraft": f"{DELIVERABLE}/approve",
        "RequestChanges": f"{DELIVERABLE}/request-changes",
        "VouchForPost": f"{DELIVERABLE}/vouch",
        "ConfirmPayment": f"{COLLABORATION}/payouts/{{payout}}/paid",
        "SettleReversal": f"{COLLABORATION}/payouts/{{payout}}/reversal",
        "CancelCollaboration": f"{COLLABORATION}/cancel",
        "ReleaseExclusivity": f"{COLLABORATION}/rights/release-exclusivity",
    }.items()
}
"""Command to its rule, which holds wherever it is given: a page of the console may take several. One that is not here
is for whoever runs campaigns, or for the creator whose turn it is (`DELIVER`)."""


def rule_for(method: str, path: str) -> Rule | None:
    """The rule for a route, by its template; None is closed to everybody."""
    return RULES.get(f"{'GET' if method == 'HEAD' else method} {path}")


def calls_of(routes: Iterable[Any]) -> Iterator[str]:
    """All calls that an application takes, as the table names them; of what is mounted, the place."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from calls_of(included.routes)
        elif methods := getattr(route, "methods", None):
            yield from (f"{method} {route.path}" for method in sorted(methods) if method != "HEAD")
        else:
            yield f"MOUNT {route.path}"


def as_markdown() -> str:
    """The table for docs/access.md: a row for each call, a column for each role."""
    lines = [
        "| call | " + " | ".join(role.value.replace("_", " ") for role in AccessRole) + " |",
        "|---|" + ":-:|" * len(AccessRole),
    ]
    for subject, rules in TABLE.items():
        lines.append(f"| **{subject}** |" + " |" * len(AccessRole))
        for route, rule in rules.items():
            if rule.door is not None:
                cells = [f"*{rule.door}*"] + [""] * (len(AccessRole) - 1)
            else:
                cells = [
                    ("up to the limit" if rule.spends else "yes") if rule.allows(role) else "" for role in AccessRole
                ]
                if rule.spends:  # a creator's own consent is not the brand's money
                    cells[-1] = cells[-1] and "yes"
            lines.append(f"| `{route}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
