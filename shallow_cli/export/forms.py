"""The forms in which a model can be exported, by name."""

from __future__ import annotations

from shallow_cli.export.checking import Form
from shallow_cli.export.onnx_file import answers_of_onnx, is_onnx, onnx_of, require_onnx
from shallow_cli.export.python import answers_of_program, is_program, program_of

FORMS = {
    "python": Form("program", ".py", program_of, answers_of_program, is_program),
    "onnx": Form("graph", ".onnx", onnx_of, answers_of_onnx, is_onnx, require_onnx),
}
