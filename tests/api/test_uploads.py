"""What comes in is measured as it comes."""

import hashlib
from io import BytesIO

import pytest
from starlette.datastructures import UploadFile

from api.errors import FileTooLarge, UnsupportedMediaType
from api.uploads import MEBIBYTE, Measure, UploadLimits, drafts, in_words
from domain.media import MediaType
from tests.media import a_picture, a_video

LIMITS = UploadLimits(image=1_000, video=2_000)


def nowhere() -> UploadFile:
    """A spool that nobody reads."""
    return UploadFile(BytesIO())


@pytest.mark.parametrize("size", [1, 7, 64, 5_000])
def test_a_file_is_the_same_in_whichever_pieces_it_comes(size: int) -> None:
    content, measure = a_video(1_500), Measure(drafts(LIMITS))
    for start in range(0, len(content), size):
        measure.take(content[start : start + size])
    file = measure.whole(nowhere())
    assert (file.sha256, file.size, file.media_type) == (hashlib.sha256(content).hexdigest(), 1_500, MediaType.MP4)


def test_a_file_shorter_than_its_beginning_is_recognised_at_its_end() -> None:
    measure = Measure(drafts(LIMITS))
    measure.take(b"GIF89a")
    assert measure.whole(nowhere()).media_type == MediaType.GIF


def test_another_kind_is_refused_by_its_first_bytes() -> None:
    """Long before all of it has come."""
    with pytest.raises(UnsupportedMediaType, match="another kind"):
        Measure(drafts(LIMITS)).take(b"%PDF" + bytes(100))


def test_what_will_be_too_large_is_refused_by_the_length_that_is_stated() -> None:
    """And by what comes, if that was no truth."""
    with pytest.raises(FileTooLarge, match="picture"):
        Measure(drafts(LIMITS), stated=1_001).take(a_picture(100))
    measure = Measure(drafts(LIMITS), stated=100)
    measure.take(a_picture(1_000))
    with pytest.raises(FileTooLarge, match="1001 bytes, and 1000 bytes"):
        measure.take(b"x")


def test_each_kind_has_its_limit() -> None:
    assert (LIMITS.of("image/gif"), LIMITS.of("video/webm"), LIMITS.largest) == (1_000, 2_000, 2_000)


@pytest.mark.parametrize(
    ("size", "words"),
    [(20 * MEBIBYTE, "20 MiB"), (1_300_000, "1.2 MiB"), (500, "500 bytes"), (MEBIBYTE // 2, "0.5 MiB")],
)
def test_sizes_are_told_as_people_read_them(size: int, words: str) -> None:
    assert in_words(size) == words
