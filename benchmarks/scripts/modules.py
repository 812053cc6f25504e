"""What a training loads, of libraries and of shallow, without training."""

import gc
from importlib import import_module

gc.set_threshold(100_000)  # as the command does
for module in (
    "numpy.random",
    "shallow_cli.cli",
    "shallow_cli.commands.interrupts",
    "shallow_cli.core.training",
    "shallow_cli.files.config_file",
    "shallow_cli.files.model_file",
    "shallow_cli.fitting",
):
    import_module(module)
gc.freeze()
