"""The mutants, by theme: M01 to M62 are common mistakes, the others those of this project's parts.

A: the Python API. D: clusters. F: files. L: L-BFGS. O: optimizers of first order. P: passes,
tables, measures. R: resuming. S: schedules. T: threads, blocks and batches. V: views of a training
and of a model. X: exported models. M38 to M40, of class weights, are those of the weights of rows
here: P31, P33 and P63.
"""

from mutation.mutants.api import CALLS
from mutation.mutants.backward import BACKWARD
from mutation.mutants.checkpoints import CHECKPOINTS
from mutation.mutants.cluster import CLUSTER
from mutation.mutants.exports import EXPORTS
from mutation.mutants.files import FILES
from mutation.mutants.lbfgs import QUASI_NEWTON
from mutation.mutants.losses import LOSSES
from mutation.mutants.optimizers import OPTIMIZER
from mutation.mutants.pictures import VIEWS
from mutation.mutants.resuming import RESUMING
from mutation.mutants.schedules import SCHEDULE
from mutation.mutants.shards import SHARDS
from mutation.mutants.tables import TABLES
from mutation.mutants.tallies import TALLY
from mutation.mutants.threads import THREADS
from mutation.mutants.training import TRAINING
from mutation.mutants.weights import MADE, WEIGHTS

MUTANTS = sorted(
    (
        *(*BACKWARD, *LOSSES, *SHARDS, *WEIGHTS, *MADE, *TRAINING, *TABLES, *TALLY),
        *(*OPTIMIZER, *SCHEDULE, *QUASI_NEWTON, *THREADS, *RESUMING, *FILES, *CHECKPOINTS, *VIEWS),
        *(*CLUSTER, *CALLS, *EXPORTS),
    ),
    key=lambda mutant: mutant.name,
)
