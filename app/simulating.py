"""`canbao collector-sim`: serves the stand-in for the tax bureau's system."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.packs.mistakes import PackRefused
from app.packs.read_pack import read_tree
from app.settings import SHANGHAI, Settings, UnsafeSettings

if TYPE_CHECKING:
    from app.simulator.script import Script

CALLBACKS = "http://127.0.0.1:8000/v1/tax/callbacks"


def collector_sim(
    port: Annotated[int, typer.Option(help="监听端口 (port)", min=0, max=65535)] = 8100,
    host: Annotated[str, typer.Option(help="监听地址 (address)")] = "127.0.0.1",
    callback_url: Annotated[str, typer.Option(help="回调地址 (where callbacks go)")] = CALLBACKS,
    rhythm: Annotated[float, typer.Option(help="重试间隔的倍数 (scale of all waits; 0.001 in tests)", min=0)] = 1.0,
    statements: Annotated[Path | None, typer.Option(help="对账单文件夹 (folder of daily statements)")] = None,
    script: Annotated[Path | None, typer.Option(help="脚本 (a script to play once, YAML)")] = None,
    seed: Annotated[int | None, typer.Option(help="随机种子 (the same seed, the same faults)")] = None,
) -> None:
    """模拟税务征收系统：收应缴、缴费、回调、出对账单 (a stand-in for the tax bureau's system, docs/collector.md)."""
    # The web framework takes its time to import; no other command has to wait for it.
    import uvicorn

    from app.simulator.web import Options, create_simulator

    settings, played = _settings(), _script(script) if script else None
    options = Options(callback_url, settings.webhook_keys(), _clock(settings), rhythm, seed, statements, played, _say)
    uvicorn.run(create_simulator(options), host=host, port=port, access_log=False, server_header=False)


def _settings() -> Settings:
    try:
        settings = Settings.read()
    except UnsafeSettings as why:
        raise _stop(str(why)) from None
    if settings.env == "production":  # made-up payments under the real secret would be believed
        raise _stop("模拟系统不能用于生产环境 (not with CANBAO_ENV=production)")
    return settings


def _script(path: Path) -> "Script":
    from app.simulator.script import ScriptRefused, read_script

    try:
        return read_script(path.name, *read_tree(path.name, path.read_bytes()))
    except OSError as why:
        raise _stop(f"{path}: {why.strerror}") from None
    except (PackRefused, ScriptRefused) as why:
        raise _stop(str(why)) from None


def _clock(settings: Settings) -> Callable[[], datetime]:
    """Now in Shanghai, on the business day where one is set."""

    def now() -> datetime:
        return datetime.combine(settings.business_day(), datetime.now(SHANGHAI).time().replace(microsecond=0), SHANGHAI)

    return now


def _say(line: str) -> None:
    print(line, flush=True)


def _stop(message: str) -> typer.Exit:
    print(message, file=sys.stderr)
    return typer.Exit(2)
