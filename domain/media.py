"""The picture or video of a draft: what the record says of the file, and what a file is by how it begins."""

from enum import StrEnum

from pydantic import Field

from domain.values import Sha256, Value


class MediaType(StrEnum):
    """What a draft's file may be: what browsers show without help."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    MP4 = "video/mp4"
    MOV = "video/quicktime"
    WEBM = "video/webm"

    @property
    def is_video(self) -> bool:
        """Whether it moves with sound; an animated GIF is a picture."""
        return self.startswith("video/")


class MediaFile(Value):
    """A file that was uploaded: its digest, its size in bytes, and what it is. The bytes are kept elsewhere."""

    sha256: Sha256
    size: int = Field(ge=1)
    media_type: MediaType


BEGINNING = 64
"""Bytes of a file that are enough to say what it is."""

_MP4_BRANDS = (b"iso", b"mp4", b"avc", b"M4V", b"MSNV", b"dash", b"mmp4", b"f4v", b"3gp", b"3g2", b"XAVC")
"""How the major brands of ISO media files (ISO/IEC 14496-12) begin that hold a video; pictures have others, `heic`."""


def media_type_of(beginning: bytes) -> MediaType | None:
    """What a file is by its first `BEGINNING` bytes, whatever it is called; None if it is nothing that is taken."""
    match beginning:
        case _ if beginning.startswith(b"\xff\xd8\xff"):
            return MediaType.JPEG
        case _ if beginning.startswith(b"\x89PNG\r\n\x1a\n"):
            return MediaType.PNG
        case _ if beginning.startswith((b"GIF87a", b"GIF89a")):
            return MediaType.GIF
        case _ if beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP":
            return MediaType.WEBP
        case _ if beginning.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in beginning:
            return MediaType.WEBM
        case _ if beginning[4:12] == b"ftypqt  ":
            return MediaType.MOV
        case _ if beginning[4:8] == b"ftyp" and beginning[8:12].startswith(_MP4_BRANDS):
            return MediaType.MP4
    return None
