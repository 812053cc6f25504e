"""The mutants, by theme: M01 to M62 are common mistakes, P01 and on those of this project's parts.

The numbers that are missing belong to features that the project does not have: class weights
(M38 to M40), momentum (M46) and a learning rate that decays (M47).
"""

from mutation.mutants.backward import BACKWARD
from mutation.mutants.losses import LOSSES
from mutation.mutants.shards import SHARDS
from mutation.mutants.tables import TABLES
from mutation.mutants.tallies import TALLY
from mutation.mutants.training import TRAINING
from mutation.mutants.weights import MADE, WEIGHTS

MUTANTS = sorted(
    (*BACKWARD, *LOSSES, *SHARDS, *WEIGHTS, *MADE, *TRAINING, *TABLES, *TALLY),
    key=lambda mutant: mutant.name,
)
