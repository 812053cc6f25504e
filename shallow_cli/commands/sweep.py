"""`shallow sweep`: a grid of configs, and restarts, in processes."""

import contextlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shallow_cli.commands.clusters import Cluster, hands
from shallow_cli.commands.options import Overrides
from shallow_cli.console.streams import discard_stdout, say
from shallow_cli.console.tables import number as number_text
from shallow_cli.console.words import counted
from shallow_cli.errors import DONE, NoVerdictError, Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.commands.interrupts import Interrupts
    from shallow_cli.config import Config
    from shallow_cli.fitting import Prepared
    from shallow_cli.sweep.plan import Sweep
    from shallow_cli.sweep.rows import Values

MOST_NAMED = 5  # trials that diverged


def sweep_cli(  # noqa: PLR0913, PLR0917 - an argument is an option here
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", readable=False, help="A YAML config; - is stdin.")
    ],
    varied: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=V1,V2,…]…", help="Config keys and their values.", show_default=False
        ),
    ] = None,
    overrides: Overrides = None,
    restarts: Annotated[
        int, typer.Option(metavar="N", min=1, help="Train each with N seeds, from seed on.")
    ] = 1,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Processes at a time; one a core without it."),
    ] = None,
    cluster: Cluster = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="TABLE",
            help="A CSV of all trials; interrupted, it goes on from there.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="MODEL", help="Write the best model there."),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors.")
    ] = False,
) -> None:
    """Train every combination of some values, and compare.

    A line on stdout for each combination; with --restarts the best, the median and the spread
    (largest less smallest) of its trials. Best is the lowest validation loss or, without
    validation rows, the lowest loss; where the grid changes what a loss is (data, class weights,
    l2), the best accuracy or R². A restart has another seed and so, with data.validation, other
    validation rows. Each trial is what `shallow train --set …` gives, to the byte.

    \b
    Example:
      shallow sweep config.yaml hidden_units=2,4,8 l2=0,0.01 --out trials.csv
      shallow sweep config.yaml --restarts 20 -o best.npz
    """
    from shallow_cli.files.config_file import config_source
    from shallow_cli.sweep.plan import Source, planned, read_grid

    source = Source(*config_source(config), tuple(overrides or ()))
    plan = planned(source, read_grid(varied or ()), restarts)
    code = sweep(plan, Wish(jobs, table, output, quiet, cluster))
    if code != DONE:
        raise typer.Exit(code)


@dataclass(frozen=True)
class Wish:
    """How to run a sweep, and what is to come of it."""

    jobs: int | None = None
    table: Path | None = None
    output: Path | None = None
    quiet: bool = False
    cluster: str | None = None

    def tell(self, line: str) -> None:
        """One line on stderr, unless nothing is wanted there."""
        if not self.quiet:
            say(line)


def sweep(plan: "Sweep", wish: Wish) -> int:
    """Run the trials, print a line a point, write table and model; returns the exit code.

    Raises:
        ConfigError: if a config asks for what the data cannot give.
        DataError: if the data cannot be read, or the table not be written.
        ModelFileError: if the model cannot be written.
        NoVerdictError: if a process was killed, every trial ran away, or none is the best.
        UsageError: if the table or the model is something else.
    """
    from shallow_cli.commands.interrupts import Interrupts
    from shallow_cli.files.trial_table import TrialTable
    from shallow_cli.sweep.rows import columns_of, description, from_rows, to_row

    require_places(wish)
    prepared = all_data(plan)
    columns = columns_of(prepared[0], plan)
    table = TrialTable(wish.table, columns) if wish.table else None
    there = table.opened(description(prepared, plan)) if table else []
    results = from_rows(plan, there, str(wish.table))
    if plan.restarts > 1 and all(each.job.validation for each in prepared):
        wish.tell("losses and scores are those of the validation rows")
    with Interrupts() as interrupted:
        trials = run_and_show(plan, results, columns, wish, interrupted)
        with contextlib.closing(trials):
            for number in trials:
                if table:
                    table.add(to_row(plan, number, results[number]))
        failure = None if interrupted() else conclude(plan, results, wish, interrupted)
        if interrupted():
            wish.tell(f"interrupted: {_so_far(plan, results)} {_left(wish)}")
            return interrupted.exit_code
        if table:
            table.finish([to_row(plan, number, results[number]) for number in sorted(results)])
            wish.tell(f"wrote {wish.table}: {counted(len(results), 'trial')}")
    if failure:
        raise failure
    return DONE


def require_places(wish: Wish) -> None:
    """Refuse outputs that cannot be, before the work is done.

    Raises:
        ModelFileError: if the model cannot be written.
        UsageError: if there is another file in its place, or the table is to be there as well.
    """
    from shallow_cli.files.model_file import require_replaceable
    from shallow_cli.files.trial_table import state_of

    if str(wish.table) == "-" or str(wish.output) == "-":
        raise UsageError(Problem("-: stdout has a line for each combination; name a file"))
    if wish.output and wish.table:
        table = wish.table.resolve()
        if wish.output.resolve() in {table, state_of(table)}:
            raise UsageError(Problem("cannot be the table and the model", str(wish.output)))
    if wish.output:
        require_replaceable(wish.output)


def all_data(plan: "Sweep") -> "list[Prepared]":
    """What is trained on: of each combination of data the first, so that all its problems show.

    Raises:
        ConfigError: if a config asks for what the data cannot give.
        DataError: if data cannot be read.
    """
    from shallow_cli.fitting import prepare, require_files

    first = {repr(trial.config.data): trial.config for trial in reversed(plan.trials)}
    for config in first.values():
        require_files(config, "every trial reads it")
    return [prepare(config) for config in reversed(first.values())]


def run_and_show(
    plan: "Sweep",
    results: "dict[int, Values]",
    columns: Sequence[str],
    wish: Wish,
    interrupted: "Interrupts",
) -> Generator[int, None, None]:
    """The number of each trial when its result is there; a line for each point that is whole."""
    from shallow_cli.commands.interrupts import is_closed_terminal
    from shallow_cli.console.progress import ProgressBar
    from shallow_cli.console.sweep_table import point_printer
    from shallow_cli.sweep.running import run

    pending = [number for number in range(len(plan.trials)) if number not in results]
    if results:
        wish.tell(f"{_so_far(plan, results)} are in {wish.table} already")
    show = point_printer(plan, columns)

    def show_whole(point: int) -> int:
        """Those from a point on whose trials have all ended; the first that is not."""
        with bar.hidden():
            while (trials := plan.point(point)) and all(number in results for number in trials):
                try:
                    show(plan.trials[trials[0]].values, [results[number] for number in trials])
                except OSError as error:
                    if not is_closed_terminal(error):
                        raise
                    interrupted.by_lost_output(error)
                    discard_stdout()
                point += 1
        bar.update(len(results), len(plan.trials), "trials")
        return point

    with (
        contextlib.closing(ProgressBar(wanted=not wish.quiet)) as bar,
        hands(wish.cluster, wish.jobs, len(pending)) as found,
        contextlib.closing(run(plan, pending, found, interrupted)) as ended,
    ):
        wish.tell(f"{counted(len(pending), 'trial')}, {found.at_once} at a time")
        point = show_whole(0)
        for number, values in ended:
            results[number] = values
            yield number
            point = show_whole(point)


def _so_far(plan: "Sweep", results: "dict[int, Values]") -> str:
    return f"{len(results)} of {counted(len(plan.trials), 'trial')}"


def _left(wish: Wish) -> str:
    if wish.table:
        return f"are in {wish.table}; the same command goes on from there"
    return "had ended; --out would have kept them"


def conclude(
    plan: "Sweep", results: "dict[int, Values]", wish: Wish, interrupted: Callable[[], bool]
) -> NoVerdictError | None:
    """Tell which trial was the best, and write its model; or why there is none.

    Raises:
        ModelFileError: if the model cannot be written.
    """
    from shallow_cli.sweep.rows import LOSSES, best, ranked_by

    away = [number for number, values in sorted(results.items()) if "loss" not in values]
    if len(away) == len(results):
        return NoVerdictError(Problem("every trial diverged; try a smaller learning_rate"))
    tell_diverged(plan, away, wish)
    measure = ranked_by(plan, results)
    if measure is None:
        text = "no trial is the best: their losses are of different things, and no score is of all"
        if wish.output:
            return NoVerdictError(Problem(f"{text}; no model was written"))
        wish.tell(text)
        return None
    number = best(results, measure)
    names = " ".join(f"{key}={value}" for key, value in plan.named(number).items())
    measures = results[number].items()
    said = ", ".join(f"{name} {number_text(v)}" for name, v in measures if name != "epoch")
    wish.tell(f"best{'' if measure in LOSSES else f' by {measure}'}: {names}: {said}")
    if wish.output:
        write_model(plan.trials[number].config, wish.output, wish, interrupted)
    return None


def tell_diverged(plan: "Sweep", away: Sequence[int], wish: Wish) -> None:
    """How many trials ran away, and which are the first of them."""
    if away:
        named = [
            " ".join(f"{key}={value}" for key, value in plan.named(number).items())
            for number in away[:MOST_NAMED]
        ]
        more = ", …" if len(away) > MOST_NAMED else ""
        wish.tell(f"warning: {counted(len(away), 'trial')} diverged: {', '.join(named)}{more}")


def write_model(
    config: "Config", output: Path, wish: Wish, interrupted: Callable[[], bool]
) -> None:
    """Train the best once more, for its model; the same config gives the same bytes.

    Nothing is written where it is interrupted: that would be another model.
    """
    from shallow_cli.console.training_notes import ending
    from shallow_cli.core.training import train
    from shallow_cli.files.model_file import save_model
    from shallow_cli.fitting import prepare, trained_model

    prepared = prepare(config, output.absolute().parent)
    events = list(train(prepared.job, prepared.theta, interrupted))
    if interrupted():
        return
    model = trained_model(prepared, events)
    save_model(model, output)
    for line in ending(model, output):
        wish.tell(line)
