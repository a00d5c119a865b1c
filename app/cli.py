"""`canbao …`: the service and the tools around packs. Each command is one short function; the work is elsewhere."""

import io
import json
import sys
import threading
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from app import (
    administration,
    checking,
    comparing,
    demonstrating,
    packs_desk,
    quote_file,
    rostering,
    showing,
    simulating,
)
from app.administration import stop
from app.api.problems import TABLE, from_validation
from app.contract.quote import QuoteRequest
from app.packs.marks import marked_lines
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound, Shelf
from app.rules.compiling import source
from app.rules.person import contradictions
from app.rules.quoting import quote as quote_person
from app.settings import Settings, UnsafeSettings
from app.storage.database import StorageUnavailable
from app.storage.schema import is_current
from app.storage.schema import migrate as migrate_schema
from app.wiring import collector_of, database_of, migrated, office_of
from app.workflows.relay_outbox import keep_relaying

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="canbao 参保")
packs = typer.Typer(no_args_is_help=True, help="规则文件 (the notices as data)")
app.add_typer(packs, name="packs")
for name in ("clients", "keys", "ledger", "audit"):
    app.add_typer(getattr(administration, name), name=name)
app.add_typer(rostering.roster, name="roster")
app.command()(administration.relay)
app.command("collector-sim")(simulating.collector_sim)
app.command()(demonstrating.demo)
app.command("quote-file")(quote_file.quote_file)
packs.command("schema")(packs_desk.schema)
packs.command("new")(packs_desk.new)
packs.command("diff")(comparing.diff)
Folder = Annotated[Path | None, typer.Option("--packs", help="更多规则文件所在的文件夹 (a folder of further packs)")]


@app.command()
def serve() -> None:
    """启动服务 (serve on HOST:PORT, by default 127.0.0.1:8000)."""
    from app import serving
    from app.main import create_app

    try:
        settings = Settings.read()
        serving.start_journal(settings)
        service = create_app(settings)
        if settings.env == "development":
            migrated(settings).close()
            _relay_beside(settings)
    except (UnsafeSettings, PackRefused) as why:
        raise stop(str(why)) from None
    serving.serve(service, settings)


def _relay_beside(settings: Settings) -> None:
    """In development the outbox is delivered by a thread of the service, where a collector is set."""
    collector = collector_of(settings)
    if collector is not None:
        office = office_of(settings, Shelf(settings.pack_folders))
        work = partial(keep_relaying, office, collector.push, threading.Event())
        threading.Thread(target=work, name="relay", daemon=True).start()


@app.command()
def migrate(target: Annotated[str, typer.Argument(help="版本 (revision)")] = "head") -> None:
    """把数据库结构升级到当前版本 (bring the database schema up to date)."""
    database = database_of(administration.settings())
    migrate_schema(database, target)
    print("数据库结构已是最新 (schema is current)" if is_current(database) else f"schema is at {target}")


@packs.command("check")
def packs_check(
    folder: Folder = None,
    values: Annotated[
        bool, typer.Option("--values", help="改哪个值案例发现不了 (values that no case holds; minutes)")
    ] = False,
    pack: Annotated[str | None, typer.Option("--pack", help="只检查这一份 (this pack only), REGION-YEAR")] = None,
) -> None:
    """检查全部规则文件：能否读取、对所有人是否成立、案例是否相符 (load every pack, prove it, run its cases)."""
    shelf = _shelf(folder).only(pack)
    results = checking.check_all(shelf)
    Console().print(checking.table(results))
    for line in checking.complaints(results):
        print(line, file=sys.stderr)
    if any(r.complaints for r in results):
        raise typer.Exit(1)
    for line in checking.unnoticed(shelf) if values else ():
        print(line)


@packs.command("show")
def packs_show(
    region: str,
    year: int,
    code: Annotated[bool, typer.Option("--code", help="编译后的函数 (the compiled function)")] = False,
    folder: Folder = None,
) -> None:
    """显示一份公告的规则和出处 (one notice: rules and clauses)."""
    shelf = _shelf(folder, drafts=True)
    try:
        found = shelf.resolve(region, year)
        form, compiled = shelf.open(found, year)
    except (PolicyNotFound, PackRefused) as why:
        raise stop(_reason(why)) from None
    if code:
        print(source(compiled.policy, tracking=True))
    else:
        left = len(marked_lines(shelf.path(found, year).read_bytes()))
        showing.show_policy(Console(), form, compiled, left)


@app.command()
def quote(
    file: Annotated[typer.FileText, typer.Argument(help="报价请求 JSON，- 为标准输入 (a quote request)")],
    as_json: Annotated[bool, typer.Option("--json", help="原样输出 JSON 答案 (the answer as JSON)")] = False,
    folder: Folder = None,
) -> None:
    """一个人应缴多少、为什么 (what a person pays, and why)."""
    try:
        text = file.read()
    except UnicodeDecodeError:
        raise stop("请求不是 UTF-8 (the request is not UTF-8)") from None
    answer = _answer(text, _shelf(folder))
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        showing.show_answer(Console(), answer)


def _answer(text: str, shelf: Shelf) -> dict[str, Any]:
    try:
        asked = QuoteRequest.model_validate_json(text)
        compiled = shelf.find(asked.region, asked.coverage_year, asked.as_of)
    except (ValidationError, PolicyNotFound, PackRefused) as why:
        raise stop(_reason(why)) from None
    person = asked.person.person()
    clashes = contradictions(person, asked.coverage_year, compiled.known)
    if clashes:
        raise stop("\n".join(f"{field}: {sentence}" for field, sentence in clashes))
    day: date = asked.pay_date or Settings.read().business_day()
    return quote_person(compiled, person, day).answer()


def _shelf(folder: Path | None, *, drafts: bool = False) -> Shelf:
    try:
        settings = Settings.read()
        return Shelf((*settings.pack_folders, folder) if folder else settings.pack_folders, drafts=drafts)
    except (UnsafeSettings, PackRefused) as why:
        raise stop(str(why)) from None


def _reason(why: Exception) -> str:
    match why:
        case PolicyNotFound(years=[]):
            return "没有该地区的参保公告 (no notice for this region)"
        case PolicyNotFound(years=years):
            return f"没有该年度的公告，已有 (no notice for this year; there are): {', '.join(map(str, years))}"
        case ValidationError():
            refusal = from_validation(why)
            told = refusal.errors or [("JSON", TABLE[refusal.code][1])]
            return "\n".join(f"{field}: {message}" for field, message in told)
        case _:
            return str(why)


def run() -> None:
    """The console script. Chinese must come out whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        app()
    except StorageUnavailable as why:
        print(f"数据库不可用 (the database is not available): {why}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    run()
