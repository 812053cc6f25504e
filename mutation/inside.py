"""Runs one check in a copy of the project: `python -P inside.py shallow|pytest WORDS…`.

pytest may be given several rounds of words, with `--then` between them; the next begins where
the one before has found nothing. The exit code is the check's own. A check of some other copy
would prove nothing, so that the modules it has loaded are looked at afterwards.
"""

from __future__ import annotations

import sys
from pathlib import Path

ANOTHER_COPY = 99
THEN = "--then"


def main(program: str, words: list[str]) -> int:
    """Run it, in the current folder."""
    here = Path.cwd()
    if program == "pytest":
        import pytest

        code = next((code for part in rounds(words) if (code := int(pytest.main(part)))), 0)
    else:
        from shallow_cli.cli import run

        code = run(words)
    return code if _all_from(here) else ANOTHER_COPY


def rounds(words: list[str]) -> list[list[str]]:
    """The words between those that part them."""
    found: list[list[str]] = [[]]
    for word in words:
        if word == THEN:
            found.append([])
        else:
            found[-1].append(word)
    return found


def _all_from(folder: Path) -> bool:
    """Whether the package was loaded, and every module of it from this folder."""
    names = [name for name in sys.modules if name.partition(".")[0] == "shallow_cli"]
    files = [Path(sys.modules[name].__file__ or "") for name in names]
    return bool(files) and all(file.is_relative_to(folder) for file in files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
