"""PostgreSQL as its administrator sees it."""

import time
import uuid

import psycopg


def fresh_database(server_url: str) -> str:
    """The URL of a new, empty database on that server."""
    name = f"t{uuid.uuid4().hex}"
    command(server_url, f"CREATE DATABASE {name}")
    return server_url.rsplit("/", 1)[0] + f"/{name}"


def command(url: str, *statements: str) -> None:
    """Each of them outside a transaction, as an administrator types them."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def until(url: str, question: str, seconds: float = 30) -> None:
    """Ask, each time on a new connection, until the answer has a row."""
    deadline = time.monotonic() + seconds
    while not _has_row(url, question):
        assert time.monotonic() < deadline, question
        time.sleep(0.02)


def _has_row(url: str, question: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question.encode()).fetchone() is not None
