"""What a file is, by how it begins."""

import pytest
from pydantic import ValidationError

from domain.media import BEGINNING, MediaFile, MediaType, media_type_of
from tests.media import MP4, PNG

WEBM = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
MATROSKA = WEBM.replace(b"\x84webm", b"\x88matroska")


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", MediaType.JPEG),
        (PNG, MediaType.PNG),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", MediaType.WEBP),
        (b"GIF89a\x01\x00", MediaType.GIF),
        (MP4, MediaType.MP4),
        (b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x00", MediaType.MP4),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00", MediaType.MOV),
        (WEBM, MediaType.WEBM),
        (MATROSKA, None),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", None),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00", None),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", None),
        (b"%PDF-1.7", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>", None),
        (b"<html>GIF89a", None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_begins_like(beginning: bytes, kind: MediaType | None) -> None:
    """Pictures and videos that every browser shows; nothing else, and least of all what could run."""
    assert media_type_of(beginning[:BEGINNING]) is kind


def test_a_video_is_told_from_a_picture() -> None:
    assert {kind for kind in MediaType if kind.is_video} == {MediaType.MP4, MediaType.MOV, MediaType.WEBM}


@pytest.mark.parametrize("wrong", [{"size": 0}, {"sha256": "ab"}, {"media_type": "image/svg+xml"}])
def test_what_is_no_file_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MediaFile.model_validate({"sha256": "ab" * 32, "size": 1, "media_type": "image/png", **wrong})
