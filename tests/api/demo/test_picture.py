"""The demo's pictures are pictures."""

import struct
import zlib

from api.demo.picture import HEIGHT, WIDTH, picture
from domain.media import MediaType, media_type_of


def test_a_picture_is_a_png_of_its_size() -> None:
    """Every pixel is there, and every chunk is as long and as sound as it says."""
    content = picture("one")
    assert media_type_of(content[:64]) is MediaType.PNG
    found, place = {}, 8
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        assert struct.unpack(">I", content[place + 8 + length : place + 12 + length]) == (zlib.crc32(kind + data),)
        found[kind] = data
        place += 12 + length
    assert struct.unpack(">II", found[b"IHDR"][:8]) == (WIDTH, HEIGHT)
    assert len(zlib.decompress(found[b"IDAT"])) == HEIGHT * (1 + 3 * WIDTH)


def test_everybody_hands_in_a_picture_of_their_own() -> None:
    """The same one if they are asked again."""
    assert picture("one") == picture("one") != picture("another")
