"""Who asks: a key in `Authorization: Bearer …`, with scopes and regions."""

from typing import Any

from fastapi import Request

from app.api.doing import done
from app.api.problems import Refusal
from app.journal.telling import remember
from app.workflows.know_client import Client, know_client
from app.workflows.office import Office


async def client_of(office: Office, request: Request, scope: str) -> Client:
    """The client that asks; raises Refusal with 401 or, outside its scopes, 403."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    client = await done(know_client, office, key) if kind.lower() == "bearer" and key else None
    if client is None:
        raise Refusal("unauthorized")
    remember(client=client.id)
    if not client.may(scope):
        raise Refusal("forbidden")
    return client


def place_of(enrollment: dict[str, Any]) -> str:
    """The division code by which a key reaches an enrollment: its village's, where that lies in its region."""
    village, region = str(enrollment["village"]), str(enrollment["region"])
    return village if village.startswith(region) else region


def within(client: Client, region: str) -> None:
    """Raises Refusal where the region is not the client's."""
    if not client.reaches(region):
        raise Refusal("forbidden")
