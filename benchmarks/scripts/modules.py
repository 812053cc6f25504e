"""What a training loads, of libraries and of shallow, without training."""

from importlib import import_module

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
