//! How many tests ran, read from what cargo's test runners say, which is passed on as it comes.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::command::cannot_run;

/// Tests of all runners together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// The names of those that failed.
    pub(crate) failures: Vec<String>,
}

impl Totals {
    /// Runs a command to its end and adds what it says about tests; returns whether it succeeded.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<bool, String> {
        self.pass_on(command).map_err(|error| cannot_run(command, &error))
    }

    fn pass_on(&mut self, command: &mut Command) -> io::Result<bool> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        if let Some(output) = child.stdout.take() {
            let mut output = BufReader::new(output);
            let mut line = Vec::new();
            while output.read_until(b'\n', &mut line)? > 0 {
                io::stdout().write_all(&line)?;
                self.add(&String::from_utf8_lossy(&line));
                line.clear();
            }
        }
        Ok(child.wait()?.success())
    }

    /// Adds a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; ...` or `test some::name ... FAILED`;
    /// others say nothing.
    fn add(&mut self, line: &str) {
        if let Some(name) =
            line.strip_prefix("test ").and_then(|line| line.trim_end().strip_suffix(" ... FAILED"))
        {
            self.failures.push(name.to_owned());
        }
        if let Some(name) = line.strip_prefix("FAILED ").or_else(|| line.strip_prefix("ERROR ")) {
            self.failures.push(name.split(" - ").next().unwrap_or(name).trim().to_owned());
        }
        self.add_pytest(line);
        self.add_exunit(line);
        self.add_surefire(line);
        self.add_xctest(line);
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|line| line.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ').and_then(|(count, what)| Some((count.parse::<u64>().ok()?, what))) {
                Some((count, "passed")) => self.passed += count,
                Some((count, "failed")) => self.failed += count,
                _ => {}
            }
        }
    }
}

impl Totals {
    /// Adds the last line of pytest, such as `1 failed, 12 passed, 2 skipped in 3.45s`; others say nothing.
    fn add_pytest(&mut self, line: &str) {
        let Some((counts, _)) = line.trim().trim_matches('=').trim().rsplit_once(" in ") else { return };
        let mut found = Vec::new();
        for count in counts.split(", ") {
            let Some((count, what)) = count.split_once(' ') else { return };
            let Ok(count) = count.parse::<u64>() else { return };
            found.push((count, what));
        }
        for (count, what) in found {
            match what {
                "passed" => self.passed += count,
                "failed" | "error" | "errors" => self.failed += count,
                _ => {}
            }
        }
    }

    /// Adds what ExUnit says of tests: `26 doctests, 120 tests, 2 failures, 1 skipped`, where all are counted that ran or
    /// were skipped, and of one that failed `  1) test a name (Some.Module)`; others say nothing.
    fn add_exunit(&mut self, line: &str) {
        if let Some((number, name)) = line.trim().split_once(") ")
            && number.parse::<u64>().is_ok()
            && (name.starts_with("test ") || name.starts_with("doctest "))
        {
            self.failures.push(name.to_owned());
        }
        let mut ran = None;
        let mut failed = None;
        let mut skipped = 0;
        for count in line.trim().split(", ") {
            let Some((count, what)) = count.split_once(' ') else { return };
            let Ok(count) = count.parse::<u64>() else { return };
            match what {
                "test" | "tests" | "doctest" | "doctests" => ran = Some(ran.unwrap_or(0) + count),
                "failure" | "failures" => failed = Some(count),
                "skipped" | "excluded" | "invalid" => skipped += count,
                _ => return,
            }
        }
        if let (Some(ran), Some(failed)) = (ran, failed) {
            self.passed += ran.saturating_sub(failed + skipped);
            self.failed += failed;
        }
    }

    /// Adds a line of XCTest, such as `Test Case 'Reads.testText' passed (0.002 seconds)`; others say nothing. It counts
    /// at the end of each suite and of those around it, so that its counts do not add up.
    fn add_xctest(&mut self, line: &str) {
        let Some((name, became)) = line.strip_prefix("Test Case '").and_then(|line| line.split_once("' "))
        else {
            return;
        };
        if became.starts_with("passed (") {
            self.passed += 1;
        } else if became.starts_with("failed (") {
            self.failed += 1;
            self.failures.push(name.to_owned());
        }
    }
}

impl Totals {
    /// Adds the last line of a module's tests in Maven, such as `[INFO] Tests run: 12, Failures: 1, Errors: 0, Skipped: 2`.
    /// That of a class, which has its time and name behind, says nothing.
    fn add_surefire(&mut self, line: &str) {
        let Some((_, counts)) = line.trim_end().split_once("Tests run: ") else { return };
        let Some((run, others)) = counts.split_once(", Failures: ") else { return };
        let Some((failures, others)) = others.split_once(", Errors: ") else { return };
        let Some((errors, skipped)) = others.split_once(", Skipped: ") else { return };
        let numbers = [run, failures, errors, skipped].map(|number| number.parse::<u64>().ok());
        let [Some(run), Some(failures), Some(errors), Some(skipped)] = numbers else { return };
        self.failed += failures + errors;
        self.passed += run.saturating_sub(failures + errors + skipped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_add_up_and_others_do_not_count() {
        let mut totals = Totals::default();
        for line in [
            "running 3 tests\n",
            "test one ... ok\n",
            "test some::other ... FAILED\n",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s\n",
        ] {
            totals.add(line);
        }
        assert_eq!(totals, Totals { passed: 4, failed: 2, failures: vec!["some::other".into()] });
    }

    #[test]
    fn those_of_pytest_count_too() {
        let mut totals = Totals::default();
        for line in [
            "..F.s                                              [100%]\n",
            "FAILED tests/test_reads.py::test_one - assert 1 == 2\n",
            "3 things in 2 places\n",
            "1 failed, 12 passed, 2 skipped in 3.45s\n",
            "2 passed in 61.00s (0:01:01)\n",
            "1 error in 0.10s\n",
        ] {
            totals.add(line);
        }
        let failures = vec!["tests/test_reads.py::test_one".into()];
        assert_eq!(totals, Totals { passed: 14, failed: 2, failures });
    }

    #[test]
    fn those_of_exunit_count_too() {
        let mut totals = Totals::default();
        for line in [
            "  1) test a name (Some.Module)\n",
            "     test/some_test.exs:3\n",
            "Finished in 2.7 seconds (2.7s async, 0.05s sync)\n",
            "26 doctests, 120 tests, 2 failures, 1 skipped\n",
            "1 test, 0 failures\n",
            "3 things, 0 failures\n",
            "0 failures\n",
        ] {
            totals.add(line);
        }
        let failures = vec!["test a name (Some.Module)".into()];
        assert_eq!(totals, Totals { passed: 144, failed: 2, failures });
    }

    #[test]
    fn those_of_maven_count_by_module() {
        let mut totals = Totals::default();
        for line in [
            "[INFO] Running dev.vexil.ReadsTest\n",
            "[INFO] Tests run: 9, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1.2 s -- in dev.vexil.ReadsTest\n",
            "[ERROR] Tests run: 3, Failures: 1, Errors: 1, Skipped: 0, Time elapsed: 1 s <<< FAILURE! -- in a.B\n",
            "[ERROR] Tests run: 12, Failures: 1, Errors: 1, Skipped: 2\n",
            "[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 0\n",
        ] {
            totals.add(line);
        }
        assert_eq!(totals, Totals { passed: 13, failed: 2, failures: vec![] });
    }

    #[test]
    fn those_of_xctest_count_too() {
        let mut totals = Totals::default();
        for line in [
            "Test Suite 'Reads' started at 2026-01-01 00:00:00.000\n",
            "Test Case 'Reads.testText' started at 2026-01-01 00:00:00.000\n",
            "Test Case 'Reads.testText' passed (0.002 seconds)\n",
            "Test Case 'Reads.testOther' failed (0.002 seconds)\n",
            "Test Case 'Reads.testLater' skipped (0.0 seconds)\n",
            "\t Executed 3 tests, with 1 test skipped and 1 failure (0 unexpected) in 0.004 (0.004) seconds\n",
        ] {
            totals.add(line);
        }
        assert_eq!(totals, Totals { passed: 1, failed: 1, failures: vec!["Reads.testOther".into()] });
    }
}
