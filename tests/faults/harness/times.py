"""How long the fault tests run: FAULTS is a percentage of the long form. `make faults` sets 100."""

import os

FAULTS = int(os.environ.get("FAULTS", "0"))


def times(short: int, long: int) -> int:
    """`short` in `make test`, `long` in `make faults`, in proportion between and beyond."""
    return short + (long - short) * FAULTS // 100
