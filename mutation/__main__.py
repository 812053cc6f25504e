"""`python -m mutation`: plant every mutant, run every check, and see that none survives."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mutation.claims import Disagreement, disagreements
from mutation.mutant import BrokenError, ClaimMutant, Mutant, mutated
from mutation.mutants import MUTANTS
from mutation.mutants.claims import CLAIM_MUTANTS
from mutation.page import PAGE, page, recorded
from mutation.run import ROOT, Outcome, UnfitError, clean_copy, outcomes


def main() -> int:
    """0 if every edit applies and every mutant is caught, else 1."""
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, as in M17 P05 loop")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE} anew")
    options = parser.parse_args()
    unknown = set(options.names) - {mutant.name for mutant in (*MUTANTS, *CLAIM_MUTANTS)}
    if unknown:
        parser.error(f"no mutant {', '.join(sorted(unknown))}")
    if options.names and options.write:
        parser.error("the page needs all of them: --write takes no names")
    mutants = [m for m in MUTANTS if not options.names or m.name in options.names]
    of_claims = [m for m in CLAIM_MUTANTS if not options.names or m.name in options.names]
    n_mutants = len(mutants) + len(of_claims)
    problems = broken([*mutants, *of_claims])
    if not problems:
        problems = planted(mutants, of_claims, write=options.write)
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{'failed' if problems else 'passed'}: {n_mutants} mutants, {len(problems)} problems")
    return 1 if problems else 0


def broken(mutants: Sequence[Mutant]) -> list[str]:
    """Every edit that no longer applies or changes nothing, in a line each."""
    found = []
    for mutant in mutants:
        try:
            mutated(mutant, (ROOT / mutant.path).read_text(encoding="utf-8"))
        except (BrokenError, FileNotFoundError) as error:
            found.append(f"broken: {error}")
    return found


def planted(
    mutants: Sequence[Mutant], of_claims: Sequence[ClaimMutant], *, write: bool
) -> list[str]:
    """Run them; a line for each problem.

    Of all of them, each is shown to the quickest check that catches it by the page, unless that
    is to be written.
    """
    whole = len(mutants) + len(of_claims) == len(MUTANTS) + len(CLAIM_MUTANTS)
    start, found, claims = time.monotonic(), [], []
    known = recorded(_written(), mutants) if whole and not write else {}
    asked = {name: checks[:1] for name, checks in known.items()}
    with tempfile.TemporaryDirectory() as folder:
        try:
            clean = clean_copy(Path(folder))
            print(f"every check passes on the code as it is ({time.monotonic() - start:.0f} s)")
            for outcome in outcomes(mutants, clean, asked):
                found.append(outcome)
                print(line(outcome), flush=True)
            for disagreement in disagreements(of_claims, clean):
                claims.append(disagreement)
                print(claim_line(disagreement), flush=True)
        except UnfitError as error:
            return [f"unfit: {error}"]
    print(f"{time.monotonic() - start:.0f} s")
    problems = [
        *(f"survived: {o.mutant.name}: {o.mutant.says}" for o in found if o.survived),
        *(f"not as expected: {claim_line(d)}" for d in claims if not d.as_expected),
    ]
    if write and not problems:
        (ROOT / PAGE).write_text(_page(found, claims), encoding="utf-8")
    return problems


def line(outcome: Outcome) -> str:
    """What became of a mutant."""
    mutant = outcome.mutant
    caught = [
        check if said == "yes" else f"{check} ({said})"
        for check, said in outcome.caught.items()
        if said != "no"
    ]
    return f"{mutant.name}  {mutant.module}: {mutant.function}  {', '.join(caught) or 'SURVIVED'}"


def claim_line(found: Disagreement) -> str:
    """Which claims disagree with a mutant."""
    mutant = found.mutant
    claims = "course FAILED" if found.claims is None else ", ".join(found.claims) or "SURVIVED"
    return f"{mutant.name}  {mutant.module}: {mutant.function}  {claims}"


def _page(found: Sequence[Outcome], claims: Sequence[Disagreement]) -> str:
    """In the order of the tables."""
    places = {mutant.name: place for place, mutant in enumerate((*MUTANTS, *CLAIM_MUTANTS))}
    return page(
        sorted(found, key=lambda outcome: places[outcome.mutant.name]),
        sorted(claims, key=lambda disagreement: places[disagreement.mutant.name]),
    )


def _written() -> str:
    """The page as it is."""
    path = ROOT / PAGE
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
