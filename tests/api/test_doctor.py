import pytest
from pydantic import SecretStr, ValidationError

from activities.connectors.simulated.twins import twins_served
from api.doctor import examine, settings_problem
from api.embedded.mail import MailSink
from api.readiness import Finding
from tests.keys import MASTER_KEYS
from workflows.settings import Settings

SECRET = "x" * 40


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "GROUNDSWELL_SECRET_KEY", "GROUNDSWELL_MASTER_KEYS", "TEMPORAL_ADDRESS"):
        monkeypatch.delenv(name, raising=False)


async def findings() -> dict[str, Finding]:
    return {finding.part: finding async for finding in examine()}


async def test_missing_settings_are_named_and_nothing_after_them_is_tried() -> None:
    """Without settings there is no database to look for."""
    found = await findings()
    assert "DATABASE_URL" in found["settings"].found
    assert "GROUNDSWELL_SECRET_KEY" in found["settings"].found
    assert not found["settings"].ready
    assert "database" not in found


async def test_parts_that_are_away_are_said_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each on its own: the mail server is looked at although the database is away."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setenv("GROUNDSWELL_SECRET_KEY", SECRET)
    monkeypatch.setenv("GROUNDSWELL_MASTER_KEYS", MASTER_KEYS)
    monkeypatch.setenv("GROUNDSWELL_SMTP_PORT", "1")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    found = await findings()
    away = {part for part, finding in found.items() if not finding.ready}
    assert away == {"database", "mail", "temporal"}
    assert all(found[part].todo for part in away)


async def test_what_works_is_said_to_work(
    monkeypatch: pytest.MonkeyPatch, database: str, temporal_address: str, mail_sink: MailSink
) -> None:
    """All but the worker, which nobody has started."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("GROUNDSWELL_SECRET_KEY", SECRET)
    monkeypatch.setenv("GROUNDSWELL_MASTER_KEYS", MASTER_KEYS)
    monkeypatch.setenv("GROUNDSWELL_SMTP_PORT", str(mail_sink.port))
    monkeypatch.setenv("GROUNDSWELL_TASK_QUEUE", "a queue that nobody polls")
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    found = await findings()
    assert [part for part, finding in found.items() if not finding.ready] == ["temporal"]
    assert "groundswell worker" in found["temporal"].todo
    assert "registered" in found["search attributes"].found
    assert {"database", "permissions", "codec keys", "mail", "namespace"} <= set(found)


def test_a_wrong_setting_is_explained_without_its_value() -> None:
    """It may be a secret."""
    with pytest.raises(ValidationError) as refused:
        Settings(
            database_url=SecretStr("postgresql://"),
            secret_key=SecretStr("too short"),
            master_keys=SecretStr(MASTER_KEYS),
        )
    explained = settings_problem(refused.value)
    assert "GROUNDSWELL_SECRET_KEY" in explained
    assert "too short" not in explained


async def test_a_namespace_that_is_missing_is_said_with_what_makes_it(
    monkeypatch: pytest.MonkeyPatch, database: str, temporal_address: str, mail_sink: MailSink
) -> None:
    """What is in it is not looked for then."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("GROUNDSWELL_SECRET_KEY", SECRET)
    monkeypatch.setenv("GROUNDSWELL_MASTER_KEYS", MASTER_KEYS)
    monkeypatch.setenv("GROUNDSWELL_SMTP_PORT", str(mail_sink.port))
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nobody-made-this-either")
    found = await findings()
    assert [part for part, finding in found.items() if not finding.ready] == ["namespace"]
    assert "temporal operator namespace create" in found["namespace"].todo
    assert "search attributes" not in found


async def test_an_unmigrated_database_is_said_and_nothing_in_it_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, postgres_dsn: str
) -> None:
    """Neither tables nor keys are there yet."""
    monkeypatch.setenv("DATABASE_URL", postgres_dsn)
    monkeypatch.setenv("GROUNDSWELL_SECRET_KEY", SECRET)
    monkeypatch.setenv("GROUNDSWELL_MASTER_KEYS", MASTER_KEYS)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    found = await findings()
    assert found["database"].todo == "run `groundswell migrate`"
    assert not {"permissions", "codec keys"} & set(found)


def test_a_setting_that_lacks_another_is_explained() -> None:
    """Where what is wrong is no one variable's."""
    with pytest.raises(ValidationError) as refused:
        Settings(
            database_url=SecretStr("postgresql://"),
            secret_key=SecretStr(SECRET),
            master_keys=SecretStr(MASTER_KEYS),
            oidc_issuer="https://id.brand.example",
        )
    assert "GROUNDSWELL_OIDC_CLIENT_ID belong together" in settings_problem(refused.value)


async def test_a_sign_in_service_that_is_named_is_asked_whether_it_knows_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else is away."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setenv("GROUNDSWELL_SECRET_KEY", SECRET)
    monkeypatch.setenv("GROUNDSWELL_MASTER_KEYS", MASTER_KEYS)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    async with twins_served(["oidc"]) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        known = (await findings())["sign-in"]
        monkeypatch.setenv("GROUNDSWELL_OIDC_CLIENT_SECRET", "another")
        unknown = (await findings())["sign-in"]
    assert (known.ready, known.found.endswith("and knows us")) == (True, True)
    assert (unknown.ready, "docs/access.md" in unknown.todo) == (False, True)
