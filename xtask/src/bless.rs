//! Golden texts, written anew.

use crate::command::cargo;
use crate::totals::Totals;

pub(crate) fn run() -> Result<(), String> {
    let mut command = cargo(&["test", "--package", "vexil-tests", "traces"]);
    let mut totals = Totals::default();
    let succeeded = totals.run(command.env("VEXIL_BLESS", "1"))?;
    match (succeeded, totals.passed) {
        (false, _) => Err("the explanations could not be written".into()),
        (true, 0) => Err("no test named `traces` ran, so nothing was written".into()),
        (true, _) => Ok(()),
    }
}
