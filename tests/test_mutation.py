"""The mutants still apply, and what is wrong with one is said; `python -m mutation` runs them."""

import re
from pathlib import Path

import pytest

from mutation.__main__ import broken, claim_line, line
from mutation.checks import CHECKS
from mutation.claims import Disagreement, disagreeing
from mutation.inside import ANOTHER_COPY, CRASHED, Task, main, rounds, run
from mutation.mutant import BrokenError, ClaimMutant, Edit, Mutant, mutated
from mutation.mutants import MUTANTS
from mutation.mutants.claims import CLAIM_MUTANTS
from mutation.page import PAGE, beginning, recorded
from mutation.run import Outcome
from shallow_cli.course.claims import CLAIMS

from .conftest import ROOT, write

SOURCE = '''class Counter:
    def up(self, by):
        """Count up."""
        return self.n + by


def down(n):
    return n - 1
'''


def mutant(function: str, old: str, new: str, also: Edit | None = None) -> Mutant:
    return Mutant("P00", "a mistake", "core/counter.py", function, old, new, also)


@pytest.mark.parametrize("subject", [*MUTANTS, *CLAIM_MUTANTS], ids=lambda subject: subject.name)
def test_every_mutant_still_applies(subject: Mutant) -> None:
    assert not broken([subject])


def test_names_and_meanings_are_unique() -> None:
    assert len({m.name for m in MUTANTS}) == len({m.says for m in MUTANTS}) == len(MUTANTS)
    assert all(re.fullmatch(r"[ADFLMOPRSTVX]\d\d", m.name) for m in MUTANTS)
    assert not any("|" in m.says for m in MUTANTS)  # it would part the cells of the page


def test_each_claim_of_the_course_has_a_mutant() -> None:
    names = [claim.name for claim in CLAIMS]
    assert {mutant.name for mutant in CLAIM_MUTANTS} == set(names)
    assert {name for mutant in CLAIM_MUTANTS for name in mutant.follow} <= set(names)
    assert len({m.says for m in CLAIM_MUTANTS} - {m.says for m in MUTANTS}) == len(names)


def test_only_the_named_function_is_edited() -> None:
    found = mutated(mutant("Counter.up", "+ by", "- by"), SOURCE)
    assert found == SOURCE.replace("+ by", "- by")
    assert mutated(mutant("down", "n - 1", "n"), SOURCE) == SOURCE.replace("n - 1", "n")


def test_one_mistake_may_be_in_two_functions() -> None:
    found = mutated(mutant("down", "n - 1", "n - 2", Edit("Counter.up", "by\n", "2\n")), SOURCE)
    assert "n - 2" in found
    assert "self.n + 2" in found


@pytest.mark.parametrize(
    ("function", "old", "new", "says"),
    [
        ("down", "n + 1", "n", "down has no longer 'n + 1'"),
        ("Counter.up", "by", "2", "Counter.up has 2 times 'by'"),
        ("Counter.down", "n", "m", "no function Counter.down in shallow_cli/core/counter.py"),
        ("down", "n - 1", "(n - 1)  # the same", "the edit of down changes nothing"),
        ("down", "n - 1", "n -", "the edited module is no Python: invalid syntax"),
    ],
)
def test_an_edit_that_is_none_is_reported(function: str, old: str, new: str, says: str) -> None:
    with pytest.raises(BrokenError) as caught:
        mutated(mutant(function, old, new), SOURCE)
    assert str(caught.value) == f"P00: {says}"


def test_a_module_that_is_gone_is_reported() -> None:
    [said] = broken([mutant("down", "n", "m")])
    assert said.startswith("broken: ")
    assert "counter.py" in said


def test_the_page_has_every_mutant_and_each_is_caught() -> None:
    """If not: `python -m mutation --write`; whether the rest is so, only a whole run can say."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if re.match(r"\| [ADFLMOPRSTVX]\d\d ", row)]
    assert len(rows) == len(MUTANTS)
    for row, subject in zip(rows, MUTANTS, strict=True):
        assert row.startswith(beginning(subject))
        answers = row.removeprefix(beginning(subject)).split("|")[:-1]
        assert len(answers) == len(CHECKS)
        assert {answer.strip() for answer in answers} & {"yes", "no end"}


def test_who_caught_a_mutant_is_read_from_its_row() -> None:
    subject, other = mutant("down", "n", "m"), mutant("up", "n", "m")
    row = f"{beginning(subject)} no verdict |  | yes |\n"
    assert recorded(f"a\n{row}b\n", [subject]) == {"P00": ("gradcheck", "promises")}
    assert recorded(f"{row}{row}", [subject]) == recorded(row, [other]) == {"P00": ()}


def test_the_page_has_the_mutant_of_every_claim() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    for subject in CLAIM_MUTANTS:
        others = ", ".join(claim.name for claim in CLAIMS if claim.name in subject.follow)
        assert f"{beginning(subject)} {others} |\n" in text


@pytest.mark.parametrize(
    ("said", "ending"),
    [("yes", "down  gradcheck"), ("no end", "down  gradcheck (no end)"), ("no", "down  SURVIVED")],
)
def test_what_became_of_a_mutant_is_a_line(said: str, ending: str) -> None:
    outcome = Outcome(mutant("down", "n", "m"), {"gradcheck": said, "promises": "no"})
    assert line(outcome).endswith(ending)
    assert outcome.survived is (said == "no")


@pytest.mark.parametrize(
    ("claims", "as_expected", "ending"),
    [
        (("loop", "costs"), True, "down  loop, costs"),
        (("loop",), False, "down  loop"),
        (("loop", "costs", "dead"), False, "down  loop, costs, dead"),
        ((), False, "down  SURVIVED"),
        (None, False, "down  course FAILED"),
    ],
)
def test_a_claim_must_disagree_and_what_follows_and_no_other(
    claims: tuple[str, ...] | None, as_expected: bool, ending: str
) -> None:
    mutant = ClaimMutant("loop", "a", "core/counter.py", "down", "n", "m", follow=("costs",))
    found = Disagreement(mutant, claims)
    assert found.as_expected is as_expected
    assert claim_line(found).endswith(ending)


def test_the_claims_that_disagree_are_read_from_what_the_course_prints() -> None:
    answers = '[{"name": "loop", "agrees": true}, {"name": "dead", "agrees": false}]'
    assert disagreeing(answers) == ("dead",)


def test_the_tests_of_a_module_come_first() -> None:
    """With the same options; what is left out there is left out here."""
    [promises] = [check for check in CHECKS if check.name == "promises"]
    for module, tests in {
        "core/workers.py": ["tests/core/test_floating_point.py", "tests/core/test_threads.py"],
        "core/network.py": ["tests/core/test_network.py"],
        "core/events.py": [],
    }.items():
        words = promises.likely(module)
        assert [word for word in words if word.startswith("tests/")] == tests
        options = [word for word in promises.words if not word.startswith("tests/")]
        assert [word for word in words if word not in tests] == (options if tests else [])
    others = {w for w in promises.words if w.startswith("tests/") and "tests/core/" not in w}
    assert {w for w in promises.likely("tables/plan.py") if w.startswith("tests/")} == others


def test_every_test_of_a_check_is_there() -> None:
    for word in (word for check in CHECKS for word in check.words):
        path, _, test = word.removeprefix("--deselect=").partition("::")
        if path.startswith("tests/"):
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8") or not test


def test_rounds_are_parted() -> None:
    assert rounds(["a", "--then", "b", "c"]) == [["a"], ["b", "c"]]
    assert rounds([]) == [[]]


@pytest.mark.parametrize(
    ("does", "code"),
    [("return 0", 0), ("return 4", 4), ("raise OSError", CRASHED), ("while True: pass", None)],
)
def test_a_check_has_its_own_exit_code_or_none(
    does: str, code: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own, which has the package of its folder."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # as it is left behind
    (tmp_path / "shallow_cli").mkdir()
    write(tmp_path / "shallow_cli/__init__.py", "")
    write(tmp_path / "shallow_cli/cli.py", f"def run(words):\n    assert words\n    {does}\n")
    task = Task(tmp_path, tmp_path / "a.log", "shallow", ("gradcheck",), compiled=False)
    assert run(task, 20 if code is not None else 0.5) == code


def test_a_check_of_another_copy_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package that this process has loaded is not that of the folder."""
    monkeypatch.chdir(tmp_path)
    assert main("shallow", ["--version"]) == ANOTHER_COPY
