"""Answers as they are kept under clients' idempotency keys, and locks on the keys that are being worked on."""

from collections.abc import Sequence

from app.storage.asking import Asked, Question, by_list, listed

_KEPT = "SELECT client_id, key, request_hash, status, location, body FROM idempotent_answers WHERE (client_id, key) IN "
_BY_KEYS = Question(
    _KEPT + "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:wanted))",
    _KEPT + "(SELECT value->>0, value->>1 FROM json_array_elements(CAST(:wanted AS json)))",
)
_LOCK = Question(
    by_list("SELECT value AS name, 1 AS got FROM {wanted} AS w").sqlite,
    by_list(
        "SELECT value AS name, pg_try_advisory_xact_lock(hashtextextended(value, 0)) AS got FROM {wanted} AS w"
    ).postgresql,
)
Key = tuple[str, str]  # the client's id, and what it chose


def name_of(client: str, key: str) -> str:
    return f"{client}\x1f{key}"


def lock(keys: Sequence[Key]) -> Asked:
    """Until the transaction ends: `name` and whether it was `got`. SQLite's one writer needs no locks."""
    return _LOCK, listed([name_of(*key) for key in keys])


def kept(keys: Sequence[Key]) -> Asked:
    """The answers under these keys."""
    return _BY_KEYS, listed(keys)
