"""`canbao clients | keys | ledger | audit`: what whoever runs the service does beside serving."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.packs.mistakes import PackRefused
from app.packs.shelf import Shelf
from app.settings import Settings, UnsafeSettings
from app.storage.schema import is_current
from app.wiring import database_of, migrated, office_of
from app.workflows import manage_clients
from app.workflows.office import Office, Refused
from app.workflows.read_ledger import unbalanced_postings
from app.workflows.rotate_data_keys import rotate_data_keys
from app.workflows.verify_audit import holds, verify_audit

clients = typer.Typer(no_args_is_help=True, help="客户端和密钥 (clients and their keys)")
keys = typer.Typer(no_args_is_help=True, help="个人信息加密密钥 (keys of personal data)")
ledger = typer.Typer(no_args_is_help=True, help="账簿 (the ledger)")
audit = typer.Typer(no_args_is_help=True, help="操作记录 (the audit record)")


def stop(message: str) -> typer.Exit:
    """Says why, and ends the command with 2."""
    print(message, file=sys.stderr)
    return typer.Exit(2)


def settings() -> Settings:
    """The environment's settings, refused like those of the service."""
    try:
        found = Settings.read()
        found.refuse_unsafe()
        return found
    except UnsafeSettings as why:
        raise stop(str(why)) from None


def open_office() -> Office:
    """In development with the schema brought up to date; in production that is a deed of its own (`canbao migrate`)."""
    found = settings()
    if found.env == "development":
        migrated(found).close()
    else:
        _insist_on_schema(found)
    try:
        return office_of(found, Shelf(found.pack_folders))
    except PackRefused as why:
        raise stop(str(why)) from None


def _insist_on_schema(found: Settings) -> None:
    database = database_of(found)
    current = is_current(database)
    database.close()
    if not current:
        raise stop("数据库不可用，或须先运行 canbao migrate (the database does not answer, or wants `canbao migrate`)")


@clients.command("add")
def clients_add(
    name: str,
    scopes: Annotated[str, typer.Option(help="enroll,read,clerk,admin")] = "read",
    regions: Annotated[str, typer.Option(help="区划代码前缀，逗号分隔；空为全部 (division-code prefixes)")] = "",
) -> None:
    """新增客户端，密钥只显示一次 (the key is shown this once)."""
    wanted = [s.strip() for s in scopes.split(",")]
    if not set(wanted) <= set(manage_clients.SCOPES):
        raise stop(f"scopes are {', '.join(manage_clients.SCOPES)}")
    reached = [r.strip() for r in regions.split(",") if r.strip()]
    if regions and not reached:  # a slip must not open the whole country
        raise stop("regions are division-code prefixes; leave the option out for all of them")
    id, key = manage_clients.add_client(open_office(), name, wanted, reached or [""])
    print(f"id:  {id}\nkey: {key}")


@clients.command("list")
def clients_list() -> None:
    """全部客户端 (all clients)."""
    shown = Table("id", "name", "scopes", "regions", "revoked")
    for row in manage_clients.list_clients(open_office()):
        state = "yes" if row["revoked_at"] else ""
        shown.add_row(str(row["id"]), escape(str(row["name"])), str(row["scopes"]), str(row["regions"]), state)
    Console().print(shown)


@clients.command("revoke")
def clients_revoke(id: str) -> None:
    """停用客户端的密钥 (the client's key stops working)."""
    try:
        manage_clients.revoke_client(open_office(), id)
    except Refused:
        raise stop("no such client, or revoked before") from None


@clients.command("rotate")
def clients_rotate(
    id: str,
    overlap_hours: Annotated[float, typer.Option(min=0, max=24 * 90, help="旧密钥继续有效的小时数")] = 24,
) -> None:
    """换发密钥，旧密钥在过渡期内仍有效 (a new key; the old one stays good for a while)."""
    try:
        print(f"key: {manage_clients.rotate_client(open_office(), id, overlap_hours)}")
    except Refused:
        raise stop("no such client, or revoked before") from None


@keys.command("rotate")
def keys_rotate() -> None:
    """用 CANBAO_DATA_KEYS 的第一把密钥重新加密全部个人信息 (seal all personal data with the first data key)."""
    office, looked, changed = open_office(), 0, 0
    columns = TextColumn("{task.description}"), TextColumn("{task.completed}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("重新加密 (sealing)", total=None)
        for rows, old in rotate_data_keys(office):
            looked, changed = looked + rows, changed + old
            progress.update(task, advance=rows)
    print(f"{looked} 条登记，重新加密 {changed} 条；旧密钥可以停用 ({changed} of {looked} sealed anew)")


@ledger.command("verify")
def ledger_verify() -> None:
    """检查每笔分录借贷平衡 (every posting adds up to zero)."""
    wrong = unbalanced_postings(open_office())
    for row in wrong:
        print(f"{row['region']} {row['posting_id']}: {row['difference_fen']}", file=sys.stderr)
    if wrong:
        raise typer.Exit(1)
    print("借贷平衡 (balanced)")


@audit.command("verify")
def audit_verify(
    head: Annotated[
        list[str] | None, typer.Option(help="以前记下的链尾 REGION:NUMBER:LINK (noted down earlier)")
    ] = None,
) -> None:
    """逐条核对操作记录的链 (every record of every chain); prints the ends of the chains, to be noted elsewhere."""
    office, wrong = open_office(), False
    for chain in verify_audit(office):
        print(f"{chain.region}:{chain.number}:{chain.link}")
        if chain.broken_at is not None:
            wrong = True
            print(
                f"{chain.region}: 第{chain.broken_at}条起不符 (broken from record {chain.broken_at})", file=sys.stderr
            )
    for noted in head or []:
        region, number, link = _noted(noted)
        if not holds(office, region, number, link):
            wrong = True
            print(f"{region}: 第{number}条与记下的不符 (record {number} is not what was noted)", file=sys.stderr)
    if wrong:
        raise typer.Exit(1)


def _noted(text: str) -> tuple[str, int, str]:
    region, _, rest = text.partition(":")
    number, _, link = rest.partition(":")
    if not number.isdigit() or not link:
        raise stop("--head is REGION:NUMBER:LINK")
    return region, int(number), link
