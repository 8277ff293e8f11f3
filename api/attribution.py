"""What a campaign's links and codes have led to."""

from collections.abc import Sequence

from fastapi import APIRouter

from activities.store.orders import TrackedFigures
from activities.store.projections.campaign_board import get_campaign
from api.dependencies import AsBrand, CampaignId, Serving
from api.errors import problems
from domain.errors import NotFound
from domain.money import Currency
from domain.values import Value

router = APIRouter(prefix="/v1/campaigns", tags=["Attribution"])


class CreatorsPart(Value):
    """What one creator's posts have led to. Revenue is in minor units of the campaign's currency, after refunds."""

    creator_id: str
    collaboration_id: str
    discount_code: str
    clicks: int
    unique_visitors: int
    """Somebody who comes on two days counts twice: visitors cannot be recognised on another day."""
    bots: int
    """Clicks of programs, which are in no other figure."""
    orders: int | None
    """Null while no shop has told of any order of this campaign."""
    revenue: int | None
    conversion: float | None
    """Orders by unique visitors; with codes, which need no visit, it can be above 1. Null without visitors."""


class UnattributedOrders(Value):
    """Orders that are nobody's, for one reason."""

    reason: str
    orders: int


class AttributionView(Value):
    """Tracked figures of a campaign: they rest on its links, its codes and its shop, not on what people report."""

    campaign_id: str
    currency: Currency
    creators: tuple[CreatorsPart, ...]
    clicks: int
    orders: int | None
    revenue: int | None
    unattributed: tuple[UnattributedOrders, ...]
    """Orders of this campaign that count for no creator, and those of the shop that no campaign has led to."""


@router.get(
    "/{campaign_id}/attribution",
    summary="Clicks, orders and revenue by creator",
    responses=problems(401, 403, 404, 422),
)
async def read_attribution(services: Serving, _: AsBrand, campaign_id: CampaignId) -> AttributionView:
    """Each creator with a link or a code that somebody has been shown, in the order of revenue."""
    campaign = await get_campaign(services.pool, services.workspace, campaign_id)
    if campaign is None:
        raise NotFound(kind="campaign", id=campaign_id)
    orders = services.tracking.orders
    figures, known = await orders.figures(campaign_id), await orders.known(campaign_id)
    return AttributionView(
        campaign_id=campaign_id,
        currency=campaign.spend.currency,
        creators=tuple(_part(each, known) for each in _best_first(figures)),
        clicks=sum(each.clicks for each in figures),
        orders=sum(each.orders for each in figures) if known else None,
        revenue=sum(each.revenue for each in figures) if known else None,
        unattributed=tuple(
            UnattributedOrders(reason=reason, orders=count) for reason, count in await orders.unattributed(campaign_id)
        ),
    )


def _best_first(figures: Sequence[TrackedFigures]) -> Sequence[TrackedFigures]:
    return sorted(figures, key=lambda each: (-each.revenue, -each.orders, -each.clicks, each.collaboration_id))


def _part(figures: TrackedFigures, known: bool) -> CreatorsPart:
    return CreatorsPart(
        creator_id=figures.creator_id,
        collaboration_id=figures.collaboration_id,
        discount_code=figures.discount_code,
        clicks=figures.clicks,
        unique_visitors=figures.visitors,
        bots=figures.bots,
        orders=figures.orders if known else None,
        revenue=figures.revenue if known else None,
        conversion=round(figures.orders / figures.visitors, 4) if known and figures.visitors else None,
    )
