"""The environment, read once. Values that only development may have are refused in production."""

from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.packs.shelf import NOTICES

SHANGHAI = ZoneInfo("Asia/Shanghai")


class UnsafeSettings(Exception):  # noqa: N818 - the operator reads it
    """Settings that a production service must not start with; the message names each of them."""


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

    def refuse_unsafe(self) -> None:
        """Raises UnsafeSettings in production where a development value is set."""
        if self.env == "production" and self.today is not None:
            raise UnsafeSettings("CANBAO_TODAY must not be set with CANBAO_ENV=production")
