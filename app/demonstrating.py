"""`canbao demo`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer


def demo(
    people: Annotated[int, typer.Option(help="人数 (people in the village)", min=60, max=3000)] = 300,
    seed: Annotated[int, typer.Option(help="随机种子 (the same seed, the same village)")] = 2024,
    keep: Annotated[
        Path | None, typer.Option(help="保留数据库、名单、对账单、报表、日志的文件夹 (a folder to keep)")
    ] = None,
) -> None:
    """演示：虚构的村民两天中的名单、登记、缴费和差错、对账、报表 (a made-up village, from its lists to its reports)."""
    # The development service would bring the database up to date before anybody sees that it is not the demo's.
    if os.environ.get("CANBAO_ENV") == "production":
        print("演示不能用于生产环境 (not with CANBAO_ENV=production)", file=sys.stderr)
        raise typer.Exit(2)
    from app.demo.running import run  # an HTTP client and more that no other command needs

    if not run(people, seed, keep):
        raise typer.Exit(1)
