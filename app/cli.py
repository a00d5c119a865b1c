"""`canbao …`: the service and the tools around packs. Each command is one short function; the work is elsewhere."""

import io
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app import checking, showing
from app.api.problems import TABLE, from_validation
from app.contract.quote import QuoteRequest
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound, Shelf
from app.rules.compiling import source
from app.rules.person import contradictions
from app.rules.quoting import quote as quote_person
from app.settings import Settings, UnsafeSettings
from app.storage import client_register, payment_register
from app.storage.database import Database, StorageUnavailable, open_database
from app.storage.schema import is_current
from app.storage.schema import migrate as migrate_schema

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="canbao 参保")
packs = typer.Typer(no_args_is_help=True, help="规则文件 (the notices as data)")
app.add_typer(packs, name="packs")
clients = typer.Typer(no_args_is_help=True, help="客户端和密钥 (clients and their keys)")
app.add_typer(clients, name="clients")
ledger = typer.Typer(no_args_is_help=True, help="账簿 (the ledger)")
app.add_typer(ledger, name="ledger")
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
            _migrated(settings)
    except (UnsafeSettings, PackRefused) as why:
        raise _stop(str(why)) from None
    except StorageUnavailable as why:
        raise _stop(f"数据库不可用 (the database is not available): {why}") from None
    serving.serve(service, settings)


def _database(settings: Settings) -> Database:
    if settings.database_url is None:
        settings.data.mkdir(parents=True, exist_ok=True)
    return open_database(settings.database)


def _migrated(settings: Settings) -> Database:
    """The database with its schema up to date: in development nobody has to think of it."""
    database = _database(settings)
    if not is_current(database):
        migrate_schema(database)
    return database


@app.command()
def migrate(target: Annotated[str, typer.Argument(help="版本 (revision)")] = "head") -> None:
    """把数据库结构升级到当前版本 (bring the database schema up to date)."""
    database = _database(_settings())
    migrate_schema(database, target)
    print("数据库结构已是最新 (schema is current)" if is_current(database) else f"schema is at {target}")


@clients.command("add")
def clients_add(
    name: str,
    scopes: Annotated[str, typer.Option(help="enroll,read,clerk,admin")] = "read",
    regions: Annotated[str, typer.Option(help="区划代码前缀，逗号分隔；空为全部 (division-code prefixes)")] = "",
) -> None:
    """新增客户端，密钥只显示一次 (the key is shown this once)."""
    wanted = [s.strip() for s in scopes.split(",")]
    if not set(wanted) <= set(client_register.SCOPES):
        raise _stop(f"scopes are {', '.join(client_register.SCOPES)}")
    reached = [r.strip() for r in regions.split(",") if r.strip()]
    if regions and not reached:  # a slip must not open the whole country
        raise _stop("regions are division-code prefixes; leave the option out for all of them")
    with _database(_settings()).transaction() as connection:
        id, key = client_register.add(connection, name, wanted, reached or [""], time.time_ns() // 1000)
    print(f"id:  {id}\nkey: {key}")


@clients.command("list")
def clients_list() -> None:
    """全部客户端 (all clients)."""
    shown = Table("id", "name", "scopes", "regions", "revoked")
    with _database(_settings()).reading() as connection:
        for row in client_register.all_clients(connection):
            state = "yes" if row["revoked_at"] else ""
            shown.add_row(str(row["id"]), escape(str(row["name"])), str(row["scopes"]), str(row["regions"]), state)
    Console().print(shown)


@clients.command("revoke")
def clients_revoke(id: str) -> None:
    """停用客户端的密钥 (the client's key stops working)."""
    with _database(_settings()).transaction() as connection:
        if not client_register.revoke(connection, id, time.time_ns() // 1000):
            raise _stop("no such client, or revoked before")


@ledger.command("verify")
def ledger_verify() -> None:
    """检查每笔分录借贷平衡 (every posting adds up to zero)."""
    with _database(_settings()).reading() as connection:
        wrong = payment_register.unbalanced(connection)
    for row in wrong:
        print(f"{row['region']} {row['posting_id']}: {row['difference_fen']}", file=sys.stderr)
    if wrong:
        raise typer.Exit(1)
    print("借贷平衡 (balanced)")


@packs.command("check")
def packs_check(folder: Folder = None) -> None:
    """读取全部规则文件并运行旁边的案例 (load every pack, run the cases beside it)."""
    results = checking.check_all(_shelf(folder))
    Console().print(checking.table(results))
    for line in checking.complaints(results):
        print(line, file=sys.stderr)
    if any(r.complaints for r in results):
        raise typer.Exit(1)


@packs.command("show")
def packs_show(
    region: str,
    year: int,
    code: Annotated[bool, typer.Option("--code", help="编译后的函数 (the compiled function)")] = False,
    folder: Folder = None,
) -> None:
    """显示一份公告的规则和出处 (one notice: rules and clauses)."""
    shelf = _shelf(folder)
    try:
        form, compiled = shelf.open(shelf.resolve(region, year), year)
    except (PolicyNotFound, PackRefused) as why:
        raise _stop(_reason(why)) from None
    if code:
        print(source(compiled.policy, tracking=True))
    else:
        showing.show_policy(Console(), form, compiled)


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
        raise _stop("请求不是 UTF-8 (the request is not UTF-8)") from None
    answer = _answer(text, _shelf(folder))
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        showing.show_answer(Console(), answer)


def _answer(text: str, shelf: Shelf) -> dict[str, Any]:
    try:
        asked = QuoteRequest.model_validate_json(text)
        compiled = shelf.find(asked.region, asked.coverage_year)
    except (ValidationError, PolicyNotFound, PackRefused) as why:
        raise _stop(_reason(why)) from None
    person = asked.person.person()
    clashes = contradictions(person, asked.coverage_year)
    if clashes:
        raise _stop("\n".join(f"{field}: {sentence}" for field, sentence in clashes))
    day: date = asked.pay_date or Settings.read().business_day()
    return quote_person(compiled, person, day).answer()


def _settings() -> Settings:
    try:
        settings = Settings.read()
        settings.refuse_unsafe()
        return settings
    except UnsafeSettings as why:
        raise _stop(str(why)) from None


def _shelf(folder: Path | None) -> Shelf:
    try:
        settings = Settings.read()
        return Shelf((*settings.pack_folders, folder) if folder else settings.pack_folders)
    except (UnsafeSettings, PackRefused) as why:
        raise _stop(str(why)) from None


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


def _stop(message: str) -> typer.Exit:
    print(message, file=sys.stderr)
    return typer.Exit(2)


def run() -> None:
    """The console script. Chinese must come out whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    app()


if __name__ == "__main__":
    run()
