"""Made-up packs for the proof: the small good one with something changed."""

from pathlib import Path

from app.packs.read_pack import Written, read_written
from app.proof.prove import Proof, prove
from app.rules.compiling import Compiled, compile_policy

HERE = Path(__file__).parent.parent / "packs"
GOOD = HERE / "good" / "900001-2024.yaml"


def written(folder: Path, *changes: tuple[str, str]) -> Written:
    """The small pack with texts replaced, read from a file of its own."""
    text = GOOD.read_text()
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    path = folder / GOOD.name
    path.write_text(text)
    return read_written(path)


def proved(folder: Path, *changes: tuple[str, str]) -> tuple[Written, Compiled, Proof]:
    pack = written(folder, *changes)
    compiled = compile_policy(pack.policy)
    return pack, compiled, prove(pack, compiled)
