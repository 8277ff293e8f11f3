"""The fictitious roster: reproducible, realistic, messy, and the very file that the demo uses."""

import re
from pathlib import Path

import pytest

from activities.connectors.csv_roster import RosterReading, read_roster
from activities.connectors.roster_generator import SUSPICIOUS_SHARE, accounts, generate
from domain.benchmarks import Tier, tier
from domain.checks import Verdict, assess
from domain.creators import Creator, Platform
from domain.ranking import Wanted, rank

BUNDLED = Path(__file__).parents[3] / "api" / "demo" / "roster.csv"


@pytest.fixture(scope="module")
def reading() -> RosterReading:
    return read_roster(generate(7, 300))


def test_the_bundled_roster_is_what_its_documented_command_prints() -> None:
    assert BUNDLED.read_bytes() == generate(7, 300)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert generate(3, 40) == generate(3, 40)
    assert generate(3, 40) != generate(4, 40)


def test_nearly_all_rows_are_accepted_and_the_messy_ones_are_reported(reading: RosterReading) -> None:
    assert len(reading.accepted) + len(reading.rejected) == 306
    assert 280 <= len(reading.accepted) <= 295
    assert reading.ignored_columns == ()
    fields = {(row.field, row.rule.partition(" of line")[0]) for row in reading.rejected}
    assert {("email", "is missing"), ("handle", "repeats the account"), ("followers", "must be a number")} <= fields


def test_what_was_meant_is_what_is_read(reading: RosterReading) -> None:
    """Rounded counts such as 12.3k may be off by half of their last digit, nothing else may."""
    meant = {(a.profile.platform, a.profile.handle): a.profile for a in accounts(7, 300)}
    for _, read in reading.accepted:
        profile = meant[read.platform, read.handle]
        assert read.followers == pytest.approx(profile.followers, abs=50)
        assert (read.posts, read.average_likes, read.topics) == (profile.posts, profile.average_likes, profile.topics)
        assert read.sample_comments == profile.sample_comments


def test_nobody_real_can_be_reached_and_nobody_is_named_twice() -> None:
    made = [account.profile for account in accounts(7, 300)]
    assert all(profile.email.endswith("@creators.example") for profile in made)
    assert len({profile.handle for profile in made}) == 300


def test_sizes_fees_and_interests_are_those_of_a_real_roster(reading: RosterReading) -> None:
    profiles = [profile for _, profile in reading.accepted]
    micro = [profile for profile in profiles if tier(profile.followers) is Tier.MICRO]
    assert 0.70 < len(micro) / len(profiles) < 0.95
    dollars = sorted(p.fee for p in micro if p.fee is not None and p.fee_currency == "USD")
    assert 50_00 <= dollars[len(dollars) // 2] <= 150_00
    assert {"coffee", "outdoor", "skincare"} <= {topic for profile in profiles for topic in profile.topics}


def test_three_in_ten_are_suspicious_and_the_checks_mostly_tell_them_apart() -> None:
    """In their own field of interest; some suspicious accounts are subtle, and some honest ones odd, on purpose."""
    made = accounts(7, 300)
    verdicts: dict[bool, list[Verdict]] = {True: [], False: []}
    for account in made:
        verdicts[account.suspicious].append(assess(account.profile, "Brand", account.profile.topics[0]).verdict)
    assert len(verdicts[True]) == round(300 * SUSPICIOUS_SHARE)
    stopped = sum(verdict is not Verdict.PASS for verdict in verdicts[True]) / len(verdicts[True])
    troubled = sum(verdict is not Verdict.PASS for verdict in verdicts[False]) / len(verdicts[False])
    assert stopped > 0.70
    assert 0 < troubled < 0.10
    assert Verdict.FAIL in verdicts[True]
    assert Verdict.FAIL not in verdicts[False]


def test_a_usual_brief_finds_enough_creators_who_fit(reading: RosterReading) -> None:
    wanted = Wanted(
        platform=Platform.INSTAGRAM, followers_min=1_000, followers_max=10_000, country="US", language="en",
        topics=("coffee",), brand="Northbound Roasters", product="single-origin beans", category="coffee",
        fee_cap=200_00,
    )  # fmt: skip
    ranked = rank([Creator(id=f"c{line}", profile=profile) for line, profile in reading.accepted], wanted)
    assert len(ranked) > 100
    topics = {f"c{line}": profile.topics for line, profile in reading.accepted}
    assert all("coffee" in topics[one.creator_id] for one in ranked[:10])


def test_the_file_is_as_messy_as_an_export() -> None:
    text = generate(7, 300).decode("utf-8")
    assert text.startswith("\ufeff")
    assert '"Follower\nCount"' in text
    assert re.search(r",\d+\.\dk,", text)
    assert re.search(r'"\d,\d{3}"', text)
    assert text.endswith("," * 17 + "\r\n")
