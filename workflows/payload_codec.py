"""What Temporal stores is encrypted: with the creator's key where it belongs to a collaboration, else the workspace's.

Temporal says of every payload to which workflow it belongs (its serialization context). A collaboration whose stream
has no event yet is about nobody we can name: what is sent to it then is under the workspace's key, and holds no
personal data: `CollaborationStart` has ids and the brand's terms, and `Engine.decide` sends commands only to streams
that exist.

Left readable are the labels for operators, the summaries and details of workflows, activities and timers: these hold no
personal data by rule, and are the only payloads that are bare strings.
"""

from collections.abc import Sequence
from typing import Self

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from activities.store.keys import creators_key, decrypt, encrypt, workspaces_key
from activities.store.sealing import Sealer
from domain.errors import Erased

ENCRYPTED = b"binary/encrypted"
CIPHER = b"AES-256-GCM"
PLACE = "temporal payload"
LABELS = b"temporal.api.sdk.v1.WorkflowMetadata"
"""Type of the answer in which Temporal's UI asks a worker for a workflow's current details."""


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Encrypts payloads; decodes unencrypted ones, which earlier releases recorded, as they are."""

    def __init__(self, sealer: Sealer, *, workspace: str = "default", workflow_id: str = "") -> None:
        self._sealer = sealer
        self._workspace = workspace
        self._workflow_id = workflow_id

    def with_context(self, context: SerializationContext) -> Self:
        """The codec for the payloads of one workflow."""
        match context:
            case WorkflowSerializationContext() | ActivitySerializationContext():
                return type(self)(self._sealer, workspace=self._workspace, workflow_id=context.workflow_id or "")
            case _:
                return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads, encrypted but for labels.

        Raises:
            Erased: they belong to a creator who has been erased.
        """
        if all(_is_label(payload) for payload in payloads):
            return list(payloads)
        creator_id = await self._sealer.creator_of(self._workflow_id)
        owner = creators_key(creator_id) if creator_id else workspaces_key(self._workspace)
        key = await self._sealer.keyring.to_seal(owner)
        return [payload if _is_label(payload) else _encrypted(payload, owner, key) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads as they were before `encode`.

        Raises:
            Erased: the creator whom they were about has been erased.
            KeyUnavailable: a key is missing that was never erased.
        """
        owners = {_owner(payload) for payload in payloads if _is_encrypted(payload)}
        if not owners:
            return list(payloads)
        keys = await self._sealer.keyring.to_open(owners)
        return [
            _decrypted(payload, keys[_owner(payload)]) if _is_encrypted(payload) else payload for payload in payloads
        ]


class SealingConverter(DataConverter):
    """A data converter of which only the codec asks to which workflow a payload belongs.

    The SDK makes a converter for every payload, and with it all that converters are made of: a tenth of a busy
    worker's time. What no context changes is kept here.
    """

    def with_context(self, context: SerializationContext) -> Self:
        """See `DataConverter.with_context`."""
        codec = self.payload_codec
        if not isinstance(codec, WithSerializationContext):
            return self
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__, payload_codec=codec.with_context(context))
        return new


def encrypting(converter: DataConverter, codec: PayloadCodec) -> DataConverter:
    """The converter with the codec; the messages of failures are encrypted too, since they may quote people."""
    return SealingConverter(
        payload_converter_class=converter.payload_converter_class,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
        payload_codec=codec,
    )


def encrypted_client(client: Client, sealer: Sealer) -> Client:
    """A client on the same connection whose payloads are encrypted."""
    config = client.config()
    config["data_converter"] = encrypting(client.data_converter, SealingCodec(sealer))
    return Client(**config)


def _is_label(payload: Payload) -> bool:
    if payload.metadata.get("messageType") == LABELS:
        return True
    return payload.metadata.get("encoding") == b"json/plain" and payload.data.startswith(b'"')


def _is_encrypted(payload: Payload) -> bool:
    return payload.metadata.get("encoding") == ENCRYPTED


def _owner(payload: Payload) -> str:
    return payload.metadata.get("encryption-key-id", b"").decode()


def _encrypted(payload: Payload, owner: str, key: bytes) -> Payload:
    return Payload(
        metadata={"encoding": ENCRYPTED, "encryption-cipher": CIPHER, "encryption-key-id": owner.encode()},
        data=encrypt(key, payload.SerializeToString(), PLACE),
    )


def _decrypted(payload: Payload, key: bytes | None) -> Payload:
    if key is None:
        raise Erased(kind="payload of", id=_owner(payload))
    return Payload.FromString(decrypt(key, payload.data, PLACE))
