"""Playing a script: its steps one after the other, once, with a line for each."""

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.simulator.bureau import Bureau
from app.simulator.callbacks import Progress
from app.simulator.forms import Payment, Reversal
from app.simulator.orders import Order
from app.simulator.refusals import Refused
from app.simulator.script import Pay, Reverse, Script, Step, Wait, Write
from app.simulator.statement import keep, statement

_LOOK_EVERY = 0.02  # seconds


class Stage(StrEnum):
    """How far a script has come."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Stuck(Exception):  # noqa: N818 - said in the script's own words
    """A step that could not be done."""


class Player:
    """Runs in the simulator's event loop; what it does is done as if it had been asked for over HTTP."""

    def __init__(self, bureau: Bureau, script: Script, statements: Path | None, say: Callable[[str], None]) -> None:
        self.bureau, self.script, self.statements, self._say = bureau, script, statements, say
        self.stage, self.said = Stage.RUNNING, list[str]()

    async def play(self) -> None:
        for number, step in enumerate(self.script.steps, 1):
            try:
                done = await self._do(step)
            except (Refused, Stuck, OSError) as why:
                self.stage = Stage.FAILED
                self._tell(f"step {number}, {step.name}: failed: {getattr(why, 'detail', why)}")
                return
            self._tell(f"step {number}, {step.name}: {done}")
        self.stage = Stage.DONE

    def shown(self) -> dict[str, Any]:
        return {"stage": self.stage, "steps": len(self.script.steps), "said": self.said}

    def _tell(self, line: str) -> None:
        self.said.append(line)
        self._say(line)

    async def _do(self, step: Step) -> str:
        if step.wait:
            return await self._wait(step.wait)
        if step.pay:
            return self._pay(step.pay)
        if step.reverse:
            return self._reverse(step.reverse)
        if step.statement:
            return self._write(step.statement)
        assert step.faults
        shares = step.faults.probabilities()
        self.bureau.faults.set(shares, then_honest=step.faults.then_honest)
        return ", ".join(f"{fault} {share:g}" for fault, share in shares.items()) or "none"

    async def _wait(self, asked: Wait) -> str:
        until = time.monotonic() + asked.seconds
        while True:
            there, waiting = len(self.bureau.orders.all()), self.bureau.postman.counts()[Progress.WAITING]
            if there >= asked.orders if asked.orders else not waiting:
                return f"{there} orders" if asked.orders else "all through"
            if time.monotonic() > until:
                break
            await asyncio.sleep(_LOOK_EVERY)
        what = f"{there} of {asked.orders} orders have arrived" if asked.orders else f"{waiting} callbacks still wait"
        raise Stuck(f"after {asked.seconds:g} seconds {what}")

    def _pay(self, asked: Pay) -> str:
        chosen = self._chosen("due", asked.share)
        for order in chosen:
            number = order.told.order_no
            self.bureau.pay(Payment(order_no=number, fault=asked.fault, channel=asked.channel))
        return f"{len(chosen)} orders"

    def _reverse(self, asked: Reverse) -> str:
        chosen = self._chosen("paid", asked.share)
        for order in chosen:
            self.bureau.reverse(Reversal(order_no=order.told.order_no, fault=asked.fault))
        return f"{len(chosen)} orders"

    def _chosen(self, state: str, percent: int) -> list[Order]:
        """A share of the orders, rounded to the nearest number (a half up), in the order of their numbers."""
        orders = sorted(self.bureau.orders.all(state), key=lambda order: order.told.order_no)
        return self.bureau.chance.sample(orders, (len(orders) * percent + 50) // 100)

    def _write(self, asked: Write) -> str:
        if self.statements is None:
            raise Stuck("start the simulator with --statements DIR")
        day = asked.day or self.bureau.today()
        return keep(self.statements, day, statement(self.bureau.money_of(day), asked.encoding))
