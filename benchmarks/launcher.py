"""Runs one command and writes what it took: `python -S -E launcher.py REPORT COMMAND…`.

A process begins with the peak of whoever started it. This one is as small as Python can be.
"""

import json
import os
import sys
import time


def main(report: str, *command: str) -> int:
    """Run the command; its exit code, or that of a shell for a signal."""
    begin = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - begin
    with open(report, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib is large
        json.dump({"seconds": seconds, "megabytes": used.ru_maxrss / 1024}, file)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
