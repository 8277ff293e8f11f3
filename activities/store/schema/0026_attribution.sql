-- What an agreed collaboration leads buyers with: a discount code, and a link for each deliverable. Both are derived from
-- its id and the server's secret; they are kept so that what was posted goes on to work when the secret is changed.
create table tracked_collaborations (
    collaboration_id text primary key,
    workspace text not null,
    campaign_id text not null,
    creator_id text not null,
    discount_code text not null,
    landing_url text not null,
    -- Where the links are posted: utm_source.
    source text not null,
    attribution_days integer not null check (attribution_days > 0),
    currency text not null,
    unique (workspace, discount_code)
);

create index on tracked_collaborations (workspace, campaign_id);

create table tracked_links (
    code text primary key,
    collaboration_id text not null references tracked_collaborations (collaboration_id),
    deliverable integer not null,
    unique (collaboration_id, deliverable)
);

-- Who followed a link, without anything that says who it was: the visitor is a keyed hash of address, browser and day.
create table clicks (
    id text primary key,
    code text not null,
    at timestamptz not null,
    visitor text not null,
    -- The host alone.
    referrer text,
    -- Why it is taken for a program; null is a person.
    bot text
);

create index on clicks (code);

-- Orders that shops told of. Amounts are in minor units of their currency.
create table shop_orders (
    workspace text not null,
    -- A Shopify domain, or 'campaign/<id>' for what was sent to a campaign's own address.
    shop text not null,
    order_id text not null,
    placed_at timestamptz not null,
    total bigint not null check (total >= 0),
    currency text not null,
    cancelled_at timestamptz,
    -- Null where nothing in the order leads to a campaign.
    campaign_id text,
    collaboration_id text references tracked_collaborations (collaboration_id),
    attributed_by text check (attributed_by in ('code', 'link')),
    -- Why it is nobody's.
    reason text,
    received_at timestamptz not null default clock_timestamp(),
    primary key (workspace, shop, order_id),
    check ((collaboration_id is null) = (attributed_by is null)),
    check ((collaboration_id is null) = (reason is not null))
);

create index on shop_orders (collaboration_id);
create index on shop_orders (workspace, campaign_id);

-- Money given back. It may be heard of before its order is.
create table shop_refunds (
    workspace text not null,
    shop text not null,
    refund_id text not null,
    order_id text not null,
    amount bigint not null check (amount >= 0),
    currency text not null,
    received_at timestamptz not null default clock_timestamp(),
    primary key (workspace, shop, refund_id)
);

create index on shop_refunds (workspace, shop, order_id);

-- Webhooks that were taken: a repetition changes nothing.
create table shop_deliveries (
    workspace text not null,
    id text not null,
    topic text not null,
    received_at timestamptz not null default clock_timestamp(),
    primary key (workspace, id)
);
