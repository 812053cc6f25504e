"""Mistakes of first weights, batches, steps, reports and early stopping."""

from mutation.mutant import Edit, Mutant

BATCHES, INIT, LOOP = "core/batches.py", "core/initializers.py", "core/training.py"
STEPS = "core/steps.py"
MEASURING, STOPPING = "core/measuring.py", "core/stopping.py"

DRAW = "np.multiply(stream.standard_normal(W.shape), scale, out=W)"
SEED, SHUFFLE = "stream.seed([seed, 2, epoch])", "stream.shuffle(order)"
FILL = "objective_gradient(network, theta, batch, settings.l2, gradient, pool)"
STEP = "return [*calls, *update]"
COPY = "parameters(job.network, theta.vector.copy())"


def _weights(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, INIT, "initial_parameters", old, new)


def _orders(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, "core/rng.py", "epoch_orders", old, new)


def _steps(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, STEPS, "_descent", old, new)


TRAINING_STEPS = (
    _steps(
        "M17",
        "layer 2 is updated before the gradient of layer 1 is taken, which needs the old W2",
        STEP,
        "first = (lambda: theta.layer2.__isub__(clock.alpha * gradient.layer2), ())\n"
        "            return [*calls, first, *calls, (gradient.layer2.fill, (0,)), *update]",
    ),
    _steps(
        "M43",
        "the sum over a short batch is divided by the full batch size",
        f"calls = {FILL}\n            {STEP}",
        "share = batch.m / (settings.batch_size or batch.m)\n"
        f"            calls = {FILL.replace('settings.l2', 'settings.l2 / share')}\n"
        "            shared = (np.multiply, (gradient.vector, share, gradient.vector))\n"
        "            return [*calls, shared, *update]",
    ),
    Mutant(
        "M59",
        "a row has the loss of the weights of the row before",
        LOOP,
        "_go_on",
        "measure(job, theta, epoch)",
        f"measure(job, (lag.append({COPY}), lag.pop(0))[1], epoch)",
        also=Edit("_go_on", "per_epoch, row,", f"lag = [{COPY}]\n    per_epoch, row,"),
    ),
    _steps(
        "M60", "b1 is never updated", STEP, "return [*calls, (gradient.b1.fill, (0,)), *update]"
    ),
    _steps(
        "P15",
        "a step is only taken when the next one is asked for",
        "run(calls)\n            yield gradient.vector",
        "yield gradient.vector\n            run(calls)",
    ),
    Mutant(
        "P16",
        "the step goes uphill",
        "core/optimizers.py",
        "gradient_descent",
        "(np.subtract, (theta, step, theta)),",
        "(np.add, (theta, step, theta)),",
    ),
)

BATCHES_AND_ORDERS = (
    Mutant(
        "M41",
        "a last batch that is short is dropped",
        BATCHES,
        "_consecutive",
        "range(0, len(data), batch_size)",
        "range(0, len(data) - batch_size + 1, batch_size)",
    ),
    _orders(
        "M42",
        "the last example is never used, and the first twice",
        SHUFFLE,
        f"{SHUFFLE}; order[order == rows - 1] = 0",
    ),
    Mutant(
        "M44",
        "X is shuffled, and Y is not",
        "core/arrays.py",
        "Examples.fill",
        "np.take(self.targets, rows,",
        "np.take(self.targets, np.arange(len(rows)),",
    ),
    _orders("M45", "every epoch has the order of the first", SEED, SEED.replace("epoch", "1")),
    _orders(
        "P17",
        "the stream of an order leaves out the epoch, and every epoch has the same",
        SEED,
        SEED.replace(", epoch", ""),
    ),
    _orders(
        "P71",
        "the stream is seeded once: the order of an epoch depends on those before it",
        SEED,
        f"{SEED} if epoch == 1 else None",
    ),
    _orders(
        "P72",
        "orders are shuffled on from that of the epoch before",
        "order = np.arange(rows,",
        "order = order if epoch > 1 else np.arange(rows,",
    ),
    Mutant(
        "P18",
        "a short batch is no step of its epoch",
        BATCHES,
        "steps_per_epoch",
        "-(-rows // batch_size)",
        "max(1, rows // batch_size)",
    ),
)

FIRST_WEIGHTS = (
    _weights("M50", "all first weights are 0", DRAW, DRAW.replace("scale,", "0 * scale,")),
    _weights("M51", "all first weights of a layer are equal", DRAW, "W[...] = scale"),
    _weights(
        "M52", "first weights are scaled by the fan-out", "fan_out, fan_in =", "fan_in, fan_out ="
    ),
    _weights(
        "M53", "first weights are ten times too large", DRAW, DRAW.replace("scale,", "10 * scale,")
    ),
    _weights("P19", "W2 is drawn before W1", "(theta.W1, theta.W2)", "(theta.W2, theta.W1)"),
)

REPORTS_AND_STOPPING = (
    Mutant(
        "M48",
        "the best weights are kept by reference, and go on changing",
        STOPPING,
        "Best.seen",
        "vector.copy()",
        "vector",
    ),
    Mutant(
        "P20",
        "early stopping keeps the last weights under the name of the best",
        LOOP,
        "_end",
        "parameters(job.network, stop.best.vector), stop.best.epoch",
        "theta, stop.best.epoch",
    ),
    Mutant(
        "P21",
        "early stopping waits one epoch too long",
        LOOP,
        "_stops",
        "epoch - best.epoch >=",
        "epoch - best.epoch >",
    ),
    Mutant(
        "P22",
        "an equal validation loss counts as better",
        STOPPING,
        "Best.seen",
        "loss < self.loss",
        "loss <= self.loss",
    ),
    Mutant(
        "P23",
        "early stopping watches the training rows",
        MEASURING,
        "validation_loss",
        "theta, job.validation, 0",
        "theta, job.training, 0",
    ),
    Mutant(
        "P24",
        "the validation loss that early stopping watches includes L2",
        MEASURING,
        "validation_loss",
        "job.validation, 0",
        "job.validation, job.settings.l2",
    ),
    Mutant(
        "P25",
        "the reported loss leaves out L2",
        MEASURING,
        "measure",
        "loss + float(penalty(theta, job.settings.l2).real)",
        "loss",
    ),
)

TRAINING = (
    *TRAINING_STEPS,
    *BATCHES_AND_ORDERS,
    *FIRST_WEIGHTS,
    *REPORTS_AND_STOPPING,
)
