//! Bars in a terminal.

use std::io::{self, Write};

use super::style::{BAR, QUIET};
use crate::split::{ChiSquare, Split};

/// Characters of a bar that stands for everyone.
const WIDTH: f64 = 40.0;
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Below this probability a split is said to be none of chance.
const SUSPICIOUS: f64 = 0.001;

/// A split as bars, with what was expected and how probable what was seen is.
pub(crate) fn write(out: &mut impl Write, split: &Split) -> io::Result<()> {
    let total = f64::from(split.parts.iter().map(|part| part.units).sum::<u32>().max(1));
    let label_width = split.parts.iter().map(|part| part.label.chars().count()).max().unwrap_or_default();
    for part in &split.parts {
        let share = f64::from(part.units) / total;
        let pad = label_width - part.label.chars().count();
        write!(out, "  {}{:pad$}  {BAR}{}{BAR:#}", part.label, "", bar(share))?;
        write!(out, "  {:>6.2} %  {:>7}", share * 100.0, part.units)?;
        if let Some(expected) = part.expected {
            write!(out, "  {QUIET}expected {:.2} %{QUIET:#}", expected / total * 100.0)?;
        }
        writeln!(out)?;
    }
    let units = split.parts.iter().map(|part| part.units).sum::<u32>();
    let remark = match &split.test {
        Some(test) if split.decided < units => {
            format!("the {} units that a bucket decided split {}", split.decided, verdict(test))
        }
        Some(test) => format!("they split {}", verdict(test)),
        None if split.decided == 0 => "no bucket decided any of them".to_owned(),
        None if split.parts.iter().all(|part| part.expected.is_none()) => {
            "what to expect is not known: they fall into buckets by another attribute, or too few come that far"
                .to_owned()
        }
        None => return Ok(()),
    };
    writeln!(out, "\n  {remark}")
}

fn verdict(test: &ChiSquare) -> String {
    let p = test.p();
    let verdict = if p < SUSPICIOUS { "less evenly than chance allows" } else { "as chance allows" };
    let degrees = test.degrees_of_freedom;
    let s = if degrees == 1 { "" } else { "s" };
    format!("{verdict}: p = {p:.3} (chi-square {:.2}, {degrees} degree{s} of freedom)", test.statistic)
}

fn bar(share: f64) -> String {
    // At most 320, so the cast is exact.
    let eighths = (share * WIDTH * 8.0).round() as usize;
    let partial = EIGHTHS.get(eighths % 8).copied().unwrap_or_default();
    let bar = format!("{}{partial}", "█".repeat(eighths / 8));
    format!("{bar:<width$}", width = WIDTH as usize)
}
