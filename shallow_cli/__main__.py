"""The entry of `shallow` and of `python -m shallow_cli`, quiet from the first moment on."""

import sys


def main() -> None:
    """Run the command line and exit; Ctrl-C while it is still being loaded is no accident."""
    try:
        from shallow_cli.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
