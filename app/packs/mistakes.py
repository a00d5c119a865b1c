"""Why a pack does not load: the file, the line and a sentence."""

from app.packs.refusals import both


class Mistake(Exception):  # noqa: N818 - it is the officer's mistake, named as such
    """A mistake at a place in the pack's tree; `read_pack` turns the place into a line."""

    def __init__(self, path: tuple[str | int, ...], sentence: str) -> None:
        super().__init__(sentence)
        self.path, self.sentence = path, sentence


class PackRefused(Exception):  # noqa: N818 - the outcome of reading, not a failure of the program
    """A pack that does not load. `mistakes` are (line, sentence), the line 1-based; as text, Chinese comes first."""

    def __init__(self, file: str, mistakes: list[tuple[int, str]]) -> None:
        super().__init__("\n".join(f"{file}:{line}: {both(sentence)}" for line, sentence in mistakes))
        self.file, self.mistakes = file, mistakes
