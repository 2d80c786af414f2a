//! All that must hold before a change is taken.

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use crate::command::{cargo, cargo_has};
use crate::totals::Totals;

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many cases the properties try, instead of 100,000
    #[arg(long, value_name = "N")]
    cases: Option<u64>,
}

struct Step {
    name: &'static str,
    /// A subcommand that not every toolchain has.
    needs: Option<&'static str>,
    cargo: &'static [&'static str],
}

const STEPS: [Step; 4] = [
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
    Step { name: "tests", needs: None, cargo: &["test", "--workspace", "--all-features", "--no-fail-fast"] },
];

/// What became of a step.
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let mut totals = Totals::default();
    let mut summary = Vec::new();
    let mut all_passed = true;
    for step in &STEPS {
        println!("\n==> {}: cargo {}", step.name, step.cargo.join(" "));
        let start = Instant::now();
        let outcome = step.run(arguments, &mut totals);
        all_passed &= !matches!(outcome, Outcome::Failed(_));
        let line = describe(step, &outcome, start.elapsed());
        println!("<== {line}");
        summary.push(line);
    }
    summary.extend(totals.failures.iter().map(|name| format!("FAILED test: {name}")));
    // CI counts by this line, which is the last one.
    println!("\n{}\ntests: {} passed, {} failed", summary.join("\n"), totals.passed, totals.failed);
    if all_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Step {
    fn run(&self, arguments: &Arguments, totals: &mut Totals) -> Outcome {
        if let Some(tool) = self.needs.filter(|tool| !cargo_has(tool)) {
            let missing = format!("this toolchain has no `cargo {tool}`");
            return if is_ci() { Outcome::Failed(missing) } else { Outcome::Skipped(missing) };
        }
        let mut command = cargo(self.cargo);
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

fn describe(step: &Step, outcome: &Outcome, time: Duration) -> String {
    let (name, seconds) = (step.name, time.as_secs_f64());
    match outcome {
        Outcome::Passed => format!("passed   {seconds:>6.1} s  {name}"),
        Outcome::Failed(why) => format!("FAILED   {seconds:>6.1} s  {name}: {why}"),
        Outcome::Skipped(why) => format!("SKIPPED  {seconds:>6.1} s  {name}: {why}"),
    }
}

/// In CI nothing is skipped: what is missing there fails.
fn is_ci() -> bool {
    env::var("CI").is_ok_and(|ci| ci == "true")
}
