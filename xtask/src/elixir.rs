//! The Elixir package: its native module in a debug build, and its tests in a virtual machine; or measured.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::{ROOT, cargo, run};
use crate::conformance;
use crate::toolchain::{target, with_packages};
use crate::totals::Totals;

const PACKAGE: &str = "bindings/elixir";
/// Debian's Elixir, and of Erlang what it needs to compile.
const PACKAGES: [&str; 3] = ["elixir", "erlang-dev", "erlang-parsetools"];

/// Builds the package and its native module without a warning, looks at its format, and tests it; returns whether all
/// tests passed.
pub(crate) fn test(totals: &mut Totals) -> Result<bool, String> {
    with_packages(&PACKAGES, find)?;
    run(&mut cargo(&["build", "--locked", "--package", "vexil-elixir", "--features", "fail-on-purpose"]))?;
    let library = native("debug");
    run(mix(&library).arg("format").arg("--check-formatted"))?;
    run(mix(&library).args(["compile", "--force", "--warnings-as-errors"]))?;
    let mut test = mix(&library);
    conformance::surround(test.arg("test"));
    totals.run(&mut test)
}

/// Measures the package as it is shipped: `arguments` are those of `benches/elixir/measure.exs`.
pub(crate) fn bench(arguments: &[String]) -> Result<(), String> {
    with_packages(&PACKAGES, find)?;
    run(&mut cargo(&["build", "--locked", "--profile", "library", "--package", "vexil-elixir"]))?;
    let mut measure = mix(&native("library"));
    // An environment of its own, so that it is not built where the tests are.
    measure.env("MIX_ENV", "prod").args(["run", "--no-start"]);
    run(measure.arg(Path::new(ROOT).join("benches/elixir/measure.exs")).args(arguments))
}

/// The native module that a profile built.
fn native(folder: &str) -> PathBuf {
    target().join(folder).join(format!("{DLL_PREFIX}vexil_nif{DLL_SUFFIX}"))
}

/// Mix in the package, with this native module; its output is UTF-8 wherever it runs.
fn mix(library: &Path) -> Command {
    let mut mix = Command::new("mix");
    mix.current_dir(Path::new(ROOT).join(PACKAGE));
    mix.env("MIX_ENV", "test").env("MIX_BUILD_ROOT", target().join("elixir"));
    // Nothing is fetched: its only dependency is optional.
    mix.env("VEXIL_WITHOUT_HEX", "1");
    mix.env("LANG", "C.UTF-8").env("ELIXIR_ERL_OPTIONS", "+fnu").env("VEXIL_NIF", library);
    mix
}

fn find() -> Result<(), String> {
    // It says its version only where Erlang is whole.
    let mut elixir = Command::new("elixir");
    elixir.args(["--eval", "[_ | _] = :code.which(:leex)"]);
    elixir.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match elixir.status().is_ok_and(|status| status.success()) {
        true => Ok(()),
        false => Err("there is no Elixir with Erlang's parse tools".to_owned()),
    }
}
