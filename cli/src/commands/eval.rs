//! `vexil eval`: what an entry is for a context.

use std::io::{self, Write};

use clap::Args;
use serde::{Serialize, Serializer};
use vexil_core::evaluate::{Assignment, RuleName};
use vexil_core::model::Scope;
use vexil_core::{Context, ErrorCode, Evaluation, Problem, Reason, Request, Value};

use super::question::{Asking, Question};
use crate::exit::{Failure, Outcome};
use crate::output::style::{ERROR, HEADING, QUIET, WARNING};
use crate::output::{Format, Output};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    question: Question,
}

const EXAMPLES: &str = "\
Examples:
  vexil eval checkout.one-page -d examples --context '{\"tenant\": {\"plan\": \"starter\"}}'
  vexil eval --all -d examples --env production --context '{\"user\": {\"id\": \"u-1\"}}'
  vexil eval new-dashboard -d examples --now 2024-06-01T00:00:00Z --format json --contexts users.jsonl

There is one result for each context, in order. The exit code is 1 when a result is an error:
FLAG_NOT_FOUND, TYPE_MISMATCH, PARSE_ERROR (the definition is broken) or INVALID_CONTEXT.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let asked = arguments.question.asked;
    arguments.question.ask(|asking, output| {
        let answer = match asking.context {
            Ok(context) => {
                let (snapshot, request) = (&asking.definitions.snapshot, Request::new(context, asking.now));
                let evaluation = match asked {
                    Some(asked) => snapshot.evaluate_as(asking.key, asked, &request),
                    None => snapshot.evaluate(asking.key, &request),
                };
                Answer::of(asking, &evaluation, context)
            }
            Err(problem) => Answer::to_no_context(asking, problem),
        };
        match output.format {
            Format::Json => output.json(&answer)?,
            Format::Text => answer.write(output, asking.key_width)?,
        }
        Ok(if answer.error.is_some() { Outcome::Problems } else { Outcome::Fine })
    })
}

/// One result, as programs read it.
#[derive(Serialize)]
struct Answer<'a> {
    key: &'a str,
    value: Option<&'a Value>,
    variation: Option<&'a str>,
    reason: &'static str,
    scope: Option<&'static str>,
    #[serde(serialize_with = "name_of_rule")]
    rule: Option<RuleName<'a>>,
    bucket: Option<u32>,
    error: Option<&'static str>,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<Store<'a>>,
}

/// A sticky assignment that the caller should keep, and hand back next time.
#[derive(Serialize)]
struct Store<'a> {
    experiment: &'a str,
    unit: String,
    variant: &'a str,
}

impl<'a> Answer<'a> {
    fn of(asking: &Asking<'a>, evaluation: &Evaluation<'a>, context: &Context) -> Answer<'a> {
        Answer {
            key: asking.key,
            value: evaluation.value(),
            variation: evaluation.variation(),
            reason: evaluation.reason().as_str(),
            scope: evaluation.scope().map(Scope::as_str),
            rule: evaluation.rule(),
            bucket: evaluation.bucket(),
            error: evaluation.error().map(ErrorCode::as_str),
            version: evaluation.version(),
            message: evaluation.problem().map(|problem| asking.definitions.describe(asking.key, problem)),
            overdue: evaluation.is_overdue(),
            store: evaluation
                .assignment()
                .filter(Assignment::is_to_be_stored)
                .and_then(|assignment| Some(Store::of(&assignment, evaluation.unit(context)?))),
        }
    }

    fn to_no_context(asking: &Asking<'a>, problem: &Problem) -> Answer<'a> {
        Answer {
            key: asking.key,
            value: None,
            variation: None,
            reason: Reason::Error.as_str(),
            scope: None,
            rule: None,
            bucket: None,
            error: Some(ErrorCode::InvalidContext.as_str()),
            version: asking.definitions.snapshot.version(),
            message: Some(problem.to_string()),
            overdue: false,
            store: None,
        }
    }

    /// One line: `key  value (variation)  REASON, what decided`.
    fn write(&self, output: &mut Output, key_width: usize) -> io::Result<()> {
        let pad = key_width.saturating_sub(self.key.chars().count());
        write!(output, "{HEADING}{}{HEADING:#}{:pad$}  ", self.key, "")?;
        if let Some(error) = self.error {
            write!(output, "{ERROR}{error}{ERROR:#}")?;
            if let Some(message) = &self.message {
                write!(output, "  {message}")?;
            }
            return output.write_all(b"\n");
        }
        write!(output, "{}", self.value.unwrap_or(&Value::Null))?;
        if let Some(variation) = self.variation {
            write!(output, " ({variation})")?;
        }
        write!(output, "  {QUIET}{}", self.reason)?;
        if let Some(scope) = self.scope {
            write!(output, ", scope {scope}")?;
        }
        if let Some(rule) = self.rule {
            write!(output, ", rule {rule}")?;
        }
        if let Some(bucket) = self.bucket {
            write!(output, ", bucket {bucket}")?;
        }
        write!(output, "{QUIET:#}")?;
        if self.overdue {
            write!(output, "  {WARNING}overdue{WARNING:#}")?;
        }
        output.write_all(b"\n")
    }
}

impl<'a> Store<'a> {
    fn of(assignment: &Assignment<'a>, unit: String) -> Store<'a> {
        Store { experiment: assignment.experiment(), unit, variant: assignment.variant() }
    }
}

fn name_of_rule<S: Serializer>(rule: &Option<RuleName<'_>>, serializer: S) -> Result<S::Ok, S::Error> {
    match rule {
        Some(rule) => serializer.collect_str(rule),
        None => serializer.serialize_none(),
    }
}
