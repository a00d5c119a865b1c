"""How much waits to be sent or settled, for whoever watches the service."""

from app.storage.backlog_register import Backlog, backlog
from app.workflows.office import Office

__all__ = ["Backlog", "read_backlog"]


def read_backlog(office: Office) -> Backlog:
    with office.database.reading() as connection:
        return backlog(connection)
