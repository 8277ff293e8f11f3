"""A picture such as a creator hands in: a cup on a table in the morning, its colours and its place by chance."""

import random
import struct
import zlib

WIDTH, HEIGHT = 360, 450
"""Pixels: four to five, as feeds show pictures."""

Colour = tuple[int, int, int]


def picture(seed: str) -> bytes:
    """A PNG of about two kilobytes; the same one for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    sky, table = _colour(chance, 170, 250), _colour(chance, 60, 150)
    cup, coffee = _colour(chance, 200, 255), (74, 44, 28)
    x, y, radius = chance.randint(120, 240), chance.randint(200, 300), chance.randint(50, 90)
    horizon = chance.randint(120, 180)
    rows = []
    for row in range(HEIGHT):
        background = _blend(sky, (255, 255, 255), row / horizon / 2) if row < horizon else table
        line = bytes(background) * WIDTH
        for colour, size in ((cup, radius), (coffee, radius * 4 // 5)):
            half = int(max(0, size**2 - (row - y) ** 2) ** 0.5)
            line = line[: 3 * (x - half)] + bytes(colour) * (2 * half) + line[3 * (x + half) :]
        rows.append(b"\x00" + line)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _colour(chance: random.Random, darkest: int, brightest: int) -> Colour:
    return chance.randint(darkest, brightest), chance.randint(darkest, brightest), chance.randint(darkest, brightest)


def _blend(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * min(share, 1)) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
