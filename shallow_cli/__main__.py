"""`python -m shallow_cli` is the command `shallow`."""

from shallow_cli.cli import main

main()
