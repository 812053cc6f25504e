"""Mistakes of the optimizers of first order, and of what goes on from step to step."""

from mutation.mutant import Edit, Mutant
from mutation.mutants.backward import call

OPTIMIZERS, STEPS = "core/optimizers.py", "core/steps.py"

SCALED = "(np.multiply, (gradient, clock.alpha, step)),"
MU = "number(settings.momentum, theta)"
DECAYED = f"(np.multiply, (velocity, {MU}, velocity)),"
GAINED = "(np.subtract, (velocity, step, velocity)),"
DESCENDED = "(np.subtract, (theta, step, theta)),"
AHEAD = "(np.multiply, (velocity, mu, step)),"
CLOCK = "clock.t[...], clock.alpha[...] = t, alpha"
RUN = "run(calls)"
FACTORS = "(_adam_factors, (clock, settings, rate, epsilon)),"
T = "t = int(clock.t)"
OF_MEAN = "of_mean = (1 - settings.beta1) / (1 - settings.beta1**t)"
OF_ROOT = "sqrt((1 - settings.beta2) / (1 - settings.beta2**t))"
SUMS = """(np.multiply, (total, number(settings.beta1, theta), total)),  # total ← β₁ total
        (np.add, (total, gradient, total)),  # total ← total + dθ
        (np.multiply, (squares, number(settings.beta2, theta), squares)),"""
LAST = "(np.subtract, (theta, scratch, theta)),"
PER_EPOCH = "steps_per_epoch(len(job.training), settings.batch_size)"


def _gd(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "gradient_descent", old, new)


def _momentum(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "momentum", old, new)


def _nesterov(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "nesterov", old, new)


def _adam(name: str, says: str, old: str, new: str, also: Edit | None = None) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "adam", old, new, also)


def _swapped(text: str) -> str:
    return text.replace("beta1", "beta0").replace("beta2", "beta1").replace("beta0", "beta2")


def _factors(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "_adam_factors", old, new)


def _steps(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, STEPS, "_descent", old, new)


def _memory(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "Optimizer.memory", old, new)


GRADIENT_DESCENT = (
    _gd(
        "O01",
        "gradient descent goes by the sign of the gradient",
        SCALED,
        call("np.multiply(np.sign(gradient), clock.alpha, step)"),
    ),
    _gd(
        "O02",
        "gradient descent multiplies the gradient itself by the learning rate",
        SCALED,
        "(np.multiply, (gradient, clock.alpha, gradient)), (np.copyto, (step, gradient)),",
    ),
    _gd(
        "O03",
        "the step before is left in the scratch vector, and taken once more",
        SCALED,
        call("np.add(step, clock.alpha * gradient, step)"),
    ),
    _gd(
        "O25",
        "the rate is that of the clock when the calls were made: 0",
        "clock.alpha",
        "clock.alpha.copy()",
    ),
)

VELOCITIES = (
    _momentum(
        "M46",
        "the sign of the momentum is wrong",
        DECAYED,
        DECAYED.replace(MU, f"-{MU}"),
    ),
    _momentum(
        "O04",
        "momentum is damped: the gradient counts 1 − μ times",
        SCALED,
        call("np.multiply(gradient, clock.alpha * (1 - settings.momentum), step)"),
    ),
    _momentum(
        "O05",
        "momentum is 0.9, whatever it should be",
        DECAYED,
        DECAYED.replace("settings.momentum", "0.9"),
    ),
    _momentum(
        "O06",
        "momentum takes its share of the new gradient too: μ (v − α dθ)",
        f"{DECAYED}\n        {SCALED}\n        {GAINED}",
        f"{SCALED}\n        {GAINED}\n        {DECAYED}",
    ),
    _nesterov(
        "O07",
        "Nesterov's momentum is the plain one",
        f"{DESCENDED}\n        {AHEAD}\n        (np.add, (theta, step, theta)),",
        "(np.add, (theta, velocity, theta)),",
    ),
    _nesterov(
        "O08",
        "Nesterov's look ahead is the whole velocity, not its share",
        AHEAD,
        "(np.copyto, (step, velocity)),",
    ),
    _nesterov(
        "O09",
        "Nesterov's step leaves out the gradient, which is in the velocity only",
        DESCENDED,
        "",
    ),
    _nesterov(
        "O10",
        "Nesterov's velocity is forgotten",
        "(np.multiply, (velocity, mu, velocity)),",
        "(velocity.fill, (0,)),",
    ),
)

ADAM = (
    _factors("O11", "Adam's averages are not corrected for their start at 0", T, "t = 10**9"),
    _factors("O12", "Adam's t never grows", T, "t = 1"),
    _steps("O13", "the steps are counted from 0", "strict=True), done + 1)", "strict=True), done)"),
    _steps(
        "O14",
        "the steps are counted anew in every epoch",
        CLOCK,
        CLOCK.replace("= t,", f"= (t - 1) % {PER_EPOCH} + 1,"),
    ),
    _adam(
        "O15",
        "Adam's second average is of sizes: the square is forgotten",
        "(np.multiply, (gradient, gradient, scratch)),",
        "(np.abs, (gradient, scratch)),",
    ),
    _adam(
        "O16",
        "Adam divides by V̂, not by its root",
        "(np.sqrt, (squares, scratch)),",
        "(np.copyto, (scratch, squares)),",
        also=Edit("_adam_factors", OF_ROOT, OF_ROOT.removeprefix("sqrt")),
    ),
    _adam(
        "O17",
        "β₁ and β₂ are swapped",
        SUMS,
        _swapped(SUMS),
        also=Edit(
            "_adam_factors",
            f"{OF_MEAN}\n    of_root = {OF_ROOT}",
            _swapped(f"{OF_MEAN}\n    of_root = {OF_ROOT}"),
        ),
    ),
    _factors(
        "O18",
        "ε is added to the root before the correction, not after it",
        "EPSILON / of_root",
        "EPSILON",
    ),
    _factors("O19", "Adam has no ε, and divides by 0", "EPSILON / of_root", "0"),
    _factors(
        "O20",
        "only the mean is corrected, not the mean square",
        OF_ROOT,
        "sqrt(1 - settings.beta2)",
    ),
    _factors(
        "O26",
        "Adam's factors are those of the first step",
        T,
        f"{T}\n    if t > 1:\n        return",
    ),
    _adam(
        "O27",
        "Adam's factors are worked out when the step is done, for the next",
        FACTORS,
        "",
        also=Edit("adam", LAST, f"{LAST}\n        {FACTORS}"),
    ),
    _adam(
        "O28",
        "Adam forgets the factor of its rate, and takes α itself",
        "(np.multiply, (scratch, rate, scratch)),",
        "(np.multiply, (scratch, clock.alpha, scratch)),",
    ),
    _adam(
        "O29",
        "Adam squares the sum of the gradients, not the gradient",
        "(np.multiply, (gradient, gradient, scratch)),",
        "(np.multiply, (total, total, scratch)),",
    ),
)

REMEMBERED = (
    _steps(
        "O21",
        "what an optimizer remembers is forgotten after every epoch",
        CLOCK,
        f"{CLOCK}\n"
        f"            if t % {PER_EPOCH} == 1 % {PER_EPOCH}:\n"
        "                [kept.fill(0) for kept in memory]",
    ),
    _steps(
        "O30",
        "the clock is set when the step is done, for the next",
        f"{CLOCK}\n            {RUN}",
        f"{RUN}\n            {CLOCK}",
    ),
    _steps(
        "O31",
        "the update has a gradient of its own, which nobody fills",
        "optimizer.step(theta.vector, gradient.vector,",
        "optimizer.step(theta.vector, gradient.vector.copy(),",
    ),
    _memory(
        "O22",
        "the vectors that are remembered are all one",
        "tuple(np.zeros_like(vector) for _ in (*self.remembers, 'scratch'))".replace("'", '"'),
        "(len(self.remembers) + 1) * (np.zeros_like(vector),)",
    ),
    _memory(
        "O23",
        "what is remembered of float32 is float64",
        "np.zeros_like(vector)",
        "np.zeros(vector.shape)",
    ),
    _memory(
        "O24",
        "what is remembered begins with the weights, not with 0",
        "np.zeros_like(vector)",
        "vector.copy()",
    ),
)

OPTIMIZER = (*GRADIENT_DESCENT, *VELOCITIES, *ADAM, *REMEMBERED)
