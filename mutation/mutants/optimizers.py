"""Mistakes of the optimizers of first order, and of what goes on from step to step."""

from mutation.mutant import Edit, Mutant

OPTIMIZERS, STEPS = "core/optimizers.py", "core/steps.py"

SCALED = "np.multiply(gradient, alpha, out=step)"
DECAYED = "np.multiply(velocity, settings.momentum, out=velocity)"
GAINED = "np.subtract(velocity, step, out=velocity)"
AHEAD = "np.multiply(velocity, settings.momentum, out=step)"
BETAS = "beta1, beta2 = settings.beta1, settings.beta2"
FILL = "objective_gradient(network, theta, batch, settings.l2, gradient, pool)"
PER_EPOCH = "steps_per_epoch(len(job.training), settings.batch_size)"


def _gd(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "gradient_descent", old, new)


def _momentum(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "momentum", old, new)


def _nesterov(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "nesterov", old, new)


def _adam(name: str, says: str, old: str, new: str, also: Edit | None = None) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "adam", old, new, also)


def _steps(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, STEPS, "_descent", old, new)


def _memory(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, OPTIMIZERS, "Optimizer.memory", old, new)


GRADIENT_DESCENT = (
    _gd(
        "O01",
        "gradient descent goes by the sign of the gradient",
        SCALED,
        "np.multiply(np.sign(gradient), alpha, out=step)",
    ),
    _gd(
        "O02",
        "gradient descent multiplies the gradient itself by the learning rate",
        SCALED,
        "np.multiply(gradient, alpha, out=gradient); np.copyto(step, gradient)",
    ),
    _gd(
        "O03",
        "the step before is left in the scratch vector, and taken once more",
        SCALED,
        "np.add(step, alpha * gradient, out=step)",
    ),
)

VELOCITIES = (
    _momentum(
        "M46",
        "the sign of the momentum is wrong",
        DECAYED,
        DECAYED.replace("settings.momentum", "-settings.momentum"),
    ),
    _momentum(
        "O04",
        "momentum is damped: the gradient counts 1 − μ times",
        SCALED,
        SCALED.replace("alpha", "alpha * (1 - settings.momentum)"),
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
        f"{DECAYED}\n    {SCALED}\n    {GAINED}",
        f"{SCALED}\n    {GAINED}\n    {DECAYED}",
    ),
    _nesterov(
        "O07",
        "Nesterov's momentum is the plain one",
        f"np.subtract(theta, step, out=theta)\n    {AHEAD}\n    np.add(theta, step, out=theta)",
        "np.add(theta, velocity, out=theta)",
    ),
    _nesterov(
        "O08",
        "Nesterov's look ahead is the whole velocity, not its share",
        AHEAD,
        AHEAD.replace("settings.momentum", "1"),
    ),
    _nesterov(
        "O09",
        "Nesterov's step leaves out the gradient, which is in the velocity only",
        "np.subtract(theta, step, out=theta)",
        "pass",
    ),
    _nesterov(
        "O10",
        "Nesterov's velocity is forgotten",
        DECAYED,
        DECAYED.replace("settings.momentum", "0"),
    ),
)

ADAM = (
    _adam(
        "O11",
        "Adam's averages are not corrected for their start at 0",
        BETAS,
        f"{BETAS}; t = 10**9",
    ),
    _adam("O12", "Adam's t never grows", BETAS, f"{BETAS}; t = 1"),
    _steps("O13", "the steps are counted from 0", "strict=True), 1)", "strict=True), 0)"),
    _steps(
        "O14",
        "the steps are counted anew in every epoch",
        "memory, alpha, t, settings)",
        f"memory, alpha, (t - 1) % {PER_EPOCH} + 1, settings)",
    ),
    _adam(
        "O15",
        "Adam's second average is of sizes: the square is forgotten",
        "np.multiply(gradient, gradient, out=step)",
        "np.abs(gradient, out=step)",
    ),
    _adam(
        "O16",
        "Adam divides by V̂, not by its root",
        "np.sqrt(square, out=step)",
        "np.copyto(step, square)",
        also=Edit("adam", "sqrt((1 - beta2) / (1 - beta2**t))", "(1 - beta2) / (1 - beta2**t)"),
    ),
    _adam(
        "O17",
        "β₁ and β₂ are swapped",
        BETAS,
        "beta2, beta1 = settings.beta1, settings.beta2",
    ),
    _adam(
        "O18",
        "ε is added to the root before the correction, not after it",
        "EPSILON / root_factor",
        "EPSILON",
    ),
    _adam("O19", "Adam has no ε, and divides by 0", "EPSILON / root_factor", "0"),
    _adam(
        "O20",
        "only the mean is corrected, not the mean square",
        "sqrt((1 - beta2) / (1 - beta2**t))",
        "sqrt(1 - beta2)",
    ),
)

REMEMBERED = (
    _steps(
        "O21",
        "what an optimizer remembers is forgotten after every epoch",
        FILL,
        f"{FILL}\n"
        f"            if t % {PER_EPOCH} == 1 % {PER_EPOCH}:\n"
        "                memory = optimizer.memory(theta.vector)",
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
