"""docs/mutants.md: which check catches which mutant."""

from __future__ import annotations

from collections.abc import Sequence

from mutation.checks import CHECKS
from mutation.claims import Disagreement
from mutation.mutant import Mutant
from mutation.run import Outcome

PAGE = "docs/mutants.md"
INTRODUCTION = """# Mutants

A mutant is this program with one realistic mistake in it. Each is an edit of a function in
`shallow_cli/`; the checks below run on a copy that has it, and at least one must fail. So we know
what the checks can see, and that no change has blinded one of them.

```sh
.venv/bin/python -m mutation              # all of them, minutes; exit 1 if one survives
.venv/bin/python -m mutation M17 P05      # only these, and every check
.venv/bin/python -m mutation --write      # every check on all of them, and write this page
```

The first shows each mutant to the quickest of the checks that catch it by this page, which must
still do so; what the others catch now, only the last two find out.

**To add one**, add an entry to the table of its theme in `mutation/mutants/`: a name, the mistake
in a line, the module, the function, the text in it and its replacement. The text must be there
exactly once: when the code has moved on, the run says which edit no longer applies. Then `--write`.
If it survives, the mistake may be none (the edited program does the same); else a test is missing.

M01 to M62 are common mistakes in networks of this kind; M38 to M40, of class weights, are those of
the weights of rows here (P31, P33 and P63). The others are mistakes of this project's own parts:
A of the Python API, D of clusters, L of L-BFGS, O of the other optimizers, R of resuming, S of
schedules, T of threads, blocks and batches, V of snapshots and pictures, X of exported models, P
of the rest. Those of the claims are
called as these."""

READING = """No verdict is no pass either: the loss is not finite somewhere, or training ran away.

A pass of the gradient check means that the gradient is that of the loss **as it is coded**, and
that training uses it. The rows without a "yes" there show that it means no more. The loss may be
another than was meant, in training and check alike (M24, P02). First weights, predictions, scaling,
the split, early stopping and the reports are not looked at. A few rows are one shard and one block,
in memory, and of one thread. Optimizers and schedules have their customary settings, in float64,
and a rate decays every epoch. Of a step of L-BFGS it sees the gradient and the fall of the loss,
not the way."""


CLAIMS = """`shallow course` tries the lecture's claims. Each has a mutant with which it disagrees,
and no other claim does but those that follow from it."""


def page(found: Sequence[Outcome], claims: Sequence[Disagreement]) -> str:
    """The page for these outcomes."""
    names = [check.name for check in CHECKS]
    return "\n".join(
        [
            f"{INTRODUCTION}\n\n## The checks\n",
            "| check | | catches | which no other does |\n|---|---|---|---|",
            *(_total(check.name, check.says, found) for check in CHECKS),
            f"\nOf {len(found)} mutants {sum(not o.survived for o in found)} are caught.\n",
            f"{READING}\n\n## The mutants\n",
            f"| name | the mistake | where | {' | '.join(names)} |",
            f"|---|---|---|{'---|' * len(names)}",
            *map(_row, found),
            f"\n## The claims of the course\n\n{CLAIMS}\n",
            "| claim | the mistake | where | disagree as well |\n|---|---|---|---|",
            *map(_claim_row, claims),
            "",
        ]
    )


def recorded(text: str, mutants: Sequence[Mutant]) -> dict[str, tuple[str, ...]]:
    """Which checks caught each mutant when the page was written, the quickest first; none of a
    mutant it lacks.
    """
    found = {}
    for mutant in mutants:
        start = beginning(mutant)
        rows = [row.removeprefix(start) for row in text.splitlines() if row.startswith(start)]
        cells = [cell.strip() for cell in rows[0].split("|")] if len(rows) == 1 else []
        found[mutant.name] = tuple(
            check.name for check, cell in zip(CHECKS, cells, strict=False) if cell
        )
    return found


def beginning(mutant: Mutant) -> str:
    """The row of a mutant up to what has to be found out."""
    functions = " and ".join(f"`{function}`" for function in _functions(mutant))
    return f"| {mutant.name} | {mutant.says} | `{mutant.module}`: {functions} |"


def _functions(mutant: Mutant) -> list[str]:
    return list(dict.fromkeys(edit.function for edit in mutant.edits()))


def _row(found: Outcome) -> str:
    cells = ["" if said == "no" else said for said in found.caught.values()]
    return f"{beginning(found.mutant)} {' | '.join(cells)} |"


def _claim_row(found: Disagreement) -> str:
    others = ", ".join(claim for claim in found.claims or () if claim != found.mutant.name)
    return f"{beginning(found.mutant)} {others} |"


def _total(name: str, says: str, found: Sequence[Outcome]) -> str:
    caught = [o for o in found if o.caught[name] != "no"]
    alone = sum(sum(said != "no" for said in o.caught.values()) == 1 for o in caught)
    return f"| {name} | {says} | {len(caught)} | {alone} |"
