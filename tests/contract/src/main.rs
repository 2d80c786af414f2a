//! Takes the driver of one host through the scenario: `vexil-contract HOST`. README.md beside this says how they speak.

mod control_plane;
mod driver;
mod run;
mod scenario;
mod told;
mod wire;

use std::process::ExitCode;
use std::{env, fs, io};

use crate::run::Run;
use crate::scenario::Scenario;

fn main() -> ExitCode {
    let Some(host) = env::args().nth(1) else {
        eprintln!("vexil-contract HOST: the name of the host whose driver listens");
        return ExitCode::from(2);
    };
    match keep(&host) {
        Ok(checks) => {
            eprintln!("{host} keeps the contract: {checks} answers are as they must be");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{host} does not keep the contract: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all of the scenario, and leaves what has held where it is asked for; returns how many answers that are.
fn keep(host: &str) -> Result<usize, String> {
    let scenario = Scenario::read()?;
    let held = Run::start()?.take_through(&scenario)?;
    if let Some(folder) = env::var_os("VEXIL_CONFORMANCE") {
        let folder = std::path::Path::new(&folder).join("contract");
        let text = serde_json::json!({"host": host, "steps": held}).to_string();
        let written =
            fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(format!("{host}.json")), text));
        written.map_err(|error: io::Error| format!("{}: {error}", folder.display()))?;
    }
    Ok(held.values().sum())
}
