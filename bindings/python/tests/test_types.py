"""The package is typed throughout, and its stubs say what its native module is."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path


def run(*arguments: str) -> None:
    # Not here, where the sources of the package lie: it is the installed one that is checked.
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def mypy(tmp_path: Path, *what: str) -> None:
    run("mypy", "--strict", "--cache-dir", str(tmp_path), *what)


def test_the_package_is_typed(tmp_path: Path) -> None:
    mypy(tmp_path, "-p", "vexil")


def test_types_are_what_programs_want_them_to_be(tmp_path: Path) -> None:
    mypy(tmp_path, "--warn-unused-ignores", str(Path(__file__).with_name("typed.py")))


def test_the_stubs_are_of_the_native_module() -> None:
    run("mypy.stubtest", "vexil._native")


def test_type_checkers_may_look() -> None:
    assert resources.files("vexil").joinpath("py.typed").is_file()
    assert resources.files("vexil").joinpath("_native.pyi").is_file()
