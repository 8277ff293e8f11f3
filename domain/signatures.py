"""What a signature is: a name typed here, or word of a signature service that holds one; each to one document."""

from enum import StrEnum
from typing import Annotated

from domain.personal import PERSONAL
from domain.values import Instant, Line, Sha256, Value


class Signing(StrEnum):
    """Where a contract and its amendments are signed."""

    OWN = "own"
    """Here, by typed name."""
    DOCUSEAL = "docuseal"
    """At DocuSeal, which keeps what people did there."""


class Signature(Value):
    """A typed-name consent to the document with this hash."""

    typed_name: Annotated[Line, PERSONAL]
    document: Sha256
    signed_at: Instant


class ServiceSignature(Value):
    """A signature to the document with this hash that a service holds: nothing was typed or ticked here."""

    service: Signing
    submission: Line
    """The service's id of the request for both signatures."""
    submitter: Line
    """The service's id of this side in it."""
    document: Sha256
    signed_at: Instant
    """As the service says."""


AnySignature = Signature | ServiceSignature
