//! What `eval` and `explain` have in common: whom they ask, for whom, and when.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use vexil_core::{Asked, Context, Problem, Timestamp};

use super::{clock, moment};
use crate::exit::{Failure, Outcome};
use crate::input::contexts::Contexts;
use crate::input::{self, Definitions};
use crate::output::{Format, Output};

#[derive(Args)]
pub(crate) struct Question {
    /// The flag, configuration value or experiment to ask for
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    key: Option<String>,

    /// A file or folder of definitions, JSON or YAML
    #[arg(short, long, value_name = "PATH")]
    definitions: PathBuf,

    /// The environment, unless a context names one
    #[arg(short, long, value_name = "NAME")]
    env: Option<String>,

    /// Who asks; without it a context that says nothing
    #[arg(short, long, value_name = "JSON", conflicts_with = "contexts")]
    context: Option<String>,

    /// Many who ask: one context on each line of this file (`-` for standard input)
    #[arg(long, value_name = "FILE.jsonl")]
    contexts: Option<PathBuf>,

    /// The moment that counts as now; without it the clock's
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    now: Option<Timestamp>,

    /// Ask for every entry, in the order of the definitions
    #[arg(short, long)]
    all: bool,

    /// Insist on a type; an entry of another one is TYPE_MISMATCH
    #[arg(long = "type", value_name = "TYPE", value_parser = types())]
    pub(super) asked: Option<Asked>,

    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

/// A question, ready to be answered for one context after the other.
pub(super) struct Asking<'a> {
    pub(super) definitions: &'a Definitions,
    pub(super) key: &'a str,
    pub(super) context: Result<&'a Context, &'a Problem>,
    pub(super) now: Timestamp,
    /// The first answer has nothing before it.
    pub(super) is_first: bool,
    /// Characters of the longest key that is asked for.
    pub(super) key_width: usize,
}

impl Question {
    /// Asks for every key and context, contexts outermost. `answer` writes and says whether there was an error.
    pub(super) fn ask(
        &self,
        mut answer: impl FnMut(&Asking<'_>, &mut Output) -> io::Result<Outcome>,
    ) -> Result<Outcome, Failure> {
        let definitions = input::load(&self.definitions, self.env.as_deref())?;
        let snapshot = &definitions.snapshot;
        let keys: Vec<&str> = self.key.as_deref().map_or_else(|| snapshot.keys().collect(), |key| vec![key]);
        let key_width = keys.iter().map(|key| key.chars().count()).max().unwrap_or_default();
        let now = self.now.unwrap_or_else(clock);
        let mut contexts = match &self.contexts {
            Some(path) => Contexts::lines(path)?,
            None => Contexts::one(self.context.as_deref()),
        };
        let mut output = Output::new(self.format);
        let mut outcome = Outcome::Fine;
        let mut is_first = true;
        while let Some(context) = contexts.next()? {
            for &key in &keys {
                let context = context.as_ref();
                let asking = Asking { definitions: &definitions, key, context, now, is_first, key_width };
                outcome = outcome.and(answer(&asking, &mut output)?);
                is_first = false;
            }
            if contexts.may_block() {
                output.flush()?;
            }
        }
        output.flush()?;
        Ok(outcome)
    }
}

fn types() -> impl TypedValueParser<Value = Asked> {
    let named = |name: String| Asked::ALL.iter().find(|(known, _)| *known == name).map(|(_, asked)| *asked);
    PossibleValuesParser::new(Asked::ALL.map(|(name, _)| name))
        .try_map(move |name| named(name).ok_or("no such type"))
}
