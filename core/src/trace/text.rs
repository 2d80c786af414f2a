//! An explanation for people. The text is stable: golden files hold it.

use std::fmt::{self, Write};

use super::{Kind, Line, Outcome, Step, Trace};
use crate::value::Value;

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Text(f);
        write!(f, "{} = {}", self.key, self.value.as_ref().unwrap_or(&Value::Null))?;
        if let Some(variation) = &self.variation {
            write!(f, " ({variation})")?;
        }
        f.end_line()?;
        write!(f, "{}", self.reason)?;
        if let Some(error) = self.error {
            write!(f, " {error}")?;
        }
        if let Some(scope) = self.scope {
            write!(f, ", scope {scope}")?;
        }
        if let Some(rule) = &self.rule {
            write!(f, ", rule {rule}")?;
        }
        if let Some(bucket) = self.bucket {
            write!(f, ", bucket {bucket}")?;
        }
        write!(f, ", version {}", self.version)?;
        f.end_line()?;
        if let Some(problem) = &self.problem {
            write!(f, "{problem}")?;
            f.end_line()?;
        }
        self.steps.iter().try_for_each(|step| write_step(f, step, 1))?;
        match self.steps_not_shown {
            0 => Ok(()),
            count => {
                write!(f, "and {count} more steps, not shown")?;
                f.end_line()
            }
        }
    }
}

/// Writes within a line: names and comments are anyone's, and must neither begin a line nor command a terminal.
struct Text<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Text<'_, '_> {
    fn end_line(&mut self) -> fmt::Result {
        self.0.write_str("\n")
    }
}

impl Write for Text<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split_inclusive(char::is_control).try_for_each(|piece| match piece.char_indices().next_back() {
            Some((at, control)) if control.is_control() => {
                self.0.write_str(piece.get(..at).unwrap_or_default())?;
                write!(self.0, "{}", control.escape_default())
            }
            _ => self.0.write_str(piece),
        })
    }
}

fn write_step(f: &mut Text<'_, '_>, step: &Step, depth: usize) -> fmt::Result {
    write!(f, "{:indent$}", "", indent = depth * 2)?;
    write_head(f, step)?;
    match &step.outcome {
        // Its parts say it all.
        _ if matches!(step.kind, Kind::Line(Line::Global)) => {}
        Outcome::True if matches!(step.kind, Kind::Serve | Kind::Value) => {}
        Outcome::True => f.write_str(": true")?,
        Outcome::False => f.write_str(": false")?,
        Outcome::Unknown => f.write_str(": unknown")?,
        Outcome::Bucket(bucket) => write!(f, ": {bucket}")?,
        Outcome::Words(words) => write!(f, ": {words}")?,
    }
    f.end_line()?;
    step.steps.iter().try_for_each(|step| write_step(f, step, depth + 1))
}

fn write_head(f: &mut Text<'_, '_>, step: &Step) -> fmt::Result {
    let text = |name: &str| step.field(name).and_then(Value::as_str).unwrap_or_default();
    let json = |name: &str| step.field(name).map(Value::to_string).unwrap_or_default();
    match step.kind {
        Kind::Line(line @ (Line::Personal | Line::Tenant | Line::Deployment)) => {
            write!(f, "{:>2} scope {}", line.number(), text("scope"))
        }
        Kind::Line(Line::Prerequisite) => {
            let wanted = if step.field("variation").is_some() { json("variation") } else { json("value") };
            write!(f, " 7 prerequisite {} is {wanted}", text("flag"))
        }
        Kind::Line(line) => {
            write!(f, "{:>2} {}", line.number(), line.as_str())?;
            match step.fields.first() {
                Some((_, Value::Str(value))) => write!(f, " {value}"),
                Some((_, value)) => write!(f, " {value}"),
                None => Ok(()),
            }
        }
        Kind::Rule => {
            write!(f, "10 rule {}", text("rule"))?;
            match step.field("comment").and_then(Value::as_str) {
                Some(comment) => write!(f, " ({comment})"),
                None => Ok(()),
            }
        }
        Kind::Clause => {
            write!(f, "{} {}", text("path"), text("operator"))?;
            match step.field("operand") {
                Some(operand) => write!(f, " {operand}")?,
                None => return f.write_str(", an operator that this version does not know"),
            }
            if step.field("ignoreCase").is_some() {
                f.write_str(" ignoring case")?;
            }
            match step.field("saw") {
                Some(saw) => write!(f, ", saw {saw}"),
                None => f.write_str(", saw nothing"),
            }
        }
        Kind::Segment => write!(f, "segment {}", text("segment")),
        Kind::Bucket | Kind::Traffic | Kind::Holdout | Kind::Layer if step.fields.is_empty() => {
            f.write_str(step.kind.as_str())
        }
        Kind::Bucket | Kind::Traffic | Kind::Holdout | Kind::Layer => {
            if step.kind != Kind::Bucket {
                write!(f, "{} ", step.kind.as_str())?;
            }
            write!(f, "bucket of {}", text("by"))?;
            match step.field("unit") {
                Some(unit) => write!(f, " {unit} with salt {}", json("salt")),
                None => Ok(()),
            }
        }
        Kind::Serve => write!(f, "serve {}", text("variation")),
        Kind::Value => write!(f, "serve value {}", json("value")),
        Kind::Experiment => write!(f, "experiment {}", text("experiment")),
        Kind::Unit => write!(f, "unit {}", text("by")),
        Kind::Sticky => write!(f, "stored variant {}", text("stored")),
        kind => f.write_str(kind.as_str()),
    }
}
