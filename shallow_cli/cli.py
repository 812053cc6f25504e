"""The command `shallow`: joins the commands, and is the only place that exits."""

import errno
import io
import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from shallow_cli import __version__, errors
from shallow_cli.commands.course import course_cli
from shallow_cli.commands.evaluate import evaluate_cli
from shallow_cli.commands.export import export_cli
from shallow_cli.commands.generate import generate_cli
from shallow_cli.commands.gradcheck import gradcheck_cli
from shallow_cli.commands.init import init_cli
from shallow_cli.commands.inspect import inspect_cli
from shallow_cli.commands.options import EXIT_CODES
from shallow_cli.commands.plot import plot_cli
from shallow_cli.commands.predict import predict_cli
from shallow_cli.commands.sweep import sweep_cli
from shallow_cli.commands.trace import trace_cli
from shallow_cli.commands.train import train_cli
from shallow_cli.console.streams import discard_stdout, say, write

# One thread each for the matrix libraries: sums are then the same on any number of cores.
BLAS_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)

FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)  # whose writing names no file
LESS = "fewer hidden_units, rows or columns, a smaller batch_size, or threads: 1 need less"

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        write(f"shallow {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def shallow(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Train two-layer neural networks: a YAML config in, a loss table and a model file out.

    \b
    Example:
      shallow init data.csv > config.yaml
      shallow train config.yaml
      shallow predict model.npz new.csv > predictions.csv
    """
    if context.invoked_subcommand is None:
        write(context.get_help())


COMMANDS: dict[str, Callable[..., None]] = {
    "train": train_cli,
    "predict": predict_cli,
    "evaluate": evaluate_cli,
    "gradcheck": gradcheck_cli,
    "trace": trace_cli,
    "sweep": sweep_cli,
    "course": course_cli,
    "generate": generate_cli,
    "init": init_cli,
    "inspect": inspect_cli,
    "plot": plot_cli,
    "export": export_cli,
}
for name, command in COMMANDS.items():
    app.command(name, epilog=EXIT_CODES)(command)


def main() -> None:
    """Run the command line and exit."""
    import signal
    import warnings

    _open_closed_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # `nohup` is a wish
            signal.signal(number, _terminate)
    # Overflow is found where it matters, by looking at the numbers; NumPy need not tell as well.
    warnings.simplefilter("ignore", RuntimeWarning)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def _open_closed_streams() -> None:
    """Where 0, 1 or 2 is closed, the next file would get its number, and our text in it."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
            setattr(sys, name, os.fdopen(number, mode))


def _terminate(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; problems are told on stderr."""
    os.environ.update(dict.fromkeys(BLAS_THREADS, "1"))
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except errors.ShallowError as error:
        for problem in error.problems:
            say(str(problem))
        return error.exit_code
    except BrokenPipeError:
        discard_stdout()
        return errors.CLOSED_PIPE
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _unforeseen(error)
    return code


def _unforeseen(error: Exception) -> int:
    """The exit code for what no command has foreseen, which is told in one line."""
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        say(f"shallow: not enough memory: {str(error) or 'none is left'}; {LESS}")
        return errors.UsageError.exit_code
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        say(f"shallow: {error}; --set threads=1 needs none")
        return errors.UsageError.exit_code
    if isinstance(error, OSError):
        said = "standard output: cannot be written" if number in FULL else "shallow"
        named = f" ({error.filename})" if error.filename else ""
        say(f"{said}: {error.strerror or error}{named}")
        return errors.DataError.exit_code
    return _bug(error)


def _invoke(arguments: list[str]) -> int:
    try:
        app(arguments, prog_name="shallow")
    except SystemExit as exit_:
        if isinstance(exit_.__context__, BrokenPipeError):
            raise exit_.__context__ from None
        return exit_.code if isinstance(exit_.code, int) else errors.DONE
    return errors.DONE


def _bug(error: Exception) -> int:
    if os.environ.get("SHALLOW_DEBUG"):
        import traceback

        traceback.print_exception(error)
    say(
        f"shallow: a bug in shallow {__version__}: {type(error).__name__}: {error}; please report "
        "it with the command and its files (SHALLOW_DEBUG=1 shows where it happened)"
    )
    return errors.BUG
