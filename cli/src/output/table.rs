//! A table: columns as wide as they must be, two spaces between them.

use std::io::{self, Write};

use super::style::HEADING;

/// Writes rows under headings, indented by two. Characters are taken to be of one width.
pub(crate) fn write<const N: usize>(
    out: &mut impl Write,
    headings: [&str; N],
    rows: &[[String; N]],
) -> io::Result<()> {
    let mut widths = headings.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(cell).max(*widest);
        }
    }
    write!(out, "{HEADING}")?;
    line(out, &widths, headings)?;
    write!(out, "{HEADING:#}")?;
    rows.iter().try_for_each(|row| line(out, &widths, row.each_ref().map(String::as_str)))
}

fn line<const N: usize>(out: &mut impl Write, widths: &[usize; N], cells: [&str; N]) -> io::Result<()> {
    let line: String = cells
        .iter()
        .zip(widths)
        .map(|(cell, widest)| format!("  {cell}{:pad$}", "", pad = widest - width(cell)))
        .collect();
    writeln!(out, "{}", line.trim_end())
}

fn width(text: &str) -> usize {
    text.chars().count()
}
