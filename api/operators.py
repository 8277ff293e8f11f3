"""Operators: who may read in clear what Temporal stores encrypted. They have keys of their own, not the brand's.

A program shows its key with each request. A browser shows it once, on the sign-in page, and then has a cookie that only
pages of Temporal's UI can make use of.
"""

from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer

from api.auth import ApiKeys
from workflows.settings import Settings

SIGNED_IN_FOR = 8 * 3600
"""Seconds that a sign-in lasts: a working day."""


class Operators:
    """The operators' keys, and the sign-ins made with them. Without keys nobody is an operator.

    `ui_url` is where Temporal's UI is opened, `namespace` the one in which our workflows are; the UI's pages may use a
    sign-in. `public_url` is where this API is.
    """

    def __init__(
        self,
        keys: ApiKeys | None = None,
        *,
        secret: str = "",
        ui_url: str = "",
        public_url: str = "",
        namespace: str = "default",
    ) -> None:
        self.ui_url = ui_url
        self.namespace = namespace
        self.ui_origins = tuple(origin for origin in (_origin(ui_url),) if origin)
        self._public = urlsplit(public_url)
        self._keys = keys or ApiKeys({})
        self._serializer = URLSafeTimedSerializer(secret, salt="operator")

    @classmethod
    def of(cls, settings: Settings, namespace: str = "default") -> "Operators":
        """The operators whom the settings name.

        Raises:
            ValueError: GROUNDSWELL_OPS_KEYS is malformed.
        """
        keys = ApiKeys.parse(settings.ops_keys.get_secret_value())
        secret = settings.secret_key.get_secret_value()
        return cls(
            keys,
            secret=secret,
            ui_url=settings.temporal_ui_url,
            public_url=settings.public_url,
            namespace=namespace,
        )

    def with_key(self, presented: str) -> str | None:
        """The name of the operator who has this key."""
        return self._keys.owner(presented)

    def sign_in(self, name: str) -> str:
        """What the browser of an operator shows from now on; it ends with their key, or after `SIGNED_IN_FOR`."""
        return self._serializer.dumps([name, self._keys.fingerprint(name)])

    def signed_in(self, shown: str) -> str | None:
        """The name of the operator who has signed in."""
        try:
            name, fingerprint = self._serializer.loads(shown, max_age=SIGNED_IN_FOR)
        except (BadSignature, ValueError, TypeError):
            return None
        return name if fingerprint and fingerprint == self._keys.fingerprint(name) else None

    def may_ask_from(self, origin: str) -> bool:
        """Whether a page of this origin may use a sign-in."""
        return origin in self.ui_origins

    def over_tls(self, host: str | None) -> bool:
        """Whether browsers reach us under this name by TLS alone; an operator may also come through a tunnel."""
        return self._public.scheme == "https" and host == self._public.hostname


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
