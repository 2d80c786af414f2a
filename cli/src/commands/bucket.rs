//! `vexil bucket`: where a unit falls under a salt.

use std::io::Write;

use clap::Args;
use serde_json::json;
use vexil_core::bucket_of;

use crate::exit::{Failure, Outcome};
use crate::output::style::HEADING;
use crate::output::{Format, Output};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The salt: an action's or an entry's own, else the entry's key
    #[arg(short, long)]
    salt: String,

    /// What is put into a bucket: a user's id, a tenant's id, the value of any attribute
    #[arg(short, long)]
    unit: String,

    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

const EXAMPLES: &str = "\
Example:
  vexil bucket --salt new-dashboard --unit user-123

The hash is SipHash-2-4 under the key 00..0f of the salt, a zero byte and the unit; the bucket is
hash * 100000 / 2^64. A rollout gives the buckets from 0 up to its variations, in their order.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Arguments { salt, unit, format } = arguments;
    let place = bucket_of(salt, unit);
    let hash = format!("{:016x}", place.hash);
    let mut output = Output::new(*format);
    match format {
        Format::Json => {
            output.json(&json!({ "salt": salt, "unit": unit, "hash": hash, "bucket": place.bucket }))?;
        }
        Format::Text => {
            writeln!(output, "bucket {HEADING}{}{HEADING:#} of 100000", place.bucket)?;
            writeln!(output, "hash   {hash}")?;
        }
    }
    output.flush()?;
    Ok(Outcome::Fine)
}
