"""The connection to Temporal as its environment configuration says: profiles, TLS, client certificates, API keys."""

from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import TLSConfig

from activities.store.pool import open_pool
from api.doctor import examine
from api.embedded.mail import MailSink
from api.readiness_of_temporal import NamespaceProbe
from domain.negotiation import DeclineOffer
from tests.certificates import Authority
from tests.keys import MASTER_KEYS, a_sealer
from tests.tls_fronts import TemporalFront
from tests.workflows.conftest import working
from workflows.settings import connect_temporal

KEY = "an-api-key"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own configuration."""
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_PROFILE", "TEMPORAL_API_KEY", "TEMPORAL_TLS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Whom the server's certificate is signed by."""
    return Authority(tmp_path / "certificates")


def profile(front: TemporalFront, authority: Authority, *more: str) -> str:
    """A profile `cloud` in Temporal's configuration file."""
    return "\n".join(
        [
            "[profile.cloud]",
            f'address = "{front.address}"',
            'namespace = "default"',
            *(line for line in more if not line.startswith("client_")),
            "[profile.cloud.tls]",
            f'server_ca_cert_path = "{authority.certificate}"',
            *(line for line in more if line.startswith("client_")),
        ]
    )


async def test_a_profile_with_tls_client_certificate_and_api_key_carries_a_whole_collaboration(
    temporal_address: str,
    database: str,
    mail_sink: MailSink,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Client and worker both; every call shows the key, and the connection the certificate."""
    us = authority.identity("groundswell")
    tls = authority.server_side(of_clients=authority)
    async with TemporalFront(tls, temporal_address, api_key=KEY) as front:
        certificate = (f'client_cert_path = "{us.certificate}"', f'client_key_path = "{us.key}"')
        written = profile(front, authority, f'api_key = "{KEY}"', *certificate)
        (tmp_path / "temporal.toml").write_text(written)
        monkeypatch.setenv("TEMPORAL_PROFILE", "cloud")
        pool = await open_pool(database, application_name="tests")
        client = await connect_temporal(a_sealer(pool))
        async with working(client, database, mail_sink, None) as bench:
            one = await bench.collaborate()
            await one.until_waiting_for("answer_offer")
            await one.tell(DeclineOffer(version=1))
            assert await one.handle.result() == "declined"
        await pool.close()
    assert set(front.clients) == {"groundswell"}
    paths = {call[":path"].rpartition("/")[2] for call in front.calls}
    assert {"PollWorkflowTaskQueue", "UpdateWorkflowExecution"} <= paths
    assert {call["authorization"] for call in front.calls} == {f"Bearer {KEY}"}


async def test_variables_do_the_same_and_come_before_the_profile(
    temporal_address: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a container has them."""
    us = authority.identity("groundswell")
    async with TemporalFront(authority.server_side(of_clients=authority), temporal_address) as front:
        (tmp_path / "temporal.toml").write_text('[profile.default]\naddress = "127.0.0.1:1"\n')
        for name, value in {
            "TEMPORAL_ADDRESS": front.address,
            "TEMPORAL_API_KEY": KEY,
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(authority.certificate),
            "TEMPORAL_TLS_CLIENT_CERT_PATH": str(us.certificate),
            "TEMPORAL_TLS_CLIENT_KEY_PATH": str(us.key),
        }.items():
            monkeypatch.setenv(name, value)
        client = await connect_temporal(None)
        assert (await NamespaceProbe(client).check()).ready
    assert {call["authorization"] for call in front.calls} == {f"Bearer {KEY}"}


async def test_a_server_that_we_have_no_reason_to_trust_is_not_talked_to(
    temporal_address: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent to it, and above all no key."""
    stranger = Authority(tmp_path / "stranger")
    async with TemporalFront(stranger.server_side(), temporal_address) as front:
        (tmp_path / "temporal.toml").write_text(profile(front, authority, f'api_key = "{KEY}"'))
        monkeypatch.setenv("TEMPORAL_PROFILE", "cloud")
        with pytest.raises(RuntimeError, match="ertificate"):
            await connect_temporal(None)
    assert front.calls == []


async def test_a_key_that_is_not_accepted_is_said_to_be_the_reason(
    temporal_address: str,
    database: str,
    mail_sink: MailSink,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the doctor, without the key."""
    async with TemporalFront(authority.server_side(), temporal_address, api_key=KEY) as front:
        (tmp_path / "temporal.toml").write_text(profile(front, authority, 'api_key = "a-wrong-one"'))
        settings = {
            "TEMPORAL_PROFILE": "cloud",
            "DATABASE_URL": database,
            "GROUNDSWELL_SECRET_KEY": "k" * 40,
            "GROUNDSWELL_MASTER_KEYS": MASTER_KEYS,
            "GROUNDSWELL_SMTP_PORT": str(mail_sink.port),
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        found = {finding.part: finding async for finding in examine()}
        assert not found["temporal"].ready
        assert "no such key" in found["temporal"].found
        assert "TEMPORAL_API_KEY" in found["temporal"].todo
        assert "a-wrong-one" not in str(found)


async def test_a_key_that_is_withdrawn_while_the_process_runs_is_said_to_be_the_reason(
    temporal_address: str, authority: Authority
) -> None:
    """Readiness says so, and does not say that Temporal is away."""
    async with TemporalFront(authority.server_side(), temporal_address, api_key=KEY) as front:
        tls = TLSConfig(server_root_ca_cert=authority.certificate.read_bytes())
        client = await Client.connect(front.address, tls=tls, api_key=KEY)
        assert (await NamespaceProbe(client).check()).ready
        client.api_key = "withdrawn"
        refused = await NamespaceProbe(client).check()
    assert not refused.ready
    assert refused.found.startswith("Temporal refuses us")
    assert "TEMPORAL_API_KEY" in refused.todo
