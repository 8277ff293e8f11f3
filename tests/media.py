"""Files as creators hand them in: they begin like pictures and videos, and go on with bytes made up from a seed."""

import random

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"


def a_picture(size: int = 2_000, seed: int = 1) -> bytes:
    """A PNG of so many bytes."""
    return PNG + random.Random(seed).randbytes(size - len(PNG))  # noqa: S311 - a file, no secret


def a_video(size: int = 3_000, seed: int = 1) -> bytes:
    """An MP4 of so many bytes."""
    return MP4 + random.Random(seed).randbytes(size - len(MP4))  # noqa: S311 - a file, no secret
