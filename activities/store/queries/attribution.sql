-- name: tracked_of
-- What a collaboration leads buyers with: its discount code, and its links with the deliverables they are for.
select collaboration.discount_code, link.code, link.deliverable
from tracked_collaborations as collaboration
inner join tracked_links as link using (collaboration_id)
where collaboration.collaboration_id = $1
order by link.deliverable;

-- name: insert_tracked_collaboration
-- Notes a collaboration's code, once however often it is asked for; whether it was this time.
insert into tracked_collaborations (
    collaboration_id, workspace, campaign_id, creator_id, discount_code, landing_url, source, attribution_days, currency
)
values (
    $1, coalesce((select workspace from campaign_workspaces where campaign_id = $3), $2), $3, $4, $5, $6, $7, $8, $9
)
on conflict (collaboration_id) do nothing
returning true;

-- name: insert_tracked_links
-- Notes a collaboration's links: codes, and the deliverables they are for.
insert into tracked_links (collaboration_id, code, deliverable)
select $1, link.code, link.deliverable
from unnest($2::text [], $3::integer []) as link (code, deliverable);

-- name: link_target
-- Where a link leads.
select collaboration.landing_url, collaboration.source, collaboration.campaign_id
from tracked_links as link
inner join tracked_collaborations as collaboration using (collaboration_id)
where link.code = $1;

-- name: insert_clicks
-- Notes clicks, each once however often it is tried.
insert into clicks (id, code, at, visitor, referrer, bot)
select click.id, click.code, click.at, click.visitor, click.referrer, click.bot
from unnest($1::text [], $2::text [], $3::timestamptz [], $4::text [], $5::text [], $6::text [])
    as click (id, code, at, visitor, referrer, bot)
on conflict (id) do nothing;

-- name: sources_by_discount
-- The collaborations whose discount codes these are, in the order of the codes; of one campaign only, if one is named.
select
    collaboration.collaboration_id, collaboration.campaign_id, collaboration.currency, collaboration.attribution_days
from unnest($2::text []) with ordinality as given (code, place)
inner join tracked_collaborations as collaboration on collaboration.discount_code = given.code
where collaboration.workspace = $1 and ($3::text is null or collaboration.campaign_id = $3)
order by given.place;

-- name: touches
-- The visits behind these clicks; of one campaign only, if one is named.
select
    collaboration.collaboration_id, collaboration.campaign_id, collaboration.currency, collaboration.attribution_days,
    click.at
from clicks as click
inner join tracked_links as link using (code)
inner join tracked_collaborations as collaboration using (collaboration_id)
where
    click.id = any($2::text [])
    and collaboration.workspace = $1
    and ($3::text is null or collaboration.campaign_id = $3);

-- name: take_delivery
-- Notes a webhook; nothing comes back if it was taken before.
insert into shop_deliveries (workspace, id, topic) values ($1, $2, $3)
on conflict (workspace, id) do nothing
returning true;

-- name: record_order
-- Notes an order, and whose it is. One that is known keeps its amount and whose it is; it can still be cancelled, and
-- find its creator.
insert into shop_orders as known (
    workspace, shop, order_id, placed_at, total, currency, cancelled_at, campaign_id, collaboration_id, attributed_by,
    reason
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (workspace, shop, order_id) do update
set
    cancelled_at = coalesce(known.cancelled_at, excluded.cancelled_at),
    campaign_id = case when known.collaboration_id is null then excluded.campaign_id else known.campaign_id end,
    collaboration_id = coalesce(known.collaboration_id, excluded.collaboration_id),
    attributed_by = coalesce(known.attributed_by, excluded.attributed_by),
    reason = case when known.collaboration_id is null then excluded.reason end
returning total, currency, placed_at, campaign_id, collaboration_id, attributed_by, reason;

-- name: order_currency
-- The currency of an order.
select currency from shop_orders where workspace = $1 and shop = $2 and order_id = $3;

-- name: record_refund
-- Notes money given back, once; what stands there now.
with added as (
    insert into shop_refunds (workspace, shop, refund_id, order_id, amount, currency)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (workspace, shop, refund_id) do nothing
    returning order_id, amount, currency
)

select order_id, amount, currency from added
union all
select order_id, amount, currency from shop_refunds where workspace = $1 and shop = $2 and refund_id = $3
limit 1;

-- name: tracked_figures
-- What each collaboration of a campaign has led to. A visitor is counted once a day; an order that was cancelled, or whose
-- money was given back, is no order any more.
with links as (
    select
        link.collaboration_id,
        count(*) filter (where click.bot is null) as clicks,
        count(distinct click.visitor) filter (where click.bot is null) as visitors,
        count(*) filter (where click.bot is not null) as bots
    from tracked_collaborations as collaboration
    inner join tracked_links as link using (collaboration_id)
    inner join clicks as click using (code)
    where collaboration.workspace = $1 and collaboration.campaign_id = $2
    group by link.collaboration_id
),

kept as (
    select
        placed.collaboration_id,
        placed.total,
        case
            when placed.cancelled_at is null then greatest(0, placed.total - coalesce(sum(refund.amount), 0))
            else 0
        end as amount,
        placed.cancelled_at
    from shop_orders as placed
    left join shop_refunds as refund using (workspace, shop, order_id, currency)
    where placed.workspace = $1 and placed.campaign_id = $2 and placed.collaboration_id is not null
    group by placed.workspace, placed.shop, placed.order_id
),

sold as (
    select
        collaboration_id,
        count(*) filter (where cancelled_at is null and (amount > 0 or total = 0)) as orders,
        sum(amount)::bigint as revenue
    from kept
    group by collaboration_id
)

select
    collaboration.collaboration_id,
    collaboration.creator_id,
    collaboration.discount_code,
    collaboration.currency,
    coalesce(links.clicks, 0) as clicks,
    coalesce(links.visitors, 0) as visitors,
    coalesce(links.bots, 0) as bots,
    coalesce(sold.orders, 0) as orders,
    coalesce(sold.revenue, 0) as revenue
from tracked_collaborations as collaboration
left join links using (collaboration_id)
left join sold using (collaboration_id)
where collaboration.workspace = $1 and collaboration.campaign_id = $2
order by collaboration.collaboration_id;

-- name: collaboration_sales
-- What one collaboration has sold: orders that were not cancelled nor given back, and what is left of their money.
select
    count(*) filter (where amount > 0 or total = 0) as orders,
    coalesce(sum(amount), 0)::bigint as revenue
from (
    select
        placed.total,
        greatest(0, placed.total - coalesce(sum(refund.amount), 0)) as amount
    from shop_orders as placed
    left join shop_refunds as refund using (workspace, shop, order_id, currency)
    where placed.workspace = $1 and placed.collaboration_id = $2 and placed.cancelled_at is null
    group by placed.workspace, placed.shop, placed.order_id
) as kept;

-- name: unattributed_orders
-- Orders that are nobody's, by reason: the campaign's, and those that no campaign can claim.
select
    reason,
    count(*) as orders
from shop_orders
where workspace = $1 and (campaign_id = $2 or campaign_id is null) and collaboration_id is null
group by reason
order by reason;

-- name: has_orders
-- Whether a shop has ever told of an order of this campaign.
select exists(select from shop_orders where workspace = $1 and campaign_id = $2);
