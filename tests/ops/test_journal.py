"""The journal by itself: what it leaves out, and what of exceptions is told."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from app.journal.failures import described
from tests.ops.process import ROOT

VALUE = "欧阳试验999999198506159996"


def wrote(program: str) -> list[dict[str, Any]]:
    """The lines of a small program: the journal is one for the whole process, so each test has its own."""
    start = "from app.journal import foreign, writing\nwriting.start('info')\nforeign.take_over()\n"
    command = [sys.executable, "-W", "default", "-c", start + program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"V": VALUE}, timeout=60)
    assert VALUE not in done.stdout + done.stderr
    assert done.stdout == ""
    return [dict(json.loads(line)) for line in done.stderr.splitlines()]


def test_a_field_that_is_not_on_the_list_is_left_out_and_named() -> None:
    (line,) = wrote("import os\nwriting.write('info', 'request', {'status': 200, 'id_number': os.environ['V']})")
    assert (line["status"], line["left_out"]) == (200, ["id_number"])


def test_what_cannot_be_encoded_is_written_all_the_same() -> None:
    strange = "{'message': '\\ud800', 'place': object(), 'status': 200}"
    (line,) = wrote(f"writing.write('info', 'request', {strange})")
    assert (line["status"], line["message"]) == (200, "\ud800")
    (line,) = wrote("writing.write('info', 'request', {'place': object(), 'thread': '参保'})")
    assert (line["place"], line["thread"]) == ("object", "参保")


def test_levels_below_the_chosen_one_are_not_written() -> None:
    lines = wrote("from app.journal.telling import tell\ntell('request', level='debug')\ntell('request', status=1)")
    assert [line["status"] for line in lines] == [1]


def test_what_is_remembered_is_of_one_request_only_and_reaches_its_threads() -> None:
    program = """
import contextvars, threading
from app.journal.telling import begin, remember, tell
remember(client='nobody')
begin(request_id='1')
thread = threading.Thread(target=contextvars.copy_context().run, args=(lambda: remember(client='c'),))
thread.start(); thread.join()
tell('request')
begin(request_id='2')
tell('request')
"""
    first, second = wrote(program)
    assert (first["request_id"], first["client"]) == ("1", "c")
    assert (second["request_id"], "client" in second) == ("2", False)


WAYS = {
    "exception": ("raise ValueError(V)", "uncaught_exception", "ValueError"),
    "warning": ("import warnings\nwarnings.warn(V)", "python_warning", None),
    "logging": ("import logging\nlogging.getLogger('x').error(V)", "library_message", None),
    "traceback": ("import logging\nlogging.getLogger('uvicorn.error').error('a\\n' + V)", "library_message", None),
    "finalizer": ("class A:\n  def __del__(self): raise KeyError(V)\nA()", "unraisable_exception", "KeyError"),
    "task": (
        "import asyncio\nasync def f(): raise KeyError(V)\nasync def g():\n  t = asyncio.create_task(f())\n"
        "  await asyncio.sleep(0.01)\n  del t\nasyncio.run(g())",
        "library_message",
        "KeyError",
    ),
}


@pytest.mark.parametrize(("program", "event", "error"), WAYS.values(), ids=WAYS)
def test_values_do_not_come_out_by_python_s_own_ways(program: str, event: str, error: str | None) -> None:
    (line,) = wrote(f"import os\nV = os.environ['V']\n{program}")
    assert (line["event"], line.get("error"), "message" in line) == (event, error, False)


def test_the_server_s_own_messages_are_shown() -> None:
    (line,) = wrote("import logging\nlogging.getLogger('uvicorn.error').info('Started [%d]', 7)")
    assert (line["message"], line["logger"]) == ("Started [7]", "uvicorn.error")


def test_before_the_start_only_warnings_and_errors_are_written() -> None:
    program = "from app.journal.telling import tell\ntell('request')\ntell('pack_refused', level='error')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["pack_refused"]


def test_a_person_at_a_terminal_gets_lines_without_values_too() -> None:
    program = """
import os
from app.journal import writing
from app.journal.telling import tell, tell_failure
writing.start('info', human=True)
try:
    raise ValueError(os.environ['V'])
except ValueError as error:
    tell_failure('unhandled_error', error)
tell('request', status=200)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"V": VALUE}, timeout=60)
    assert "unhandled_error" in done.stderr
    assert "ValueError" in done.stderr
    assert VALUE not in done.stderr
    assert not done.stderr.startswith("{")


def failing(depth: int) -> None:
    if depth:
        failing(depth - 1)
    raise RuntimeError(VALUE)


def test_an_exception_is_told_by_type_place_and_causes() -> None:
    try:
        try:
            failing(200)
        except RuntimeError as inner:
            group = ExceptionGroup("two", [KeyError(VALUE), OSError(VALUE)])
            raise group from inner
    except ExceptionGroup as error:
        told = described(error)
    assert VALUE not in json.dumps(told, ensure_ascii=False)
    assert told["error"] == "ExceptionGroup"
    causes = told["causes"]
    assert [cause["error"] for cause in causes] == ["RuntimeError", "KeyError", "OSError"]
    assert len(causes[0]["frames"]) == 30
    assert causes[0]["frames"][-1].startswith("tests/ops/test_journal.py:")
    assert causes[0]["frames"][-1].endswith(":failing")


def test_exceptions_that_cause_each_other_come_to_an_end() -> None:
    one, two = ValueError(), KeyError()
    one.__cause__, two.__cause__ = two, one
    assert [cause["error"] for cause in described(one)["causes"]] == ["KeyError"]
