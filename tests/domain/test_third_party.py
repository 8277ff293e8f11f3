"""A third party's report tells what it tells, and nothing that it does not."""

import pytest
from pydantic import ValidationError

from domain.third_party import AudienceReport


def test_a_report_without_countries_says_nothing_of_any() -> None:
    """Not reported is not zero."""
    assert AudienceReport(source="neoreach", fake_share=0.1).share_in("DE") is None


def test_a_country_that_a_report_leaves_out_has_no_followers() -> None:
    """The report lists the largest ones."""
    report = AudienceReport(source="neoreach", countries={"DE": 0.6, "FR": 0.2})
    assert (report.share_in("DE"), report.share_in("US")) == (0.6, 0.0)


def test_shares_are_ratios() -> None:
    """Somebody who writes percents is told so."""
    with pytest.raises(ValidationError):
        AudienceReport(source="neoreach", fake_share=12.5)


def test_a_report_says_in_words_what_it_tells() -> None:
    """The largest three countries, and nothing where it says nothing."""
    countries = {"FR": 0.1, "DE": 0.6, "US": 0.1, "IT": 0.05}
    report = AudienceReport(source="fohr", fake_share=0.125, countries=countries)
    assert report.in_words == ("fohr takes 12% of its followers for fake; fohr finds 60% in DE, 10% in FR, 10% in US")
    assert AudienceReport(source="fohr").in_words == ""
