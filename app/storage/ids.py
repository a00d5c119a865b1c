"""Ids that the application makes: UUIDv7, so that they sort by the time they were made; the region stands in front."""

import os
import re
import time

_MADE_HERE = re.compile(r"([0-9a-z-]{1,64})-[0-9a-f]{32}")


def uuid7() -> str:
    """32 hex digits (RFC 9562): 48 bits of milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | (random & (1 << 62) - 1)
    return f"{value:032x}"


def new_id(region: str) -> str:
    """`430424-0192…`: from such an id the region can be told, so a look-up needs no other."""
    return f"{region}-{uuid7()}"


def region_of(id: str) -> str:
    """The region in front; empty where the id was not made here."""
    match = _MADE_HERE.fullmatch(id)
    return match[1] if match else ""
