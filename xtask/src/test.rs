//! All that must hold before a change is taken.

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use crate::command::{cargo, cargo_has};
use crate::toolchain::{NEEDS, Variable};
use crate::totals::Totals;
use crate::{c, conformance, elixir, kotlin, library, python, swift};

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many cases the properties try, instead of 100,000
    #[arg(long, value_name = "N")]
    cases: Option<u64>,
    /// Run the steps of these names alone, such as `tests` or `swift`
    #[arg(long, value_name = "STEP,...", value_delimiter = ',')]
    only: Vec<String>,
}

struct Step {
    name: &'static str,
    /// A subcommand that not every toolchain has.
    needs: Option<&'static str>,
    cargo: &'static [&'static str],
}

const CHECKS: [Step; 3] = [
    Step { name: "format", needs: Some("fmt"), cargo: &["fmt", "--all", "--check"] },
    Step {
        name: "lints",
        needs: Some("clippy"),
        cargo: &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"],
    },
    // In the workspace the command line turns the core's features on for all.
    Step {
        name: "lints of the core without its features",
        needs: Some("clippy"),
        cargo: &["clippy", "--package", "vexil-core", "--all-targets", "--", "-D", "warnings"],
    },
];

const TESTS: Step =
    Step { name: "tests", needs: None, cargo: &["test", "--workspace", "--all-features", "--no-fail-fast"] };

/// The packages of other languages: an error is a toolchain that is not there.
const PACKAGES: [Package; 5] = [
    ("C", "C: the package, installed in a folder of the build", c::test),
    ("Elixir", "Elixir: the package, in a virtual machine", elixir::test),
    ("Python", "Python: the package as it is shipped", python::test),
    ("Kotlin", "Kotlin: the package, and its native library", kotlin::test),
    ("Swift", "Swift: the package, by a Swift of the machine's or of the next Debian", swift::test),
];

/// A name, a title, and a test that says whether all of it passed.
type Package = (&'static str, &'static str, fn(&mut Totals) -> Result<bool, String>);

/// What became of a step.
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

impl Outcome {
    /// In CI nothing is skipped: what is missing there fails.
    fn missing(what: String) -> Outcome {
        let is_ci = env::var("CI").is_ok_and(|ci| ci == "true");
        if is_ci { Outcome::Failed(what) } else { Outcome::Skipped(what) }
    }
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let mut totals = Totals::default();
    let mut summary = Summary::of(&arguments.only);
    let mut variables = Vec::new();
    for step in &CHECKS {
        summary.add(step.name, &step.title(), || step.run(arguments, &[], &mut totals));
    }
    for need in &NEEDS {
        summary.add(need.name, need.name, || match (need.prepare)() {
            Ok(variable) => {
                variables.extend(variable);
                Outcome::Passed
            }
            Err(missing) => Outcome::missing(missing),
        });
    }
    let is_any_package_wanted = PACKAGES.iter().any(|(name, ..)| summary.wants(name));
    if is_any_package_wanted || summary.wants(TESTS.name) {
        summary.always("vectors", "vectors: the corpus, and new ones", || {
            done(conformance::begin(arguments.only.is_empty()))
        });
    }
    variables.extend(conformance::variables());
    summary.add(TESTS.name, &TESTS.title(), || TESTS.run(arguments, &variables, &mut totals));
    summary.add("library", "library: its weight as it is shipped", || done(library::weigh()));
    summary.add("sanitizer", "sanitizer: a host in C, and the library, under AddressSanitizer", || {
        done(library::sanitize())
    });
    if is_any_package_wanted {
        summary.always("programs", "programs: what packages are tested with", || {
            done(conformance::build_programs())
        });
    }
    for (name, title, test) in PACKAGES {
        summary.add(name, title, || match test(&mut totals) {
            Ok(true) => Outcome::Passed,
            Ok(false) => Outcome::Failed("see above".into()),
            Err(missing) => Outcome::missing(missing),
        });
    }
    summary.add(
        "conformance",
        "conformance: what all hosts say of the corpus",
        || match conformance::check() {
            Ok(missing) if missing.is_empty() => Outcome::Passed,
            Ok(missing) => Outcome::missing(format!("nothing is known of {}", missing.join(", "))),
            Err(why) => Outcome::Failed(why),
        },
    );
    if summary.lines.is_empty() {
        summary.has_failed = true;
        summary.lines.push("FAILED: there is no such step".to_owned());
    }
    summary.lines.extend(totals.failures.iter().map(|name| format!("FAILED test: {name}")));
    // CI counts by this line, which is the last one.
    println!("\n{}\ntests: {} passed, {} failed", summary.lines.join("\n"), totals.passed, totals.failed);
    if summary.has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn done(result: Result<(), String>) -> Outcome {
    result.map_or_else(Outcome::Failed, |()| Outcome::Passed)
}

/// What became of the steps so far.
struct Summary<'a> {
    /// Those to run; all where there is none.
    only: &'a [String],
    lines: Vec<String>,
    has_failed: bool,
}

impl Summary<'_> {
    fn of(only: &[String]) -> Summary<'_> {
        Summary { only, lines: Vec::new(), has_failed: false }
    }

    /// Whether a step is to be run.
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only.eq_ignore_ascii_case(name))
    }

    /// Runs a step, if it is to be run.
    fn add(&mut self, name: &str, title: &str, step: impl FnOnce() -> Outcome) {
        if self.wants(name) {
            self.always(name, title, step);
        }
    }

    /// Runs a step that others need.
    fn always(&mut self, name: &str, title: &str, step: impl FnOnce() -> Outcome) {
        println!("\n==> {title}");
        let start = Instant::now();
        let outcome = step();
        self.has_failed |= matches!(outcome, Outcome::Failed(_));
        let line = describe(name, &outcome, start.elapsed());
        println!("<== {line}");
        self.lines.push(line);
    }
}

impl Step {
    fn title(&self) -> String {
        format!("{}: cargo {}", self.name, self.cargo.join(" "))
    }

    fn run(&self, arguments: &Arguments, variables: &[Variable], totals: &mut Totals) -> Outcome {
        if let Some(tool) = self.needs.filter(|tool| !cargo_has(tool)) {
            return Outcome::missing(format!("this toolchain has no `cargo {tool}`"));
        }
        let mut command = cargo(self.cargo);
        command.envs(variables.iter().cloned());
        if let Some(cases) = arguments.cases {
            command.env("VEXIL_CASES", cases.to_string());
        }
        match totals.run(&mut command) {
            Ok(true) => Outcome::Passed,
            Ok(false) => Outcome::Failed("see above".into()),
            Err(error) => Outcome::Failed(error),
        }
    }
}

fn describe(name: &str, outcome: &Outcome, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match outcome {
        Outcome::Passed => format!("passed   {seconds:>6.1} s  {name}"),
        Outcome::Failed(why) => format!("FAILED   {seconds:>6.1} s  {name}: {why}"),
        Outcome::Skipped(why) => format!("SKIPPED  {seconds:>6.1} s  {name}: {why}"),
    }
}
