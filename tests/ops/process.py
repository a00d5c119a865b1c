"""The service as a process of its own, with everything it writes kept."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent.parent
SERVE = ("-m", "app.cli", "serve")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Service:
    """Started on entering, ended by SIGTERM at the latest on leaving."""

    def __init__(self, database_url: str, folder: Path, command: tuple[str, ...] = SERVE, **settings: str) -> None:
        self.port, self.written = free_port(), folder / f"written-{free_port()}"
        plain = {k: v for k, v in os.environ.items() if not k.startswith("CANBAO_")}
        own = {"PORT": str(self.port), "DATABASE_URL": database_url, "CANBAO_TODAY": "2023-11-02"} | settings
        with self.written.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=plain | own, stdout=out, stderr=subprocess.STDOUT
            )
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Service":
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                httpx.get(f"{self.url}/healthz", timeout=5)
                return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the service did not start: {self.text()}")

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def text(self) -> str:
        return self.written.read_text()

    def lines(self) -> list[dict[str, Any]]:
        """What it wrote; raises where a line is no JSON object."""
        return [dict(json.loads(line)) for line in self.text().splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["event"] == name]
