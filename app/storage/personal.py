"""Personal data at rest: AES-256-GCM with the key's id beside each value, and a keyed hash to find people by."""

import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import from_json


class Vault:
    """`keys` are by id; new values are sealed with `active`. `index_key` is for the hashes only, and never rotates."""

    def __init__(self, keys: Mapping[str, bytes], active: str, index_key: bytes) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.active, self._index_key = active, index_key

    def seal(self, value: Any, place: str) -> bytes:
        """JSON, encrypted; `place` (the row's id) is bound to it, so that values can't be swapped between rows."""
        nonce = os.urandom(12)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        sealed = self._ciphers[self.active].encrypt(nonce, plain, place.encode())
        return self.active.encode() + b"." + nonce + sealed

    def open(self, sealed: bytes, place: str) -> Any:
        name, _, rest = sealed.partition(b".")
        return from_json(self._ciphers[name.decode()].decrypt(rest[:12], rest[12:], place.encode()))

    def is_current(self, sealed: bytes) -> bool:
        """Whether a value is sealed with the active key."""
        return sealed.partition(b".")[0] == self.active.encode()

    def index(self, *parts: str) -> str:
        """The keyed hash of a value, 64 hex digits; the same for the same parts, and nothing can be read from it."""
        text = "\x00".join(parts).encode()
        return hmac.digest(self._index_key, text, "sha256").hex()
