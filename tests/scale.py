"""How far the tests of reliability search: with `SHALLOW_TEST_SCALE=10` ten times as far."""

import os

SCALE = int(os.environ.get("SHALLOW_TEST_SCALE", "1"))
