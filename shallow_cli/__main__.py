"""The entry of `shallow` and of `python -m shallow_cli`, quiet from the first moment on."""

import gc
import sys

OBJECTS = 100_000  # that are made between two looks for garbage; loading makes many, and none


def main() -> None:
    """Run the command line and exit; Ctrl-C while it is still being loaded is no accident."""
    try:
        gc.set_threshold(OBJECTS)
        from shallow_cli.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        run()
    finally:
        gc.freeze()  # all ends with the process: no need to look through it for garbage


if __name__ == "__main__":
    main()
