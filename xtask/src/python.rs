//! The Python package: its wheel as it is shipped, installed where nothing else is but what its tests need, and tested
//! there; or measured beside its peers, in another such place.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{ROOT, cargo, run};
use crate::conformance;
use crate::toolchain::{Stamp, answers, environment, pip_install, target, with_packages};
use crate::totals::Totals;

/// What builds the wheel and what its tests need, pinned.
const REQUIREMENTS: &str = "bindings/python/requirements-dev.txt";
/// The peers that its bench measures beside it, and what builds the wheel, pinned.
const PEERS: &str = "benches/python/requirements.txt";
const PACKAGE: &str = "bindings/python";

/// Builds the wheel, installs it into an environment of its own, and tests it; returns whether all tests passed.
pub(crate) fn test(totals: &mut Totals) -> Result<bool, String> {
    let python = installed()?;
    // The wheel is as it is shipped, and nothing in it fails on purpose.
    run(&mut cargo(&["build", "--package", "vexil-python", "--features", "fail-on-purpose"]))?;
    let failing = format!("{DLL_PREFIX}_native{DLL_SUFFIX}");
    let mut pytest = Command::new(&python);
    pytest.args(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"]);
    pytest.current_dir(Path::new(ROOT).join(PACKAGE));
    conformance::surround(&mut pytest);
    pytest.env("VEXIL_TEST_FAILING_MODULE", target().join("debug").join(failing));
    pytest.env("VEXIL_TEST_WHEEL", wheel()?);
    totals.run(&mut pytest)
}

/// An interpreter that has the package, and nothing else but what the tests need.
fn installed() -> Result<PathBuf, String> {
    let folder = target().join("toolchain/python-package");
    let python = folder.join("bin/python");
    with_packages(&["python3", "python3-venv"], || environment(&folder))?;
    run(pip_install(&python).arg("--requirement").arg(Path::new(ROOT).join(REQUIREMENTS)))?;
    install(&folder)?;
    Ok(python)
}

/// Measures it beside its peers: `arguments` are those of `benches/python/run`.
pub(crate) fn bench(arguments: &[String]) -> Result<(), String> {
    let mut command = Command::new(beside_peers()?);
    run(command.arg(Path::new(ROOT).join("benches/python/run")).args(arguments))
}

/// An interpreter that has the package, and those of its peers that install here.
fn beside_peers() -> Result<PathBuf, String> {
    let folder = target().join("toolchain/bench-python");
    let python = folder.join("bin/python");
    let stamp = Stamp::of(&folder, &[Path::new(ROOT).join(PEERS)])?;
    if !(stamp.is_there() && answers(&python)) {
        with_packages(&["python3", "python3-venv"], || environment(&folder))?;
        let mut are_all_there = true;
        for requirement in stamp.text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Err(why) = run(pip_install(&python).arg(requirement)) {
                println!("{why}: it is left out");
                are_all_there = false;
            }
        }
        // Otherwise the next run tries again.
        if are_all_there {
            stamp.set()?;
        }
    }
    install(&folder)?;
    Ok(python)
}

/// Builds the wheel with the maturin of this environment, and installs it there.
fn install(environment: &Path) -> Result<(), String> {
    build(&environment.join("bin/maturin"))?;
    let mut pip = pip_install(&environment.join("bin/python"));
    run(pip.args(["--no-deps", "--force-reinstall"]).arg(wheel()?))
}

/// Builds the wheel with the profile that is shipped.
pub(crate) fn build(maturin: &Path) -> Result<(), String> {
    let wheels = wheels();
    // What was built of other versions is not to be mistaken for this one.
    if wheels.exists() {
        fs::remove_dir_all(&wheels).map_err(|error| format!("{}: {error}", wheels.display()))?;
    }
    let mut build = Command::new(maturin);
    build.args(["build", "--profile", "library", "--strip", "--locked", "--out"]).arg(&wheels);
    run(build.current_dir(Path::new(ROOT).join(PACKAGE)).env("CARGO_TARGET_DIR", target()))
}

/// The one wheel that was built.
fn wheel() -> Result<PathBuf, String> {
    let wheels = wheels();
    let found = fs::read_dir(&wheels).map_err(|error| format!("{}: {error}", wheels.display()))?;
    let mut found = found.filter_map(|entry| Some(entry.ok()?.path()));
    found.next().ok_or_else(|| format!("there is no wheel in {}", wheels.display()))
}

fn wheels() -> PathBuf {
    target().join("wheels")
}
