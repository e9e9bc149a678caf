"""The loops mean in Python what they mean compiled, and coverage can see them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FILES = [
    f"tests/{place}.py"
    for place in (
        "aggregation/votes/test_arrays",
        "aggregation/kernels/test_dirichlet",
        "aggregation/kernels/test_log_products",
        "aggregation/kernels/test_own_answers",
        "aggregation/reading/tensors/test_tensor",
        "aggregation/models/test_known_truth_e_step",
        "analysis/raters/pairs/test_kernels",
        "analysis/diagnostics/test_kernels",
    )
]


def run_without_jit(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_variable_turns_compilation_off() -> None:
    code = "from aggregation.kernels.rescaling import multiply; print(type(multiply).__name__)"
    assert run_without_jit("-c", code).stdout == "function\n"


def test_kernels_in_plain_python() -> None:
    """But for one, which is about memory, and would take as long as all others."""
    which = "-m", "not release", "-k", "not memory_does_not_grow"
    run = run_without_jit("-m", "pytest", "-q", "-p", "no:cacheprovider", *which, *FILES)
    assert run.returncode == 0, run.stdout + run.stderr
