"""The environment, read once. Values that only development may have are refused in production."""

from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.packs.shelf import NOTICES

SHANGHAI = ZoneInfo("Asia/Shanghai")


class UnsafeSettings(Exception):  # noqa: N818 - the operator reads it
    """Settings that the service does not start with; the message names each of them."""


class Settings(BaseSettings):
    """`HOST` and `PORT` are plain; everything else is prefixed `CANBAO_`."""

    model_config = SettingsConfigDict(env_prefix="CANBAO_", extra="ignore", populate_by_name=True)

    env: Literal["development", "production"] = "development"
    host: str = Field(default="127.0.0.1", validation_alias="HOST")
    port: int = Field(default=8000, validation_alias="PORT", ge=0, le=65535)
    today: date | None = None
    packs: Path | None = None

    @property
    def pack_folders(self) -> tuple[Path, ...]:
        return (NOTICES, self.packs) if self.packs else (NOTICES,)

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
        """Raises UnsafeSettings in production where a development value is set."""
        if self.env == "production" and self.today is not None:
            raise UnsafeSettings("CANBAO_TODAY must not be set with CANBAO_ENV=production")


def _unreadable(error: ErrorDetails) -> str:
    name = str(error["loc"][0]).upper()
    return f"{name if name in ('HOST', 'PORT') else f'CANBAO_{name}'}: {error['msg']}"
