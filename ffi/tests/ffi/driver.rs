//! A program in C against the library: as it is, and under valgrind. `cargo xtask test` runs it with AddressSanitizer.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::library::built;

/// Compiles the driver against the static or the shared library.
fn compiled(name: &str, link: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = built("libvexil_ffi.a").with_file_name(name);
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-pthread"]);
    if cfg!(feature = "fail-on-purpose") {
        compiler.arg("-DVEXIL_FAIL_ON_PURPOSE");
    }
    compiler.arg("-I").arg(folder.join("include")).arg(folder.join("tests/c/driver.c"));
    compiler.arg("-o").arg(&program).args(link).args(["-ldl", "-lm"]);
    let output = compiler.output().expect("`cc`, which Rust links with too");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{told}", output.status);
    assert!(String::from_utf8_lossy(&output.stdout).contains("checks"), "{command:?}\n{told}");
}

#[test]
fn a_host_in_c_is_served_by_the_shared_library() {
    let library = built("libvexil_ffi.so");
    let folder = library.parent().unwrap().to_str().unwrap();
    let program = compiled("driver-shared", &["-L", folder, "-lvexil_ffi", &format!("-Wl,-rpath,{folder}")]);
    // Cargo names folders here that may hold a library of another build.
    run(Command::new(program).env_remove("LD_LIBRARY_PATH"));
}

#[test]
fn a_host_in_c_is_served_by_the_static_library() {
    let library = built("libvexil_ffi.a");
    let program = compiled("driver-static", &[library.to_str().unwrap()]);
    run(&mut Command::new(program));
}

#[test]
fn valgrind_finds_nothing() {
    let library = built("libvexil_ffi.a");
    let program = compiled("driver-valgrind", &[library.to_str().unwrap()]);
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
    valgrind.args(["--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect"]);
    // Threads that are scheduled in turn: one that reads on and on must not keep the others from theirs.
    valgrind.arg("--fair-sched=yes");
    run(valgrind.arg(program).arg("--no-fork"));
}

#[test]
fn the_header_is_cpp_as_well() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = built("libvexil_ffi.a").with_file_name("driver.cpp");
    let program = r#"#include "vexil.h"
        vexil_text key() { return VEXIL_LITERAL("checkout.v2"); }
        bool ask(vexil_client client) { return vexil_is_enabled(client, key(), vexil_nobody()); }"#;
    std::fs::write(&source, program).unwrap();
    let mut compiler = Command::new("c++");
    compiler.args(["-std=c++11", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]);
    let output = compiler.arg("-I").arg(folder.join("include")).arg(&source).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
