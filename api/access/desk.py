"""Everything that the front door works with: keys, members, sessions, the audit, the limits."""

import hashlib
import hmac
from dataclasses import dataclass, field

from activities.ports import Mailer
from activities.store.access_audit import AccessAudit, UsedLinks
from activities.store.access_identities import Identities
from activities.store.access_keys import IssuedKeys
from activities.store.access_members import Members
from activities.store.access_sessions import ABSOLUTE, Sessions
from activities.store.answered_requests import AnsweredRequests
from activities.store.pool import Pool
from activities.store.workspaces import CampaignWorkspaces
from api.access.begun import BegunSignIns
from api.access.provider import SignOn
from api.access.rates import PER_KEY, PER_STRANGER, Limiter


@dataclass(frozen=True)
class Desk:
    """The front door's own. `secret` signs CSRF tokens; `secure` says that browsers reach us by TLS alone."""

    keys: IssuedKeys
    members: Members
    identities: Identities
    sessions: Sessions
    audit: AccessAudit
    used_links: UsedLinks
    campaigns: CampaignWorkspaces
    requests: AnsweredRequests
    secret: str
    public_url: str
    mailer: Mailer | None = None
    """Without one nobody can sign in by mail."""
    sign_on: SignOn | None = None
    """Without one nobody can sign in with an account elsewhere."""
    per_key: Limiter = field(default_factory=lambda: Limiter(PER_KEY))
    per_stranger: Limiter = field(default_factory=lambda: Limiter(PER_STRANGER))

    @classmethod
    def on(
        cls, pool: Pool, secret: str, public_url: str, mailer: Mailer | None = None, sign_on: SignOn | None = None
    ) -> "Desk":
        """The desk of this database."""
        return cls(
            keys=IssuedKeys(pool),
            members=Members(pool),
            identities=Identities(pool),
            sessions=Sessions(pool),
            audit=AccessAudit(pool),
            used_links=UsedLinks(pool),
            campaigns=CampaignWorkspaces(pool),
            requests=AnsweredRequests(pool),
            secret=secret,
            public_url=public_url.rstrip("/"),
            mailer=mailer,
            sign_on=sign_on,
        )

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by TLS alone."""
        return self.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie. With the prefix, browsers take it from this very host only, over TLS."""
        return "__Host-groundswell-session" if self.secure else "groundswell-session"

    def set_cookie(self, token: str) -> str:
        """The value of `Set-Cookie` for a session; the session's own limits end it earlier."""
        return f"{self.cookie}={token}; Path=/; Max-Age={int(ABSOLUTE.total_seconds())}; {self._attributes}"

    def clear_cookie(self) -> str:
        """The value of `Set-Cookie` that makes a browser forget its session."""
        return f"{self.cookie}=; Path=/; Max-Age=0; {self._attributes}"

    @property
    def begun(self) -> BegunSignIns:
        """The sign-ins that browsers have begun elsewhere."""
        return BegunSignIns(self.secret, secure=self.secure)

    @property
    def _attributes(self) -> str:
        return f"HttpOnly; SameSite=Lax{'; Secure' if self.secure else ''}"

    def csrf_token(self, session_id: str) -> str:
        """What a session's pages send with what they change; no other site can know it."""
        return hmac.new(self.secret.encode(), f"csrf/{session_id}".encode(), hashlib.sha256).hexdigest()
