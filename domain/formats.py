"""What a creator can be asked to make."""

from enum import StrEnum


class Format(StrEnum):
    """The kind of a deliverable."""

    POST = "post"
    REEL = "reel"
    STORY = "story"
    TIKTOK = "tiktok"
    SHORT = "short"
