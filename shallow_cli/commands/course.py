"""`shallow course`: the lecture's claims, each tried anew."""

import contextlib
import dataclasses
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shallow_cli.commands.options import Json
from shallow_cli.console.streams import say, write
from shallow_cli.errors import ANSWER_IS_NO, DataError, Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.course.claims import Answer, Claim


def course_cli(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CLAIM]…", help="Numbers or names; all without any.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
    folder: Annotated[
        Path | None,
        typer.Option("--write", metavar="DIR", help="Write the configs there, and try nothing."),
    ] = None,
) -> None:
    """Try the claims of the lecture "shallow neural networks".

    Each is an experiment on the course's data: what is published or expected, what comes out here,
    and whether the two agree. The commands below them show what they are about, with the configs
    that --write writes. docs/lecture.md walks through them.

    \b
    Example:
      shallow course
      shallow course zeros 12 --json
      shallow course --write lecture
    """
    import json

    from shallow_cli.console.course_table import verdict

    if folder is not None and as_json:
        raise UsageError(Problem("--json: --write tries nothing; take one of the two"))
    claims = chosen(names or ())
    if folder is not None:
        write_configs(claims, folder)
        return
    answers = list(tried(claims, show=not as_json))
    if as_json:
        numbered = zip((number for number, _ in claims), answers, strict=True)
        objects = [described(number, answer) for number, answer in numbered]
        write(json.dumps(objects, ensure_ascii=False, allow_nan=False))
    else:
        write(verdict(answers))
        say("the commands need the configs: shallow course --write DIR")
    if not all(answer.agrees for answer in answers):
        raise typer.Exit(ANSWER_IS_NO)


def chosen(words: Sequence[str]) -> "list[tuple[int, Claim]]":
    """The claims that the words mean, by number or name, with their numbers; all without any.

    A claim that is meant twice is there once.

    Raises:
        UsageError: for each word that means none.
    """
    from shallow_cli.course.claims import CLAIMS
    from shallow_cli.rules import did_you_mean

    numbered = list(enumerate(CLAIMS, 1))
    known = {key: pair for pair in numbered for key in (str(pair[0]), pair[1].name)}
    names = [claim.name for claim in CLAIMS]
    known_are = f"there are 1 to {len(CLAIMS)}, or {', '.join(names)}"
    problems = [
        Problem(f"{word}: no such claim; {did_you_mean(word, names) or known_are}")
        for word in words
        if word not in known
    ]
    if problems:
        raise UsageError(*problems)
    return list(dict.fromkeys(known[word] for word in words)) if words else numbered


def tried(claims: "Sequence[tuple[int, Claim]]", *, show: bool) -> "Iterator[Answer]":
    """The answer to each claim, which is shown as it comes."""
    from shallow_cli.console.course_table import show_answer
    from shallow_cli.console.progress import ProgressBar
    from shallow_cli.course.claims import Answer

    with contextlib.closing(ProgressBar(wanted=True)) as bar:
        for done, (number, claim) in enumerate(claims):
            bar.update(done, len(claims), claim.name)
            answer = Answer(claim, claim.experiment())
            if show:
                with bar.hidden():
                    show_answer(number, answer)
            yield answer


def described(number: int, answer: "Answer") -> dict[str, Any]:
    """An answer as plain values."""
    claim = answer.claim
    figures = [
        {**dataclasses.asdict(figure), "here": finite(here), "agrees": figure.holds(here)}
        for figure, here in zip(claim.figures, answer.here, strict=True)
    ]
    return {
        "number": number,
        "name": claim.name,
        "part": claim.part,
        "says": claim.says,
        "figures": figures,
        "agrees": answer.agrees,
        "config": f"{claim.config}.yaml",
        "command": claim.command,
    }


def finite(here: float) -> float | None:
    """A figure as JSON has it; None where a training ran away."""
    return here if math.isfinite(here) else None


def write_configs(claims: "Sequence[tuple[int, Claim]]", folder: Path) -> None:
    """Write the configs of the claims; one that is there and says something else is kept.

    Raises:
        UsageError: if there is such a file.
        DataError: if one cannot be written.
    """
    from shallow_cli.course.runs import config_text
    from shallow_cli.files.atomic import replacing

    texts = {folder / f"{claim.config}.yaml": config_text(claim.config) for _, claim in claims}
    others = [path for path, text in texts.items() if path.exists() and not _holds(path, text)]
    if others:
        text = "is there and says something else; it is not replaced. Name another folder"
        raise UsageError(*(Problem(text, str(path)) for path in others))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(Problem(f"cannot be made: {error.strerror}", str(folder))) from error
    for path, text in texts.items():
        with replacing(path, DataError) as file:
            file.write(text.encode())
        write(str(path))


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()
