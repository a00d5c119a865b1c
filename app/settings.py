"""The environment, read once. Values that only development may have are refused in production."""

import base64
import binascii
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.collector.signature import secret_bytes
from app.contract.words import Day
from app.packs.shelf import NOTICES

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEV_KEY = "dev-key"
DEV_WEBHOOK_SECRET = "whsec_ZGV2ZWxvcG1lbnQtc2VjcmV0LW5vdC1mb3ItdXNl"
# Made from words, so that nobody takes them for secrets.
DEV_DATA_KEY = "dev:" + base64.b64encode(b"development key, not for use ...").decode()
DEV_INDEX_KEY = base64.b64encode(b"development index, not for use..").decode()


class UnsafeSettings(Exception):  # noqa: N818 - the operator reads it
    """Settings that the service does not start with; the message names each of them."""


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise ValueError("a key is 32 bytes in base64")
    return key


def _says(chinese: str, english: str, name: str | None = None) -> Any:
    """What a setting means, and its variable where that is not the field's name in capitals behind CANBAO_."""
    return Field(description=f"{chinese} ({english})", validation_alias=name)


class Settings(BaseSettings):
    """`HOST`, `PORT` and the addresses are plain; all else is prefixed `CANBAO_`. docs/settings.md is made from it."""

    model_config = SettingsConfigDict(env_prefix="CANBAO_", extra="ignore", populate_by_name=True)

    env: Annotated[
        Literal["development", "production"], _says("`production` 拒绝开发用的值", "refuses development values")
    ] = "development"
    host: Annotated[str, _says("监听地址", "the address to listen on", "HOST")] = "127.0.0.1"
    port: Annotated[int, _says("监听端口", "the port to listen on", "PORT"), Field(ge=0, le=65535)] = 8000
    today: Annotated[Day | None, _says("业务日期，用于试算往年", "the business day, to try out past seasons")] = None
    packs: Annotated[Path | None, _says("更多规则文件所在的文件夹", "a folder of further packs")] = None
    data: Annotated[Path, _says("内置数据库所在的文件夹", "the folder of the embedded database")] = Path("var")
    database_url: Annotated[
        str | None,
        _says(
            "`postgresql://…` 或 `sqlite:///…`；空为内置数据库", "none: an SQLite file in CANBAO_DATA", "DATABASE_URL"
        ),
    ] = None
    collector_url: Annotated[
        str | None,
        _says(
            "应缴信息推送到的地址（税务征收系统）；由 `canbao relay` 推送，开发环境下 `serve` 也推送",
            "where receivables are pushed, by `canbao relay`, in development also by `serve`; none: they wait",
            "COLLECTOR_URL",
        ),
        Field(pattern=r"^https?://[^\s]+$"),
    ] = None
    webhook_secrets: Annotated[
        str,
        _says(
            "与税务系统共享的 `whsec_…`，轮换时逗号分隔多个",
            "shared with the tax bureau's system, several while they rotate",
        ),
    ] = DEV_WEBHOOK_SECRET
    data_keys: Annotated[
        str,
        _says(
            "个人信息加密密钥 `编号:BASE64`（32字节），在用的放最前",
            "`ID:BASE64` keys of personal data, the active one first",
        ),
    ] = DEV_DATA_KEY
    index_key: Annotated[
        str,
        _says(
            "查找人员所用散列的密钥（BASE64，32字节），不可更换", "key of the hashes that find people; never changes"
        ),
    ] = DEV_INDEX_KEY
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], _says("记录的最低级别", "the least level that is logged")
    ] = "info"
    drain_seconds: Annotated[
        float,
        _says("收到停止信号后还接受新连接的秒数", "how long new connections are still taken once told to stop"),
        Field(ge=0, le=60),
    ] = 1.0

    @field_validator("webhook_secrets")
    @classmethod
    def _secrets(cls, text: str) -> str:
        for secret in text.split(","):
            secret_bytes(secret.strip())
        return text

    @field_validator("data_keys")
    @classmethod
    def _data_keys(cls, text: str) -> str:
        for pair in text.split(","):
            name, _, key = pair.strip().partition(":")
            if not name.isalnum():
                raise ValueError("data keys are ID:BASE64, the active one first")
            _key(key)
        return text

    @field_validator("index_key")
    @classmethod
    def _index_key(cls, text: str) -> str:
        _key(text)
        return text

    @classmethod
    def variable(cls, field: str) -> str:
        """The environment variable of a field."""
        return str(cls.model_fields[field].validation_alias or f"CANBAO_{field.upper()}")

    @property
    def pack_folders(self) -> tuple[Path, ...]:
        return (NOTICES, self.packs) if self.packs else (NOTICES,)

    @property
    def database(self) -> str:
        """The database's URL: a file in the data folder where none is given."""
        return self.database_url or f"sqlite:///{self.data / 'canbao.db'}"

    def webhook_keys(self) -> list[bytes]:
        """Every active secret: while they are rotated, two of them."""
        return [secret_bytes(secret.strip()) for secret in self.webhook_secrets.split(",")]

    def vault_keys(self) -> tuple[dict[str, bytes], str, bytes]:
        """Data keys by id, the active one's id, and the index key."""
        pairs = [pair.strip().partition(":") for pair in self.data_keys.split(",")]
        return {name: _key(key) for name, _, key in pairs}, pairs[0][0], _key(self.index_key)

    def business_day(self) -> date:
        """The day that counts as today: the calendar day in Shanghai, or the one set for trying out past seasons."""
        return self.today or datetime.now(SHANGHAI).date()

    @classmethod
    def read(cls) -> "Settings":
        """The settings of this environment; raises UnsafeSettings naming each value that cannot be read."""
        try:
            return cls()
        except ValidationError as error:
            raise UnsafeSettings("; ".join(map(_unreadable, error.errors()))) from None

    def refuse_unsafe(self) -> None:
        """Raises UnsafeSettings in production where a development value is set or none is given."""
        if self.env != "production":
            return
        wrong = ["CANBAO_TODAY must not be set"] if self.today is not None else []
        given = {
            "DATABASE_URL": self.database_url,
            "CANBAO_WEBHOOK_SECRETS": DEV_WEBHOOK_SECRET not in self.webhook_secrets,
            "CANBAO_DATA_KEYS": DEV_DATA_KEY not in self.data_keys,
            "CANBAO_INDEX_KEY": self.index_key != DEV_INDEX_KEY,
        }
        wrong += [f"{name} is missing" for name, fine in given.items() if not fine]
        if wrong:
            raise UnsafeSettings("with CANBAO_ENV=production: " + "; ".join(wrong))


def _unreadable(error: ErrorDetails) -> str:
    name = str(error["loc"][0]).upper()
    return f"{name if name in ('HOST', 'PORT', 'DATABASE_URL', 'COLLECTOR_URL') else f'CANBAO_{name}'}: {error['msg']}"
