"""Type checkers find nothing to say of an app that uses this, nor of these tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "fastapi_app" / "app.py"


@pytest.mark.parametrize(
    "file",
    [EXAMPLE, *sorted(HERE.glob("test_fastapi*.py")), *sorted(HERE.glob("test_openfeature*.py"))],
    ids=lambda f: f.name,
)
def test_types_are_right(file: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.getbasetemp() / "mypy"
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), str(file)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
