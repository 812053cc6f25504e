"""Why a training went as it did: what is wrong in plain words, with its figure and a remedy.

Silent where all is well. The rules look at the logged rows, at the first and the kept weights,
and at some of the training rows; none of them changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from shallow_cli.core.events import Reason
from shallow_cli.diagnosis.fits import CONSEQUENCES, FITS
from shallow_cli.diagnosis.steps import DIVERGED, SCALES, STEPS
from shallow_cli.diagnosis.training import Rules, Training
from shallow_cli.model import Diagnosis

FEWEST_EPOCHS = 10  # after which a training can be told to go wrong


def why_diverged(past: Training) -> tuple[Diagnosis, ...]:
    """What a training may have diverged for, beside its learning rate."""
    return tuple(_found(past, DIVERGED))


def diagnoses(past: Training) -> tuple[Diagnosis, ...]:
    """Everything that is wrong with a training that has not diverged.

    Nothing is said of a trial run, nor where the inputs do not vary, which whoever reads them
    tells. Scales are no fault where all goes well; where something does not, they come first.
    """
    trial = past.end.last_epoch < FEWEST_EPOCHS and past.end.reason is not Reason.CONVERGED
    if trial or not past.inputs_vary:
        return ()
    with np.errstate(all="ignore"):
        fits = tuple(_found(past, FITS))
        steps = tuple(islice(_found(past, STEPS), 1))
        wrong = steps or (() if fits else tuple(islice(_found(past, CONSEQUENCES), 1)))
        scales = tuple(_found(past, SCALES)) if wrong else ()
        return (*fits, *(scales or wrong))


def _found(past: Training, rules: Rules) -> Iterator[Diagnosis]:
    for name, rule in rules.items():
        finding = rule(past)
        if finding:
            says, settings = finding
            helpful = [setting for setting in settings if not past.has(setting)]
            yield Diagnosis(name, says, ", or ".join(helpful))
