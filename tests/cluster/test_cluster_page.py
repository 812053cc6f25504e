"""docs/scale.md is made of figures that were measured, and these are what was asked for."""

import json

from benchmarks.cluster.page import PAGE, RESULTS, page
from tests.conftest import ROOT


def test_the_page_on_clusters_is_that_of_its_figures() -> None:
    found = json.loads((ROOT / "docs" / RESULTS).read_text(encoding="utf-8"))
    assert (ROOT / "docs" / PAGE).read_text(encoding="utf-8") == page(found)


def test_two_workers_were_faster_than_one_and_steps_grew_with_the_rows() -> None:
    """At least 1.4 times, where the rows are enough; data were four times a worker's limit."""
    found = json.loads((ROOT / "docs" / RESULTS).read_text(encoding="utf-8"))
    *_, half, whole = found["steps"]
    assert whole["workers 1"] / whole["workers 2"] >= 1.4
    assert whole["rows"] / half["rows"] == 2
    assert 1.7 < whole["workers 2"] / half["workers 2"] < 2.3
    assert found["memory"]["bytes"] >= 3.99 * found["memory"]["limit"]
    assert max(found["memory"]["peaks"]) < found["memory"]["limit"]
