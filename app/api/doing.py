"""Running a deed outside the event loop, and turning what it refuses into a problem."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from app.api.problems import Refusal, from_validation
from app.api.quotes import not_found
from app.enrollment.id_numbers import WrongNumber
from app.journal.telling import tell
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.workflows.office import BadSignature, Refused, StorageUnavailable

T = TypeVar("T")


async def done(deed: Callable[..., T], *args: Any) -> T:
    """The deed's result; raises Refusal."""
    with refusals():
        return await run_in_threadpool(deed, *args)


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what a deed refuses into the Refusal that is answered."""
    try:
        yield
    except Refused as refused:
        raise Refusal(refused.code, refused.detail, refused.errors, refused.more) from None
    except WrongNumber as wrong:
        raise Refusal("invalid_request", errors=[("applicant.id_number", str(wrong))]) from None
    except ValidationError as error:
        # Of a signed event: unreadable, whatever the reason.
        raise Refusal("invalid_request", errors=from_validation(error).errors) from None
    except BadSignature:
        raise Refusal("bad_signature") from None
    except PolicyNotFound as missing:
        raise not_found(missing) from None
    except PackRefused:
        raise Refusal("policy_broken") from None
    except StorageUnavailable as why:
        tell("storage_unavailable", level="error", error=str(why))
        # Whether a commit that failed on the way was stored is not known: the sender tries again under the same key.
        raise Refusal("storage_unavailable") from None
