"""The database itself: migrations, what is at rest, keys and clients, on both databases."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.exceptions import InvalidTag
from sqlalchemy import text

from app.contract.enrollment import ID_TYPES
from app.enrollment import id_numbers
from app.enrollment.ledger import Posting, Unbalanced
from app.storage.database import Database, StorageUnavailable, open_database
from app.storage.ids import new_id, region_of
from app.storage.personal import Vault
from app.storage.schema import is_current, migrate
from app.storage.tables import SCHEMA, metadata
from tests.conftest import service
from tests.state.made_up import enrolled, registration

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def empty(fresh_url: str) -> Database:
    """A database without tables."""
    return open_database(fresh_url)


def test_migrations_go_up_down_and_up_again(empty: Database) -> None:
    assert not is_current(empty)
    for target, current in (("head", True), ("base", False), ("head", True)):
        migrate(empty, target)
        assert is_current(empty) is current
    empty.close()


def test_the_tables_are_what_the_migrations_make(empty: Database) -> None:
    migrate(empty)
    with empty.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []
    empty.close()


def test_the_program_expects_the_newest_migration() -> None:
    newest = sorted((ROOT / "migrations" / "versions").glob("*.py"))[-1].name.split("_")[0]
    assert newest == SCHEMA


def test_a_transaction_that_fails_leaves_nothing(empty: Database) -> None:
    migrate(empty)
    row = "INSERT INTO clients (id, name, key_hash, scopes, regions, created_at) VALUES ('a', 'n', 'h', 's', '', 1)"

    def twice() -> None:
        with empty.transaction() as connection:
            connection.execute(text(row))
            connection.execute(text(row))

    with pytest.raises(StorageUnavailable):
        twice()
    with empty.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM clients")).scalar() == 0
    empty.close()


def test_readyz_wants_the_current_schema_and_healthz_does_not(tmp_path: Path) -> None:
    from tests.conftest import Running, settings_for

    url = f"sqlite:///{tmp_path}/canbao.db"
    with Running(settings_for(url)) as base:
        assert httpx.get(f"{base}/healthz").status_code == 200
        assert httpx.get(f"{base}/readyz").status_code == 503
        migrate(open_database(url))
        assert httpx.get(f"{base}/readyz").status_code == 200


def test_a_database_that_is_gone_is_a_503_without_acknowledgement() -> None:
    from tests.conftest import Running, settings_for
    from tests.state.made_up import payment, send

    with Running(settings_for("postgresql://nobody@127.0.0.1:9/none")) as base, httpx.Client(base_url=base) as client:
        response = send(client, payment("x"))
        assert (response.status_code, response.json()["code"]) == (503, "storage_unavailable")


def test_personal_data_is_not_readable_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "canbao.db"
    body = registration(household={"household_no": "户号甲乙丙", "relation": "head"})
    with service(f"sqlite:///{path}") as base:
        client = httpx.Client(base_url=base, headers={"authorization": "Bearer dev-key"})
        enrolled(client, **body)
        client.close()
    raw = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    for secret in (body["applicant"]["id_number"], body["applicant"]["phone"], "测试", "户号甲乙丙", "1985-06-15"):
        assert secret.encode() not in raw


def test_sealed_values_open_with_their_own_key_and_in_their_own_row_only() -> None:
    old, new = os.urandom(32), os.urandom(32)
    sealed = Vault({"a": old}, "a", b"i" * 32).seal({"name": "测试"}, "row-1")
    rotated = Vault({"b": new, "a": old}, "b", b"i" * 32)
    assert rotated.open(sealed, "row-1") == {"name": "测试"}
    assert rotated.seal({}, "row-1").startswith(b"b.")
    with pytest.raises(InvalidTag):
        rotated.open(sealed, "row-2")


def test_hashes_are_keyed_and_parts_do_not_run_together() -> None:
    one, other = Vault({"a": b"k" * 32}, "a", b"i" * 32), Vault({"a": b"k" * 32}, "a", b"j" * 32)
    assert one.index("ab", "c") == one.index("ab", "c") != one.index("a", "bc") != other.index("a", "bc")


def test_ids_sort_by_time_and_name_their_region() -> None:
    ids = [new_id("430424") for _ in range(3)]
    assert region_of(ids[0]) == "430424"
    assert ids[0][:19] <= ids[1][:19] <= ids[2][:19]
    assert region_of("hunan-anon-town-" + "0" * 32) == "hunan-anon-town"
    assert region_of("x") == region_of("") == ""


def test_a_posting_that_does_not_balance_cannot_be_made() -> None:
    with pytest.raises(Unbalanced):
        Posting("cover", (("collector", 1), ("personal", -2)))


def test_requests_and_checks_know_the_same_documents() -> None:
    assert set(ID_TYPES) == set(id_numbers.ID_TYPES)


def canbao(folder: Path, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"CANBAO_DATA": str(folder), "COLUMNS": "160"} | more
    command = [sys.executable, "-m", "app.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=60)


def test_a_client_has_its_scopes_and_regions_until_it_is_revoked(tmp_path: Path) -> None:
    assert canbao(tmp_path, "migrate").returncode == 0
    added = canbao(tmp_path, "clients", "add", "小程序", "--scopes", "enroll,read", "--regions", "430424").stdout
    id, key = (line.split(":", 1)[1].strip() for line in added.splitlines())
    assert key.encode() not in (tmp_path / "canbao.db").read_bytes()
    with service(f"sqlite:///{tmp_path}/canbao.db") as base:
        client = httpx.Client(base_url=base, headers={"authorization": f"Bearer {key}"})
        made = enrolled(client)
        asked = {"idempotency-key": "1"}
        other = client.post("/v1/enrollments", json=registration(region="620724"), headers=asked)
        assert (other.status_code, other.json()["code"]) == (403, "forbidden")
        assert client.post("/v1/suspense/430424-x/settle", json={"reason": "x"}).status_code == 403
        assert client.get("/v1/enrollments").status_code == 403
        assert client.get("/v1/enrollments", params={"region": "430424"}).status_code == 200
        assert client.get(f"/v1/enrollments/{made['id']}").status_code == 200
        assert canbao(tmp_path, "clients", "revoke", id).returncode == 0
        assert client.get(f"/v1/enrollments/{made['id']}").status_code == 401
        client.close()
    assert "小程序" in canbao(tmp_path, "clients", "list").stdout
    assert canbao(tmp_path, "ledger", "verify").returncode == 0


def test_production_names_every_setting_that_is_missing() -> None:
    env = os.environ | {"CANBAO_ENV": "production"}
    done = subprocess.run([sys.executable, "-m", "app.cli", "serve"], capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.returncode == 2
    for name in ("DATABASE_URL", "CANBAO_WEBHOOK_SECRETS", "CANBAO_DATA_KEYS", "CANBAO_INDEX_KEY"):
        assert name in done.stderr


def test_a_command_makes_a_development_database_itself(tmp_path: Path) -> None:
    assert canbao(tmp_path, "clients", "add", "x").returncode == 0
    assert "x" in canbao(tmp_path, "clients", "list").stdout


def test_in_production_a_command_says_that_the_schema_is_missing_and_makes_none(tmp_path: Path) -> None:
    secret = base64.b64encode(b"k" * 32).decode()
    env = {"CANBAO_ENV": "production", "DATABASE_URL": f"sqlite:///{tmp_path}/canbao.db"}
    env |= {"CANBAO_WEBHOOK_SECRETS": f"whsec_{secret}", "CANBAO_DATA_KEYS": f"k1:{secret}", "CANBAO_INDEX_KEY": secret}
    refused = canbao(tmp_path, "clients", "list", **env)
    assert (refused.returncode, "canbao migrate" in refused.stderr) == (2, True)
    assert canbao(tmp_path, "migrate", **env).returncode == 0
    assert canbao(tmp_path, "clients", "list", **env).returncode == 0


@pytest.mark.parametrize("regions", [",", " , ", " "])
def test_regions_that_name_none_are_refused_and_do_not_mean_all(tmp_path: Path, regions: str) -> None:
    canbao(tmp_path, "migrate")
    done = canbao(tmp_path, "clients", "add", "x", "--regions", regions)
    assert (done.returncode, "key:" in done.stdout) == (2, False)


def test_a_client_of_one_township_reaches_its_villages_and_no_others(tmp_path: Path) -> None:
    canbao(tmp_path, "migrate")
    added = canbao(tmp_path, "clients", "add", "x", "--scopes", "enroll,read", "--regions", "430424106,").stdout
    key = added.splitlines()[1].split(":", 1)[1].strip()
    with service(f"sqlite:///{tmp_path}/canbao.db") as base:
        client = httpx.Client(base_url=base, headers={"authorization": f"Bearer {key}"})
        made = enrolled(client, village="430424106201")
        assert client.get(f"/v1/enrollments/{made['id']}").status_code == 200
        found = client.get("/v1/enrollments", params={"region": "430424106"}).json()["enrollments"]
        assert [e["id"] for e in found] == [made["id"]]
        assert client.get("/v1/enrollments").status_code == 403
        outside = client.post(
            "/v1/enrollments", json=registration(village="430424200000"), headers={"idempotency-key": "1"}
        )
        assert outside.status_code == 403
        client.close()
