"""The wheel: it holds what it should, needs what every Linux has, and works where nothing else is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
import vexil

NEEDED = {"libc.so.6", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2"}
"""Of what the library is linked with, what manylinux allows; and no interpreter."""

BYTES = 4 << 20
"""What the wheel may weigh."""


@pytest.fixture(scope="module")
def wheel() -> Path:
    named = os.environ.get("VEXIL_TEST_WHEEL")
    if named:
        return Path(named)
    why = "name the wheel in VEXIL_TEST_WHEEL"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def test_it_is_one_for_all_versions_of_python(wheel: Path) -> None:
    assert re.fullmatch(rf"vexil-{re.escape(vexil.__version__)}-cp310-abi3-[a-z0-9_]+\.whl", wheel.name), wheel.name


def test_it_holds_what_it_should(wheel: Path) -> None:
    sources = Path(__file__).parents[1] / "python"
    wanted = {
        path.relative_to(sources).as_posix()
        for path in sources.rglob("*")
        if path.is_file() and path.suffix in {".py", ".pyi", ".typed"}
    } | {"vexil/py.typed", "vexil/_native.abi3.so"}
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = f"vexil-{vexil.__version__}.dist-info"
        assert {name for name in names if not name.startswith(f"{info}/")} == wanted
        assert {f"{info}/licenses/LICENSE-MIT", f"{info}/licenses/LICENSE-APACHE"} <= names
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
        assert sum(entry.compress_size for entry in archive.infolist()) < BYTES
    assert metadata["Name"] == "vexil"
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "MIT OR Apache-2.0"
    # Whoever installs it installs nothing else, but what they ask for.
    assert all("extra ==" in requirement for requirement in metadata.get_all("Requires-Dist", []))


def test_its_library_needs_what_every_linux_has(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        library = archive.extract("vexil/_native.abi3.so", tmp_path)
    output = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
    needed = set(re.findall(r"\(NEEDED\)\s+Shared library: \[(.*?)\]", output))
    assert needed and needed <= NEEDED, needed
    assert "RUNPATH" not in output and "RPATH" not in output


def test_it_works_where_nothing_else_is(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel]
    subprocess.run(install, check=True, cwd=tmp_path)
    program = (
        "import vexil\n"
        "with vexil.Client(definitions=[{'key': 'on', 'default': True}]) as client:\n"
        "    assert client.is_enabled('on', {'user': {'id': 'ada'}})\n"
        "    print(vexil.__version__)\n"
    )
    done = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{vexil.__version__}\n", "")


def interpreters() -> list[str]:
    """This one, and those of other versions that are found and run."""
    found = (shutil.which(f"python3.{minor}") for minor in range(10, 20))
    others = [path for path in found if path and subprocess.run([path, "-V"], capture_output=True).returncode == 0]
    return [sys.executable, *others]


@pytest.mark.parametrize("python", interpreters())
def test_one_wheel_works_in_every_version_that_is_here(python: str, wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = "import vexil; print(vexil.Client(definitions=[{'key': 'on', 'default': True}]).is_enabled('on', {}))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
