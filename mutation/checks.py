"""The checks: each is a command of this project that fails when it finds something wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

CORE = "tests/core"

# Compared with numbers that somebody else has computed, or a person by hand.
REFERENCES = (
    f"{CORE}/gradcheck/test_references.py::test_the_loss_agrees",
    f"{CORE}/gradcheck/test_references.py::test_backprop_agrees",
    f"{CORE}/test_network.py::test_one_step_worked_by_hand",
    f"{CORE}/test_activations.py::test_known_values",
    f"{CORE}/test_activations.py::test_sigmoid_has_full_precision_on_both_sides",
    f"{CORE}/test_outputs.py::test_log_loss",
    f"{CORE}/test_outputs.py::test_softmax_and_cross_entropy",
    f"{CORE}/test_weights.py::test_a_weighted_loss_worked_by_hand",
    f"{CORE}/test_tallies.py::test_errors_of_numbers",
    f"{CORE}/test_ranking.py::test_the_area_is_that_of_scikit_learn",
    f"{CORE}/test_optimizers.py::test_steps_are_those_of_pytorch",
    f"{CORE}/test_optimizers.py::test_trainings_are_those_of_pytorch",
    f"{CORE}/test_schedules.py::test_rates_are_those_of_pytorch",
    f"{CORE}/test_schedules.py::test_inverse_is_worked_by_hand",
    f"{CORE}/test_lbfgs.py::test_the_published_minimum_is_found",
    f"{CORE}/test_lbfgs.py::test_the_effort_is_that_of_scipy",
    f"{CORE}/test_steps.py::test_lbfgs_ends_at_the_minimum_that_scipy_finds",
    f"{CORE}/test_training.py::test_weights_are_drawn_as_the_course_draws_them",
    f"{CORE}/test_datasets.py::test_points_are_those_of_scikit_learn",
    f"{CORE}/test_datasets.py::test_the_flower_follows_the_courses_recipe",
    "tests/test_cli_train.py::test_the_flower_has_the_published_costs",
)
# What must hold whatever the numbers are, the quick files first. The tests of the gradient check
# itself are left out: its command stands for them. So are those of allocations: they would see how
# an edit is written, and not the mistake.
PROMISES = (
    f"{CORE}/test_activations.py",
    f"{CORE}/test_outputs.py",
    f"{CORE}/test_complex.py",
    f"{CORE}/test_network.py",
    f"{CORE}/test_blocks.py",
    f"{CORE}/test_gradient.py",
    f"{CORE}/test_weights.py",
    f"{CORE}/test_ranking.py",
    f"{CORE}/test_tracing.py",
    f"{CORE}/test_batches.py",
    f"{CORE}/test_optimizers.py",
    f"{CORE}/test_schedules.py",
    f"{CORE}/test_lbfgs.py",
    f"{CORE}/test_steps.py",
    f"{CORE}/test_training.py",
    f"{CORE}/test_floating_point.py",
    f"{CORE}/test_float32.py",
    f"{CORE}/test_metrics.py",
    f"{CORE}/test_prediction.py",
    "tests/test_model_file.py",
    "tests/test_tampering.py",
    "tests/test_checkpoint_file.py",
    "tests/test_saving.py",
    "tests/test_resume.py",
    "tests/test_checkpoints.py",
    "tests/test_interrupts.py",
    "tests/test_tables.py",
    "tests/test_scaling.py",
    "tests/test_columns.py",
    "tests/test_missing.py",
    "tests/test_labels.py",
    "tests/test_weights.py",
    "tests/test_cli_evaluate.py::test_a_regression_is_measured_in_its_own_units",
    "tests/test_crossvalidation.py",
    f"{CORE}/test_tallies.py",
    f"{CORE}/test_made.py",
    f"{CORE}/test_resuming.py",
    f"{CORE}/test_threads.py",
    f"{CORE}/test_snapshots.py",
    "tests/test_plots.py",
    "tests/test_cli_plot.py",
    "tests/test_plot_svg.py",
    "tests/test_report.py",
    "tests/cluster/test_cluster_parts.py",
    "tests/cluster/test_cluster_training.py",
    "tests/cluster/test_cluster_files.py",
    "tests/cluster/test_cluster_losses.py",
    "tests/test_api.py",
    "tests/test_frames.py",
    "tests/test_export.py",
    "tests/test_export_onnx.py",
    "tests/test_onnx_file.py",
)
# Seconds each, and quicker tests of the same files find the same mutants.
SLOW = (
    f"{CORE}/test_ranking.py::test_millions_of_scores_are_off_by_less_than_a_millionth",
    f"{CORE}/test_prediction.py::test_nor_with_other_kernels",
    "tests/test_saving.py::test_two_writers_and_a_reader",
    "tests/test_cli_plot.py::test_a_terminal_has_colours_and_no_color_has_shades",
    "tests/test_report.py::test_a_model_too_large_for_snapshots_has_a_report_without_a_slider",
    "tests/test_resume.py::test_killed_twenty_times_it_ends_in_the_same_bytes",
)

# The tests of a module, besides those that have its name.
FILES = (
    "model_file",
    "tampering",
    "checkpoint_file",
    "saving",
    "resume",
    "checkpoints",
    "interrupts",
)
EXPORTS = ("export", "export_onnx", "onnx_file")
VIEWS = (
    *("axes", "colours", "curves", "diagram", "fits", "maps", "moments", "pictures", "planes"),
    *("markup", "report_tables", "text"),
)
CLUSTER = ("cluster_parts", "cluster_training", "cluster_files", "cluster_losses")
OF_MODULE = {
    **dict.fromkeys(("archive", "atomic", "model_header", "model_file", "checkpoint_file"), FILES),
    **dict.fromkeys(("training_run", "interrupts"), FILES),
    "resuming": (*FILES, *CLUSTER),
    "arrays": ("batches", "weights", "made"),
    "blocks": ("gradient", "batches", "made", "threads"),
    "buffers": ("gradient", "batches", "float32", "made", "threads"),
    "gradient": ("batches", "float32", "made", "threads"),
    "initializers": ("training",),
    "measuring": ("training",),
    "penalty": ("gradient", "float32"),
    "prediction": ("made",),
    "rng": ("batches", "training"),
    **dict.fromkeys(("batches", "steps", "training"), ("resuming", "snapshots")),
    "squares": ("tallies",),
    **dict.fromkeys(("api", "frames", "yaml_text"), ("api", "frames")),
    "snapshots": FILES,
    "stopping": ("training",),
    "workers": ("threads", "floating_point"),
    **dict.fromkeys(("at_work", "keeping", "parts", "placing", "rows", "scanning"), CLUSTER),
    **dict.fromkeys(("program", "python", "graph", "onnx_file", "checking"), EXPORTS),
    **dict.fromkeys(VIEWS, ("plots", "cli_plot", "plot_svg", "report")),
}


# Where models are written, read, drawn and exported, trainings end, and Python or a cluster is
# served: nothing is computed there.
SAVING = (
    "files/archive",
    "files/atomic",
    "files/checkpoint",
    "files/model",
    "resuming",
    "commands/",
    "files/snapshots",
    "plots/",
    "cluster/",
    "api",
    "tables/frames",
    "export/",
)


def _pytest(*words: str) -> tuple[str, ...]:
    """Up to the first failure, in one process; without Hypothesis, which takes longer to import."""
    return ("-x", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *words)


@dataclass(frozen=True)
class Check:
    """A command line of `shallow` or pytest, and what it stands for in the page."""

    name: str
    says: str
    program: str
    words: tuple[str, ...]
    blind: tuple[str, ...] = ()  # to modules that begin so: it runs nothing of them

    def sees(self, module: str) -> bool:
        """Whether it can notice a mistake there."""
        return not module.startswith(self.blind)

    def likely(self, module: str) -> tuple[str, ...]:
        """The words for the tests that are most likely to see a mistake in a module, if any are."""
        stem = PurePath(module).stem
        names = {f"/test_{name}.py" for name in (stem, *OF_MODULE.get(stem, ()))}
        named = module.startswith("core/") or stem in OF_MODULE
        tests = [word for word in self.words if word.startswith("tests/")]
        others = {
            test
            for test in tests
            if not (any(n in test for n in names) if named else CORE not in test)
        }
        return tuple(w for w in self.words if w not in others) if len(others) < len(tests) else ()


CHECKS = (
    Check(
        "gradcheck",
        "`shallow gradcheck`, which checks everything",
        "shallow",
        ("gradcheck",),
        blind=SAVING,
    ),
    Check(
        "references",
        "the tests that compare with numbers from elsewhere: PyTorch, scikit-learn, mpmath, "
        "the course's published costs, values worked by hand",
        "pytest",
        _pytest(*REFERENCES),
        blind=SAVING,
    ),
    Check(
        "promises",
        "the other tests of the core, the tables, the files, the pictures, the exports, the API "
        "and clusters: what must hold whatever the numbers are",
        "pytest",
        _pytest(*PROMISES, *(f"--deselect={test}" for test in (*REFERENCES, *SLOW))),
    ),
)
COURSE = Check("course", "the claims of the lecture", "shallow", ("course", "--json"))
