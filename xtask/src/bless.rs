//! Golden texts, written anew.

use crate::command::cargo;
use crate::conformance;
use crate::totals::Totals;

/// The tests that hold golden texts to the code, by package and name.
const TESTS: [(&str, &str); 4] = [
    ("vexil-tests", "traces"),
    ("vexil-server", "the_page_is_the_table"),
    ("vexil-server", "the_checked_in_document_is_of_this_code"),
    ("vexil-ffi", "is_what_the_code_says"),
];

pub(crate) fn run() -> Result<(), String> {
    for (package, test) in TESTS {
        let mut command = cargo(&["test", "--package", package, test]);
        let mut totals = Totals::default();
        let succeeded = totals.run(command.env("VEXIL_BLESS", "1"))?;
        match (succeeded, totals.passed) {
            (false, _) => return Err(format!("what `{test}` of {package} holds could not be written")),
            (true, 0) => {
                return Err(format!("no test named `{test}` ran in {package}, so nothing was written"));
            }
            (true, _) => {}
        }
    }
    let missing = conformance::accept()?;
    if !missing.is_empty() {
        println!("what hosts say of the corpus stays: nothing is known of {}", missing.join(", "));
    }
    Ok(())
}
