//! The Kotlin package: its native library, with functions that fail on purpose, and what Maven makes of the rest; or as it
//! is shipped, measured beside its peers.

use std::env::consts::{ARCH, DLL_PREFIX, DLL_SUFFIX, OS};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{ROOT, cargo, run};
use crate::conformance;
use crate::toolchain::{answers, target, with_packages};
use crate::totals::Totals;

const PACKAGE: &str = "bindings/kotlin";

/// Builds both, and tests them; returns whether all tests passed.
pub(crate) fn test(totals: &mut Totals) -> Result<bool, String> {
    maven()?;
    run(&mut cargo(&["build", "--locked", "--package", "vexil-jvm", "--features", "fail-on-purpose"]))?;
    let library = library("debug");
    let mut maven = in_package();
    maven.arg(format!("-Ddev.vexil.library.path={}", library.display()));
    maven.arg(format!("-Ddev.vexil.natives={}", packed(&library)?.display()));
    // A class that is no more would be part of the API that is compared.
    maven.args(["clean", "verify"]);
    conformance::surround(&mut maven);
    totals.run(&mut maven)
}

/// Measures it beside its peers: `systems` are those of `benches/kotlin/run`.
pub(crate) fn bench(systems: &[String]) -> Result<(), String> {
    maven()?;
    run(&mut cargo(&["build", "--locked", "--profile", "library", "--package", "vexil-jvm"]))?;
    run(in_package().args(["--quiet", "--activate-profiles", "bench", "-DskipTests", "package"]))?;
    let bench = Path::new(ROOT).join("benches/kotlin");
    let mut command = Command::new(bench.join("run"));
    command.arg(bench.join("target/classpath")).arg(library("library")).arg(target().join("bench-kotlin"));
    run(command.args(systems))
}

/// Maven, with a compiler's own Java.
fn maven() -> Result<(), String> {
    let find = || match answers(Path::new("mvn")) && answers(Path::new("javac")) {
        true => Ok(()),
        false => Err("there is no Maven, or no Java to compile with".to_owned()),
    };
    with_packages(&["maven", "openjdk-17-jdk-headless"], find)
}

/// Maven in the package's folder. It is not quiet, for then it says nothing about tests that pass.
fn in_package() -> Command {
    let mut maven = Command::new("mvn");
    maven
        .args(["--batch-mode", "--no-transfer-progress", "-Dstyle.color=never"])
        .current_dir(Path::new(ROOT).join(PACKAGE));
    maven
}

/// A folder with the library where the jar has it, by platform; without symbols, as it is shipped.
fn packed(library: &Path) -> Result<PathBuf, String> {
    let natives = absolute(target()).join("natives-kotlin");
    let place = natives.join(format!("{OS}-{ARCH}"));
    fs::create_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    run(Command::new("strip").arg("-o").arg(place.join(name())).arg(library))?;
    Ok(natives)
}

/// The library as a profile builds it.
fn library(profile: &str) -> PathBuf {
    absolute(target()).join(profile).join(name())
}

fn name() -> String {
    format!("{DLL_PREFIX}vexil_jvm{DLL_SUFFIX}")
}

/// Maven runs in another folder.
fn absolute(path: PathBuf) -> PathBuf {
    path.canonicalize().unwrap_or(path)
}
