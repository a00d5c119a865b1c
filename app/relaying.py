"""`canbao relay`, which delivers what waits for others, and `canbao subscribers`, who is told of changes."""

import signal
import threading
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.administration import open_office, settings, stop
from app.collector.pushing import Collector
from app.wiring import collector_of
from app.workflows import manage_subscribers
from app.workflows.manage_subscribers import BadAddress
from app.workflows.office import Office, Refused
from app.workflows.relay_changes import Rounds, connecting, relay_changes
from app.workflows.relay_outbox import keep_at, relay_outbox

subscribers = typer.Typer(no_args_is_help=True, help="变动推送的接收方 (who is told of enrollment changes)")


@subscribers.command("add")
def subscribers_add(
    client: Annotated[str, typer.Argument(help="客户端编号，按它的地区推送 (a client's id: it hears of its regions)")],
    url: Annotated[str, typer.Argument(help="https 地址 (where it takes messages)")],
    from_start: Annotated[bool, typer.Option("--from-start", help="从第一条变动开始 (the past as well)")] = False,
) -> None:
    """新增接收方，签名密钥只显示一次 (the signing secret is shown this once)."""
    try:
        id, secret = manage_subscribers.add_subscriber(open_office(), client, url, from_start=from_start)
    except Refused:
        raise stop("no such client, or revoked before") from None
    except BadAddress as why:
        raise stop(str(why)) from None
    print(f"id:     {id}\nsecret: {secret}")


@subscribers.command("list")
def subscribers_list() -> None:
    """全部接收方 (all subscribers, and what waits for each)."""
    shown = Table("id", "client", "url", "waiting", "dead", "failures")
    for row in manage_subscribers.list_subscribers(open_office()):
        shown.add_row(*(str(row[name]) for name in ("id", "client_id", "url", "waiting", "dead", "failures")))
    Console(markup=False).print(shown)


@subscribers.command("remove")
def subscribers_remove(id: str) -> None:
    """停止推送 (nothing more is sent)."""
    try:
        manage_subscribers.remove_subscriber(open_office(), id)
    except Refused:
        raise stop("no such subscriber") from None


@subscribers.command("requeue")
def subscribers_requeue(id: str) -> None:
    """重新推送已放弃的 (what was given up is tried again)."""
    try:
        print(f"{manage_subscribers.requeue_deliveries(open_office(), id)} 条 (messages)")
    except Refused:
        raise stop("no such subscriber") from None


def relay(
    once: Annotated[bool, typer.Option("--once", help="送完到期的就结束 (end when nothing is due)")] = False,
) -> None:
    """把应缴信息送到税务征收系统 COLLECTOR_URL，把变动送到各接收方 (deliver the outbox, and changes to subscribers)."""
    works_in, collector = open_office(), collector_of(settings())
    if collector is None and not manage_subscribers.list_subscribers(works_in):
        raise stop("COLLECTOR_URL is missing, and there are no subscribers")
    from app.serving import start_journal  # with the server, which the other commands need not load

    start_journal(settings())
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    _deliver(works_in, collector, once, ended)
    if collector is not None:
        collector.close()


def _deliver(works_in: Office, collector: Collector | None, once: bool, ended: threading.Event) -> None:
    """Each kind in a thread of its own, so that a slow subscriber holds up no receivable."""
    connect = connecting(works_in)
    works = [] if collector is None else [partial(relay_outbox, works_in, collector.push)]
    if once:
        tried = 1
        while tried and not ended.is_set():
            tried = relay_changes(works_in, connect) + sum(work() for work in works)
        return
    rounds = Rounds(works_in, connect)
    threads = [threading.Thread(target=keep_at, args=(work, ended), daemon=True) for work in (rounds, *works)]
    for thread in threads:
        thread.start()
    while not ended.wait(1.0):  # a signal is only heeded between waits
        pass
    for thread in threads:
        thread.join()
    rounds.close()
