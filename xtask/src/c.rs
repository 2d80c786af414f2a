//! The C package: installed into a folder of the build, as its Makefile does it, and tested from there.

use std::path::Path;
use std::process::Command;

use crate::command::{ROOT, cannot_run};
use crate::conformance;
use crate::toolchain::{answers, target, with_packages};
use crate::totals::Totals;

/// Runs `make check`; returns whether all of it passed.
pub(crate) fn test(totals: &mut Totals) -> Result<bool, String> {
    with_packages(&["make", "pkg-config", "libjansson-dev"], toolchain)?;
    let mut make = Command::new("make");
    make.arg("-C").arg(Path::new(ROOT).join("bindings/c")).args(["check", "PROFILE=dev"]);
    // What cargo sets for programs that it runs would find a library of another build.
    make.env("CARGO_TARGET_DIR", target())
        .env(conformance::VARIABLE, conformance::folder())
        .env_remove("LD_LIBRARY_PATH");
    totals.run(&mut make)
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
