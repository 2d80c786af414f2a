//! The C package: installed into a folder of the build, as its Makefile does it, and tested from there; or measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bench::{DEFINITIONS, write_definitions};
use crate::command::{ROOT, cannot_run, cargo, run};
use crate::conformance;
use crate::toolchain::{answers, target, with_packages};
use crate::totals::Totals;

/// Runs `make check`; returns whether all of it passed.
pub(crate) fn test(totals: &mut Totals) -> Result<bool, String> {
    with_packages(&["make", "pkg-config", "libjansson-dev"], toolchain)?;
    let mut make = Command::new("make");
    make.arg("-C").arg(Path::new(ROOT).join("bindings/c")).args(["check", "PROFILE=dev"]);
    // What cargo sets for programs that it runs would find a library of another build.
    make.env("CARGO_TARGET_DIR", target()).env_remove("LD_LIBRARY_PATH");
    conformance::surround(&mut make);
    totals.run(&mut make)
}

/// Measures the library as it is shipped: `arguments` are the modes of `benches/c/measure.c`.
pub(crate) fn bench(arguments: &[String]) -> Result<(), String> {
    run(&mut cargo(&["build", "--profile", "library", "--package", "vexil-ffi"]))?;
    let folder = target().join("c");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (program, library) = (folder.join("measure"), target().join("library"));
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-O2", "-o"]).arg(&program);
    compiler.arg("-I").arg(Path::new(ROOT).join("ffi/include"));
    compiler.arg(Path::new(ROOT).join("benches/c/measure.c")).arg("-L").arg(&library).arg("-lvexil_ffi");
    run(compiler.arg(format!("-Wl,-rpath,{}", library.display())))?;
    write_definitions(&folder)?;
    let mut measure = Command::new(program);
    run(measure.arg(folder.join(DEFINITIONS)).args(arguments).env_remove("LD_LIBRARY_PATH"))
}

fn toolchain() -> Result<(), String> {
    if let Some(missing) = ["make", "pkg-config"].into_iter().find(|program| !answers(Path::new(program))) {
        return Err(format!("there is no {missing}"));
    }
    let mut jansson = Command::new("pkg-config");
    let found =
        jansson.args(["--exists", "jansson"]).status().map_err(|error| cannot_run(&jansson, &error))?;
    if found.success() {
        Ok(())
    } else {
        Err("there is no jansson, which the corpus is read with".to_owned())
    }
}
