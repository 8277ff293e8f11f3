"""The seal on a concluded contract: pages of record are added behind the signed document, and all of it is signed.

The PDF that both sides read stays in front, byte for byte: what is added comes as an incremental update, so whoever has
the sealed file has the signed one, and can compare its SHA-256 with the one that was consented to. The signature is
PAdES (ETSI EN 319 142-1, level B-B), by a certificate of the organisation that runs the engine.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Self

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from activities.ports import SealKeys

FIELD = "GroundswellSeal"
VALID_FOR = timedelta(days=3_650)
"""Of a certificate that this installation makes for itself."""


UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)
"""What parsers also stumble with over a damaged file."""


class SealUnusable(ValueError):
    """The key or the certificates of the seal cannot be used; the message says why."""


class SealUnreadable(ValueError):
    """The file was changed so that its seal cannot even be read."""


@dataclass(frozen=True)
class Verified:
    """What a validator says of a sealed contract."""

    intact: bool
    """Nothing in the file was changed after it was sealed."""
    trusted: bool
    """The certificate leads to one that the reader trusts."""
    complete: bool
    """Nothing was added to the file after it was sealed."""
    sealed_by: str
    sealed_at: datetime | None
    signed_document: str
    """SHA-256 of the document in front: what both sides consented to."""

    @property
    def good(self) -> bool:
        """Whether the contract is exactly what was sealed, by somebody whom the reader trusts."""
        return self.intact and self.trusted and self.complete


class PadesSeal:
    """Seals documents with one key."""

    def __init__(self, signer: signers.SimpleSigner) -> None:
        self._signer = signer

    @classmethod
    def of(cls, keys: SealKeys) -> Self:
        """A seal with these keys.

        Raises:
            SealUnusable: something cannot be read, or the certificate is not the key's.
        """
        try:
            public = serialization.load_pem_private_key(keys.private_key, password=None).public_key()
            first = x509.load_pem_x509_certificates(keys.certificates)[0]
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SealUnusable(
                f"the seal's key and certificates must be PEM, the key without password: {error}"
            ) from error
        if first.public_key() != public:
            raise SealUnusable("the first certificate of the seal is not that of its key")
        own, *issuers = load_certs_from_pemder_data(keys.certificates)
        registry = SimpleCertificateStore()
        registry.register_multiple(issuers)
        private = load_private_key_from_pemder_data(keys.private_key, passphrase=None)
        return cls(signers.SimpleSigner(signing_cert=own, signing_key=private, cert_registry=registry))

    async def seal(self, document: bytes, record: bytes, *, reason: str) -> bytes:
        """The document with the pages of `record` behind it, sealed. All are PDFs; the result begins with the first."""
        writer = IncrementalPdfFileWriter(BytesIO(document))
        _append_pages(writer, PdfFileReader(BytesIO(record)))
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason
        )
        sealed = await signers.PdfSigner(metadata, signer=self._signer).async_sign_pdf(writer)
        return bytes(sealed.getbuffer())


class PadesSeals:
    """Seals with the key of each workspace; satisfies `ports.Seals`."""

    def __init__(self, keys: Callable[[str], Awaitable[SealKeys]]) -> None:
        self._keys = keys

    async def seal(self, workspace: str, document: bytes, record: bytes, *, reason: str) -> bytes:
        """See `Seals.seal`."""
        return await PadesSeal.of(await self._keys(workspace)).seal(document, record, reason=reason)


def _append_pages(writer: IncrementalPdfFileWriter, record: PdfFileReader) -> None:
    pages = record.root["/Pages"]["/Kids"]
    for number, page in enumerate(pages):
        shown = generic.DictionaryObject({generic.pdf_name("/Record"): writer.import_page_as_xobject(record, number)})
        writer.insert_page(
            PageObject(
                contents=writer.add_object(generic.StreamObject(stream_data=b"/Record Do")),
                media_box=[float(edge) for edge in page.get_object()["/MediaBox"]],
                resources=generic.DictionaryObject({generic.pdf_name("/XObject"): shown}),
            )
        )


async def verify(sealed: bytes, trusted_certificates: bytes) -> Verified:
    """What a sealed contract is worth to somebody who trusts these certificates (PEM).

    Raises:
        SealUnreadable: the file was changed beyond that.
        ValueError: the file is no PDF, or has no seal.
    """
    if not sealed.startswith(b"%PDF-"):
        raise ValueError("this is no PDF")
    roots = list(load_certs_from_pemder_data(trusted_certificates))
    try:
        signatures = PdfFileReader(BytesIO(sealed)).embedded_signatures
        if signatures:
            trust = ValidationContext(trust_roots=roots, allow_fetching=False)
            status = await async_validate_pdf_signature(signatures[0], trust)
    except (*UNREADABLE, PdfError, SignatureValidationError, CMSExtractionError) as error:
        raise SealUnreadable(f"the file is damaged: {error}") from error
    if not signatures:
        raise ValueError("this document has no seal")
    return Verified(
        intact=status.intact and status.valid and _is_filled_with_zeros(signatures[0].pkcs7_content),
        trusted=status.trusted,
        complete=len(signatures) == 1 and status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        sealed_by=status.signing_cert.subject.human_friendly,
        sealed_at=status.signer_reported_dt,
        signed_document=hashlib.sha256(signed_part(sealed)).hexdigest(),
    )


def _is_filled_with_zeros(container: bytes) -> bool:
    """Whether nothing is hidden behind the signature: the space kept for it is the one place it cannot cover."""
    return not container[len(cms.ContentInfo.load(container).dump()) :].strip(b"\x00")


def signed_part(sealed: bytes) -> bytes:
    """The document in front of what was added: up to its own end mark, which the update leaves as it was."""
    end = sealed.index(b"%%EOF") + len(b"%%EOF")
    return sealed[:end]


def self_signed(organisation: str) -> SealKeys:
    """A new key and a certificate that it signs itself. Readers trust it once they were given it.

    For an installation without a certificate from an authority: a seal by it shows every later change all the same.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation}: contract seal"),
        ]
    )
    since = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since - timedelta(minutes=5))
        .not_valid_after(since + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SealKeys(private_key=secret, certificates=certificate.public_bytes(serialization.Encoding.PEM))
