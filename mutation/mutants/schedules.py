"""Mistakes of the learning rate of an epoch."""

from mutation.mutant import Mutant

FACTOR = "settings.learning_rate * factor(epoch, settings)"
STEP = "settings.decay ** (epoch // settings.decay_every)"
SHARE = "settings.decay * epoch / settings.decay_every"
ANGLE = "cos(pi * epoch / settings.epochs)"


def _schedule(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, "core/schedules.py", function, old, new)


def _rates(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, "core/steps.py", "learning_rates", old, new)


SCHEDULE = (
    _rates(
        "M47",
        "the learning rate decays one epoch early",
        FACTOR,
        FACTOR.replace("epoch,", "epoch + 1,"),
    ),
    _rates(
        "S01",
        "the learning rate decays one epoch late",
        FACTOR,
        FACTOR.replace("epoch,", "max(epoch - 1, 0),"),
    ),
    _rates(
        "S02",
        "the learning rate decays by steps, not by epochs",
        "per_epoch - max(0, done - epoch * per_epoch)",
        "1",
    ),
    _rates(
        "S03",
        "the learning rate of a short batch is that of the next epoch",
        "repeat(rate, per_epoch",
        "repeat(rate, max(1, len(job.training) // (settings.batch_size or len(job.training)))",
    ),
    _rates("S04", "the schedule is forgotten", FACTOR, "settings.learning_rate"),
    _schedule(
        "S05",
        "a constant rate falls as the step does",
        "constant",
        "1.0",
        "step(_epoch, _settings)",
    ),
    _schedule("S06", "a constant rate is halved", "constant", "1.0", "0.5"),
    _schedule(
        "S07",
        "a constant rate is 0 after the last epoch but one",
        "constant",
        "return 1.0",
        "return float(_epoch < _settings.epochs - 1)",
    ),
    _schedule(
        "S08",
        "the step comes every epoch, whatever decay_every",
        "step",
        STEP,
        "settings.decay ** epoch",
    ),
    _schedule(
        "S09",
        "the step is no step: it falls within decay_every too",
        "step",
        STEP,
        STEP.replace("//", "/"),
    ),
    _schedule(
        "S10",
        "there is one step, and no second",
        "step",
        STEP,
        "settings.decay ** min(epoch // settings.decay_every, 1)",
    ),
    _schedule(
        "S11",
        "inverse decay forgets decay_every",
        "inverse",
        SHARE,
        "settings.decay * epoch",
    ),
    _schedule(
        "S12",
        "inverse decay goes by stairs",
        "inverse",
        SHARE,
        "settings.decay * (epoch // settings.decay_every)",
    ),
    _schedule(
        "S13",
        "inverse decay is exponential",
        "inverse",
        f"1 / (1 + {SHARE})",
        "settings.decay ** (epoch / settings.decay_every)",
    ),
    _schedule(
        "S14",
        "cosine ends half way down",
        "cosine",
        ANGLE,
        ANGLE.replace("pi", "pi / 2"),
    ),
    _schedule(
        "S15",
        "cosine is at 0 one epoch early",
        "cosine",
        ANGLE,
        ANGLE.replace("settings.epochs", "max(1, settings.epochs - 1)"),
    ),
    _schedule(
        "S16", "cosine begins with 2", "cosine", f"return (1 + {ANGLE}) / 2", f"return 1 + {ANGLE}"
    ),
    _schedule("S17", "cosine rises from 0", "cosine", f"1 + {ANGLE}", f"1 - {ANGLE}"),
)
