"""`python -m tests.ops.broken`: the service with a piece that fails in every way a program can, values in its hands."""

import logging
import threading
import warnings
from datetime import date

from app.api.front_door import FrontDoor
from app.api.watching import Watching
from app.main import create_api
from app.packs.shelf import Shelf
from app.rules.compiling import Compiled
from app.serving import serve, start_journal
from app.settings import Settings

REGION = "999999"  # asking for it breaks
VALUES = ("王五六", "999999198506159996", "19900000001")


class BrokenShelf(Shelf):
    """Whoever asks for REGION sets everything off that could carry a value into a log."""

    def find(self, region: str, year: int, as_of: date | None = None) -> Compiled:
        if region != REGION:
            return super().find(region, year, as_of)
        warnings.warn(f"odd input {VALUES}", RuntimeWarning, stacklevel=1)
        logging.getLogger("a.library").error("row %s", VALUES)
        logging.getLogger("a.library").debug("row %s", VALUES)
        thread = threading.Thread(target=_fail, args=VALUES)
        thread.start()
        thread.join()
        try:
            _fail(*VALUES)
        except KeyError as error:
            raise ValueError(f"cannot work with {VALUES}") from error
        raise AssertionError


def _fail(*values: str) -> None:
    raise KeyError(values)


if __name__ == "__main__":
    settings, watch = Settings.read(), Watching()
    start_journal(settings)
    serve(FrontDoor(*create_api(settings, BrokenShelf(), watch), watch), settings)
