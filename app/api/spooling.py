"""Files that are sent to us: larger than a JSON body may be, so they are read once the sender is known, to disk."""

import asyncio
import re
import tempfile
from typing import IO

from fastapi import Request

from app.api.problems import Refusal

# What the front door does not read beforehand.
STREAMED = re.compile(r"/v1/reconciliations(/[^/]+/decisions)?")
_IN_MEMORY = 4 * 1024 * 1024
_SECONDS = 300  # for the whole of it


async def spooled(request: Request, most: int) -> IO[bytes]:
    """The body as a file, which the caller closes. Raises Refusal where it is too large or does not come."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    try:
        read = 0
        async with asyncio.timeout(_SECONDS):
            async for part in request.stream():
                read += len(part)
                if read > most:
                    raise Refusal("file_too_large")
                await asyncio.to_thread(file.write, part) if read > _IN_MEMORY else file.write(part)
    except TimeoutError:
        file.close()
        raise Refusal("request_timeout") from None
    except BaseException:
        file.close()
        raise
    return file
