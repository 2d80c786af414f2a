//! Colours, by what they mean.

use anstyle::{AnsiColor, Style};

pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const QUIET: Style = Style::new().dimmed();
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const YES: Style = AnsiColor::Green.on_default();
pub(crate) const NO: Style = AnsiColor::Red.on_default();
pub(crate) const UNKNOWN: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAR: Style = AnsiColor::Cyan.on_default();
