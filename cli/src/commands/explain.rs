//! `vexil explain`: the same decision, with every step that led there.

use std::io::{self, Write};

use clap::Args;
use vexil_core::trace::Trace;
use vexil_core::{ErrorCode, Problem, Reason, Request};

use super::question::{Asking, Question};
use crate::exit::{Failure, Outcome};
use crate::output::style::{HEADING, NO, UNKNOWN, YES};
use crate::output::{Format, Output};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    question: Question,
}

const EXAMPLES: &str = "\
Examples:
  vexil explain checkout.address-lookup -d examples --env production \\
    --context '{\"user\": {\"id\": \"u-1\"}, \"app\": {\"version\": \"3.1.0\"}}'
  vexil explain graph_search.v2.enable -d examples --now 2025-06-01T00:00:00Z \\
    --context '{\"env\": \"production\", \"user\": {\"id\": \"u-1\"}}'

Each step stands below the one that it is part of. The number before a step is its line in the order of
resolution: the first line that decides ends it.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let asked = arguments.question.asked;
    arguments.question.ask(|asking, output| {
        let trace = match asking.context {
            Ok(context) => {
                let (snapshot, request) = (&asking.definitions.snapshot, Request::new(context, asking.now));
                let trace = snapshot.explain(asking.key, asked, &request).1;
                let problem = trace.problem.map(|problem| asking.definitions.describe(asking.key, problem));
                Trace { problem, ..trace }
            }
            Err(problem) => to_no_context(asking, problem),
        };
        match output.format {
            Format::Json => output.json(&trace)?,
            Format::Text => {
                if !asking.is_first {
                    output.write_all(b"\n")?;
                }
                write(output, &trace)?;
            }
        }
        Ok(if trace.error.is_some() { Outcome::Problems } else { Outcome::Fine })
    })
}

fn to_no_context(asking: &Asking<'_>, problem: &Problem) -> Trace {
    Trace {
        key: asking.key.to_owned(),
        value: None,
        variation: None,
        reason: Reason::Error.as_str(),
        scope: None,
        rule: None,
        bucket: None,
        error: Some(ErrorCode::InvalidContext.as_str()),
        problem: Some(problem.to_string()),
        version: asking.definitions.snapshot.version(),
        steps: Vec::new(),
        steps_not_shown: 0,
    }
}

/// The core's own text, with colours for what holds and what does not.
pub(crate) fn write(output: &mut Output, trace: &Trace) -> io::Result<()> {
    let text = trace.to_string();
    let mut lines = text.lines();
    writeln!(output, "{HEADING}{}{HEADING:#}", lines.next().unwrap_or_default())?;
    for line in lines {
        let outcomes = [(": true", YES), (": false", NO), (": unknown", UNKNOWN)];
        let outcome =
            outcomes.iter().find_map(|(words, style)| Some((line.strip_suffix(words)?, words, style)));
        match outcome {
            Some((step, words, style)) => writeln!(output, "{step}{style}{words}{style:#}")?,
            None => writeln!(output, "{line}")?,
        }
    }
    Ok(())
}
