"""`canbao packs schema | new`: what an officer needs to write a pack."""

import os
from pathlib import Path
from typing import Annotated

import typer

from app.administration import stop
from app.packs.marks import marked_lines
from app.packs.mistakes import PackRefused
from app.packs.schema import as_text, cases_schema, pack_schema
from app.packs.shelf import Shelf
from app.packs.starting import Begun, nearest, start_cases, start_pack
from app.settings import Settings, UnsafeSettings

_SCHEMAS = {"pack.schema.json": pack_schema, "cases.schema.json": cases_schema}


def schema(
    cases: Annotated[bool, typer.Option("--cases", help="案例文件的 (that of the cases files)")] = False,
) -> None:
    """规则语言的 JSON Schema，供编辑器使用 (the pack language as JSON Schema, for editors)."""
    print(as_text(cases_schema() if cases else pack_schema()), end="")


def new(
    region: Annotated[str, typer.Argument(help="统筹地区代码 (region)")],
    year: Annotated[int, typer.Argument(help="参保年度 (coverage year)")],
    source: Annotated[str | None, typer.Option("--from", help="底稿，如 430424-2024 (the pack to start from)")] = None,
    name: Annotated[str | None, typer.Option(help="地区名称 (the region's name)")] = None,
    folder: Annotated[
        Path | None, typer.Option("--packs", help="放在哪个文件夹，不填为当前文件夹 (the folder it is written to)")
    ] = None,
) -> None:
    """以最接近的规则文件为底稿，开始一份新的 (start a pack from the nearest one; every value to be confirmed)."""
    into, shelf = _places(folder)
    target = into / f"{region}-{year}.yaml"
    if target.exists() or (region, year) in set(shelf):
        raise stop(f"{region}-{year} 已经有了 (it is there already)")
    under = _source(shelf, region, year, source)
    begun = Begun(f"{under[0]}-{under[1]}", year - under[1], region, year, name)
    path = shelf.path(*under)
    into.mkdir(parents=True, exist_ok=True)
    schemas = {kind: _schema_for(into, kind) for kind in _SCHEMAS}
    target.write_text(start_pack(path.read_text("utf-8"), begun, schemas["pack.schema.json"]), "utf-8")
    print(
        f"{target}: 以 {begun.source} 为底稿，{len(marked_lines(target.read_bytes()))} 行待核 (lines to be confirmed)"
    )
    beside = path.with_suffix(".cases.yaml")
    if beside.exists():
        cases = target.with_suffix(".cases.yaml")
        cases.write_text(start_cases(beside.read_text("utf-8"), begun, schemas["cases.schema.json"]), "utf-8")
        print(f"{cases}: {len(marked_lines(cases.read_bytes()))} 个案例待核 (cases to be confirmed)")
    if left := len(shelf.written(*under).form.amendments):
        print(f"底稿年中修订 {left} 处，其条目不带入，底稿是修订前的 (amendments of the source are left behind)")
    print(f"接着 (then): canbao packs check --packs {into}")


def _places(folder: Path | None) -> tuple[Path, Shelf]:
    """Where the pack goes, and all packs there are."""
    try:
        settings = Settings.read()
        into = folder or settings.packs or Path()
        folders = (*settings.pack_folders, into) if into.is_dir() else settings.pack_folders
        return into, Shelf(tuple(dict.fromkeys(path.resolve() for path in folders)))
    except (UnsafeSettings, PackRefused) as why:
        raise stop(str(why)) from None


def _source(shelf: Shelf, region: str, year: int, named: str | None) -> tuple[str, int]:
    """The pack to start from; one that has mistakes or is a draft itself is not one."""
    known = {f"{found[0]}-{found[1]}": found for found in shelf}
    found = known.get(named) if named else nearest(shelf, region, year)
    if found is None:
        there = "、".join(known)
        raise stop(f"请用 --from 指定底稿 (name the pack to start from with --from): {there}")
    try:
        shelf.open(*found)
    except PackRefused as why:
        raise stop(str(why)) from None
    return found


def _schema_for(folder: Path, name: str) -> str:
    """The way to the schema from the folder: the repository's where it is in one, else a copy in the folder itself."""
    for above in (folder.resolve(), *folder.resolve().parents):
        if (above / "docs" / name).is_file() and (above / "app" / "packs").is_dir():
            return os.path.relpath(above / "docs" / name, folder.resolve())
    (folder / name).write_text(as_text(_SCHEMAS[name]()), "utf-8")
    return name
