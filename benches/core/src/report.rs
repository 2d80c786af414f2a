//! Rows of figures, as tables for people or as JSON for programs.

use common::Cost;
use serde_json::{Map, Value, json};

#[derive(Clone, Copy)]
pub(crate) enum Format {
    Tables,
    Json,
}

/// The unit in which a time is shown.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Nanoseconds,
    Microseconds,
    Milliseconds,
}

impl Unit {
    fn nanoseconds(self) -> f64 {
        match self {
            Unit::Nanoseconds => 1.0,
            Unit::Microseconds => 1e3,
            Unit::Milliseconds => 1e6,
        }
    }

    fn figures(self) -> [&'static str; 2] {
        match self {
            Unit::Nanoseconds => ["ns_min", "ns_median"],
            Unit::Microseconds => ["us_min", "us_median"],
            Unit::Milliseconds => ["ms_min", "ms_median"],
        }
    }
}

/// What was measured, and figures whose names begin or end with their units.
pub(crate) struct Row {
    what: String,
    figures: Vec<(&'static str, f64)>,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>) -> Row {
        Row { what: what.into(), figures: Vec::new() }
    }

    pub(crate) fn of_cost(what: impl Into<String>, unit: Unit, cost: &Cost) -> Row {
        Row::new(what)
            .time(unit, (cost.min, cost.median))
            .with("allocations", cost.allocations)
            .with("bytes", cost.bytes)
    }

    /// The least and the median time, in nanoseconds.
    pub(crate) fn time(self, unit: Unit, (min, median): (f64, f64)) -> Row {
        let [min_name, median_name] = unit.figures();
        self.with(min_name, min / unit.nanoseconds()).with(median_name, median / unit.nanoseconds())
    }

    pub(crate) fn with(mut self, figure: &'static str, value: f64) -> Row {
        self.figures.push((figure, value));
        self
    }

    fn get(&self, figure: &str) -> Option<f64> {
        self.figures.iter().find(|(name, _)| *name == figure).map(|(_, value)| *value)
    }

    fn to_json(&self, group: &str) -> Value {
        let names = [("group", json!(group)), ("what", json!(self.what))];
        let figures = self.figures.iter().map(|(name, value)| (*name, json!((value * 1e3).round() / 1e3)));
        let members = names.into_iter().chain(figures);
        Value::Object(members.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
    }
}

/// The rows of one group.
pub(crate) struct Report {
    group: &'static str,
    rows: Vec<Row>,
}

impl Report {
    pub(crate) fn new(group: &'static str) -> Report {
        Report { group, rows: Vec::new() }
    }

    pub(crate) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(crate) fn print(&self, title: &str, format: Format) {
        match format {
            Format::Json => self.rows.iter().for_each(|row| println!("{}", row.to_json(self.group))),
            Format::Tables => println!("{}: {title}\n{}", self.group, self.table()),
        }
    }

    fn table(&self) -> String {
        let mut columns: Vec<&str> = Vec::new();
        for (name, _) in self.rows.iter().flat_map(|row| &row.figures) {
            if !columns.contains(name) {
                columns.push(name);
            }
        }
        let mut lines = vec![String::new(); self.rows.len() + 1];
        let whats = std::iter::once("").chain(self.rows.iter().map(|row| row.what.as_str()));
        let cells = whats.map(|what| format!("  {what}")).collect();
        append(&mut lines, cells, |cell, width| format!("{cell:<width$}"));
        for column in columns {
            let figures = self.rows.iter().map(|row| row.get(column).map_or_else(String::new, short));
            let cells = std::iter::once(column.replace('_', " ")).chain(figures).collect();
            append(&mut lines, cells, |cell, width| format!("  {cell:>width$}"));
        }
        lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// Appends a column, as wide as its widest cell.
fn append(lines: &mut [String], cells: Vec<String>, pad: impl Fn(&str, usize) -> String) {
    let width = cells.iter().map(String::len).max().unwrap_or(0);
    for (line, cell) in lines.iter_mut().zip(&cells) {
        line.push_str(&pad(cell, width));
    }
}

/// Three digits say all that a shared machine knows.
fn short(value: f64) -> String {
    match value.abs() {
        whole if value.fract() == 0.0 || whole >= 100.0 => format!("{value:.0}"),
        tens if tens >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
