"""Tables for a terminal, and money in them."""

from typing import Any

from rich.table import Column, Table


def table(title: str, first: str, *headings: str) -> Table:
    """Numbers to the right; what is too long is folded, never cut off."""
    columns = [Column(heading, justify="right") for heading in headings]
    look: dict[str, Any] = {"title_justify": "left", "title_style": "bold"}
    return Table(Column(first, overflow="fold"), *columns, title=title, **look)


def yuan(fen: int) -> str:
    """With two decimals and thousands apart; no fraction is computed with."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
