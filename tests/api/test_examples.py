"""The examples of the description are true."""

from datetime import date

import httpx

from api.examples import BRIEF
from domain.brief import Brief
from domain.goal_setting import objections


def test_the_brief_is_well_formed_and_can_work() -> None:
    assert objections(Brief.model_validate(BRIEF), today=date(2031, 1, 1)) == []


async def test_the_brief_starts_a_campaign(brand: httpx.AsyncClient) -> None:
    assert (await brand.post("/v1/campaigns", json=BRIEF)).status_code == 201
