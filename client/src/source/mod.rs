//! Where definitions come from.

pub(crate) mod events;
pub(crate) mod http;
