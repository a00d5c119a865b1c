"""`canbao demo`."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    people: Annotated[int, typer.Option(help="人数 (people in the village)", min=30, max=3000)] = 300,
    seed: Annotated[int, typer.Option(help="随机种子 (the same seed, the same village)")] = 2024,
    keep: Annotated[Path | None, typer.Option(help="保留数据库、对账单、日志的文件夹 (a folder to keep)")] = None,
) -> None:
    """演示：一个虚构的村从登记到缴费、差错、对账 (a made-up village from registration to reconciliation)."""
    from app.demo.running import run  # an HTTP client and more that no other command needs

    if not run(people, seed, keep):
        raise typer.Exit(1)
