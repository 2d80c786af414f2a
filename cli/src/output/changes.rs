//! What differs, entry by entry.

use std::io::{self, Write};

use vexil_core::diff::ChangeKind;

use super::style::{HEADING, NO, QUIET, UNKNOWN, WARNING, YES};

/// The change of one entry, with both sides of its fields in words.
pub(crate) struct Told<'c> {
    pub(crate) key: &'c str,
    pub(crate) type_name: &'c str,
    pub(crate) change: ChangeKind,
    /// Path, old and new side.
    pub(crate) fields: Vec<(&'c str, Option<String>, Option<String>)>,
    /// Path, percent of units, and whether they are reshuffled.
    pub(crate) moves: Vec<(&'c str, f64, bool)>,
}

/// Writes it, with whom it moves.
pub(crate) fn write(output: &mut impl Write, told: &Told<'_>) -> io::Result<()> {
    let Told { key, type_name, change, fields, moves } = told;
    let (style, sign, what) = match change {
        ChangeKind::Added => (YES, '+', "added"),
        ChangeKind::Removed => (NO, '-', "removed"),
        ChangeKind::Changed => (UNKNOWN, '~', "changed"),
    };
    writeln!(output, "{style}{sign}{style:#} {HEADING}{key}{HEADING:#} {QUIET}{type_name} {what}{QUIET:#}")?;
    for (path, old, new) in fields {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        writeln!(output, "    {path}: {} -> {}", side(old), side(new))?;
    }
    for (path, percent, reshuffled) in moves {
        let how = if *reshuffled { ", a reshuffle" } else { "" };
        writeln!(output, "    {WARNING}moves{WARNING:#} {percent} % of the units at {path}{how}")?;
    }
    Ok(())
}

/// `1 added, 0 removed, 2 changed`
pub(crate) fn counts(kinds: impl Iterator<Item = ChangeKind> + Clone) -> String {
    let count = |wanted: ChangeKind| kinds.clone().filter(|kind| *kind == wanted).count();
    let (added, removed) = (count(ChangeKind::Added), count(ChangeKind::Removed));
    format!("{added} added, {removed} removed, {} changed", count(ChangeKind::Changed))
}
