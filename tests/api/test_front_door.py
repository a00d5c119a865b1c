"""A body that does not come is not waited for without end."""

import asyncio

import pytest
from starlette.types import Message

from app.api.front_door import read_body
from app.api.problems import Refusal


class Sender:
    """Sends its pieces and then nothing more."""

    def __init__(self, *pieces: bytes, more: bool) -> None:
        self.pieces, self.more = list(pieces), more

    async def __call__(self) -> Message:
        if not self.pieces:
            await asyncio.Event().wait()
        piece = self.pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces) or self.more}


def test_a_body_in_pieces_is_put_together() -> None:
    assert asyncio.run(read_body(Sender(b"ab", b"", b"c", more=False))) == b"abc"


def test_the_rest_of_a_body_that_does_not_come_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(read_body(Sender(b"ab", more=True), seconds=0.05))


def test_a_body_is_cut_off_where_it_grows_too_long() -> None:
    with pytest.raises(Refusal, match="body_too_large"):
        asyncio.run(read_body(Sender(b"x" * 700_000, b"x" * 400_000, more=True)))
