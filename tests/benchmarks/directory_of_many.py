"""A directory of a million made-up creators, written by the database itself, as varied as searches must expect it."""

import asyncpg

from activities.store.creators import Search
from domain.creators import Platform

INSERT = """
with numbers as (
    select n, hashint4extended(n, 7) as h, hashint4extended(n, 11) as g from generate_series($1::int, $2::int) as n
),
drawn as (
    select
        n,
        mod(abs(h), 1000) as a,
        mod(abs(h / 1000), 1000) as b,
        mod(abs(g), 1000) as c,
        mod(abs(g / 1000), 1000000) as d
    from numbers
),
people as (
    select
        n, d,
        case when a < 700 then 'instagram' when a < 900 then 'tiktok' else 'youtube' end as platform,
        -- Country and language go together, but not always: what estimates take for independent is not.
        case
            when b < 450 then 'US' when b < 600 then 'GB' when b < 750 then 'DE'
            when b < 850 then 'FR' when b < 949 then 'IT' when b < 950 then 'LU' end as country,
        case
            when b < 600 then 'en' when b < 745 then 'de' when b < 750 then 'en'
            when b < 850 then 'fr' when b < 949 then 'it' when b < 950 then 'fr' end as language,
        -- Most are small, a few are very large.
        (500 * exp(4.2 * (d / 1000000.0) ^ 2 + 3.0 * (c / 1000.0) ^ 12))::int as followers,
        (array['coffee', 'outdoor', 'skincare', 'fitness', 'food', 'travel', 'fashion', 'books'])[1 + mod(c, 8)]
            as topic
    from drawn
)
insert into creators (id, workspace, platform, handle, followers, country, language, profile)
select
    md5(n::text), 'default', platform, 'person' || n, followers, country, language,
    jsonb_strip_nulls(jsonb_build_object(
        'platform', platform, 'handle', 'person' || n, 'name', 'Person ' || n,
        'email', 'person' || n || '@mail.example', 'followers', followers, 'following', 300 + mod(n, 900),
        'posts', 40 + mod(n, 400), 'average_likes', followers * 0.02, 'average_comments', followers * 0.001,
        'posts_per_week', 3.5, 'country', country, 'language', language,
        -- Small towns are where small accounts are: a word whose accounts are all at one end of the order.
        'topics', jsonb_build_array(topic, case when mod(n, 9) = 0 then 'vintage' else 'daily life' end),
        'biography', 'Notes on ' || topic || ' and slow days. '
            || case when followers < 560 then 'From a village. ' else '' end
            || case when mod(n, 5000) = 0 then 'I keep an alpaca. ' else '' end
            || 'Word' || mod(n, 20011) || ' Word' || mod(n, 997),
        'sample_comments', jsonb_build_array('Where did you find that?', 'The light in the second photo!', 'Saving it.')
    ))
from people
"""
AT_ONCE = 50_000

SEARCHES: dict[str, Search] = {
    "everybody": Search(),
    "one platform": Search(platform=Platform.TIKTOK),
    "a brief: platform, size, country": Search(
        platform=Platform.INSTAGRAM, followers_min=1_000, followers_max=10_000, country="DE"
    ),
    "a frequent word": Search(words="coffee"),
    "a frequent word in one country": Search(words="coffee", country="IT"),
    "a rare word": Search(words="alpaca"),
    "a rare word and every filter": Search(
        words="alpaca", platform=Platform.INSTAGRAM, country="US", language="en", followers_min=1_000
    ),
    "a word that nobody has": Search(words="xylophone"),
    "a phrase, or another, without a third": Search(words='"slow days" vintage or alpaca -coffee'),
    "one account by its handle": Search(words="person777777"),
    "a rare country": Search(country="LU"),
    "two filters that exclude each other": Search(country="US", language="de"),
    "a word that only the small ones have": Search(words="village"),
    "nobody is so large": Search(words="coffee", followers_min=2_000_000_000),
}
"""What people look for, and what is known to mislead estimates."""


async def fill(connection: "asyncpg.Connection[asyncpg.Record]", count: int) -> None:
    """Write so many creators, as a long history of imports would have left them; a million take some minutes."""
    await connection.execute("drop index creators_by_words, creators_in_order, creators_by_reach")
    for first in range(1, count + 1, AT_ONCE):
        await connection.execute(INSERT, first, min(first + AT_ONCE - 1, count), timeout=300)
    for statement in (
        "set maintenance_work_mem = '512MB'",
        "create index creators_by_words on creators using gin (search) with (gin_pending_list_limit = 512)",
        "create index creators_in_order on creators (workspace, followers, id) where erased_at is null",
        "create index creators_by_reach on creators (workspace, platform, followers) where not opted_out",
        "vacuum analyze creators",
    ):
        await connection.execute(statement, timeout=1_200)
