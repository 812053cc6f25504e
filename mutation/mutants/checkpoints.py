"""Mistakes in keeping checkpoints, in going on from them, and in what a stop leaves."""

from mutation.mutant import Mutant

ARCHIVE, CHECKPOINT, RESUMING = "files/archive.py", "files/checkpoint_file.py", "resuming.py"
RUN, INTERRUPTS = "commands/training_run.py", "commands/interrupts.py"

GOING_ON = (
    Mutant(
        "F40",
        "a checkpoint has no velocity, nor anything else of its optimizer",
        CHECKPOINT,
        "save_checkpoint",
        ", **state.remembered}",
        "}",
    ),
    Mutant(
        "F41",
        "a checkpoint has the last weights for the best",
        CHECKPOINT,
        "save_checkpoint",
        '"best": state.best.vector',
        '"best": state.vector',
    ),
    Mutant(
        "F42",
        "of L-BFGS there may be more pairs than it remembers",
        CHECKPOINT,
        "_held",
        "pairs > REMEMBERED",
        "pairs < 0",
    ),
    Mutant(
        "F49",
        "of L-BFGS there may be more steps than changes",
        CHECKPOINT,
        "_read",
        "len({len(held[name]) for name in names if name in PAIRS}) > 1",
        "False",
    ),
    Mutant(
        "F43",
        "a header may have numbers beyond all bounds",
        ARCHIVE,
        "_header",
        ", parse_float=_number",
        "",
    ),
    Mutant(
        "F44",
        "a training goes on with other data",
        RESUMING,
        "_require_same",
        "*_differences(_data(there.sources), _data(prepared.data.sources)),\n",
        "\n",
    ),
    Mutant(
        "F45",
        "a training goes on with another config",
        RESUMING,
        "_require_same",
        "*_differences(_plain(there.config), _plain(deciding_keys(prepared.config))),\n",
        "\n",
    ),
    Mutant(
        "F46",
        "a training goes on with other versions",
        RESUMING,
        "_require_same",
        "*_differences(_versions(there.made_with), _versions(made_with())),\n",
        "\n",
    ),
    Mutant(
        "F47",
        "a finished training leaves its checkpoint",
        RUN,
        "trained",
        "    if not unfinished:\n        _forget(run)",
        "    pass",
    ),
    Mutant(
        "F48",
        "an interrupted training leaves no checkpoint",
        RESUMING,
        "_Keeper.see",
        "event.reason is Reason.INTERRUPTED",
        "False",
    ),
)

LOSING = (
    Mutant(
        "F50",
        "a terminal that is closed ends a training as a full disk does",
        INTERRUPTS,
        "is_closed_terminal",
        "error.errno == errno.EIO",
        "False",
    ),
    Mutant(
        "F51",
        "a signal after a lost terminal is taken for the second one",
        INTERRUPTS,
        "Interrupts._remember",
        "self._received is not None",
        "self._code",
    ),
    Mutant(
        "F52",
        "where stdout is full, the model of a part of the training takes the place of the old one",
        RUN,
        "trained",
        "{CLOSED_PIPE, DataError.exit_code}",
        "{CLOSED_PIPE}",
    ),
    Mutant(
        "F53",
        "a training that runs away takes the checkpoint of another one",
        RUN,
        "trained",
        "if run.can_go_on:",
        "if True:",
    ),
    Mutant(
        "F54",
        "a training goes on from more steps than it has",
        RESUMING,
        "_require_fitting",
        "state.steps <= job.settings.epochs * per_epoch",
        "epoch <= job.settings.epochs",
    ),
    Mutant(
        "F55",
        "a training goes on from rows of other measures",
        RESUMING,
        "_require_fitting",
        "tuple(state.row.values()) == names_measured(job, prepared.theta)",
        "True",
    ),
)

CHECKPOINTS = (*GOING_ON, *LOSING)
