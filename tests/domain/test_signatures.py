"""Two kinds of signature that cannot be taken for one another."""

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.signatures import AnySignature, ServiceSignature, Signature, Signing
from tests.domain.given import DOCUMENT, T0

SIGNATURES: TypeAdapter[AnySignature] = TypeAdapter(AnySignature)
TYPED = Signature(typed_name="Ines Okafor", document=DOCUMENT, signed_at=T0)
HELD = ServiceSignature(service=Signing.DOCUSEAL, submission="1001", submitter="2002", document=DOCUMENT, signed_at=T0)


@pytest.mark.parametrize("signature", [TYPED, HELD], ids=["typed", "held"])
def test_a_signature_is_read_as_what_it_was_written(signature: AnySignature) -> None:
    """A name that was typed here, or a service's word with its own ids."""
    assert SIGNATURES.validate_json(SIGNATURES.dump_json(signature)) == signature


def test_no_signature_of_a_service_has_a_typed_name() -> None:
    """Nobody's consent here is pretended where somebody signed elsewhere."""
    with pytest.raises(ValidationError):
        SIGNATURES.validate_python({**HELD.model_dump(), "typed_name": "Ines Okafor"})
