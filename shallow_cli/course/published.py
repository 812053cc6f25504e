"""Figures that the lecture's course has printed; nothing here is computed.

"Planar data classification with one hidden layer", the third week's exercise of the course
"Neural Networks and Deep Learning": the flower, 4 tanh units, α = 1.2, W ~ 0.01 · N(0, 1), seeds
1 for the data and 2 for the weights.
"""

from __future__ import annotations

# The cost after so many steps. From 7,500 on it jumps, and rounding decides where to: published
# notebooks differ from each other in the fourth decimal.
COSTS = {
    0: 0.693048,
    1000: 0.288083,
    2000: 0.254385,
    3000: 0.233864,
    4000: 0.226792,
    5000: 0.222644,
    6000: 0.219731,
    7000: 0.217504,
}
# The accuracy in percent after 5,000 steps, by hidden units.
ACCURACIES = {1: 67.5, 2: 67.25, 3: 90.75, 4: 90.5, 5: 91.25}
# Sums over more units have more rounding errors, which grow in 5,000 steps.
WIDE_ACCURACIES = {20: 90.5, 50: 90.5}
LOGISTIC_REGRESSION = 47.0  # its accuracy in percent on the flower
