//! Which part of the definitions leaves the control plane, and in which form (DESIGN 10): for servers all but secrets
//! and what only people read; for clients what they may see, sealed.
//!
//! What is delivered evaluates as it does among all definitions. What cannot be, is withheld: remote evaluation answers
//! for it.

mod client;
mod fields;
mod graph;
mod identity;
mod seal;
mod server;
mod withheld;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use graph::Graph;

pub use withheld::{Withheld, Writing};

/// An entry for a key of a server: without what only people read. Nothing if it is sensitive.
pub fn for_server(entry: &Map<String, Value>) -> Option<Map<String, Value>> {
    (!fields::is_sensitive(entry)).then(|| server::form(entry))
}

/// Whether keys of clients see an entry, here or by remote evaluation.
pub fn is_client_visible(entry: &Map<String, Value>) -> bool {
    fields::is_client_visible(entry)
}

/// For whom a client's slice is.
#[derive(Clone, Copy)]
pub struct ClientAudience<'a> {
    /// The tenant that the key is bound to. The slice of a bound key decides as the definitions do for contexts of this
    /// tenant, or of none.
    pub tenant: Option<&'a str>,
    /// The secret of the environment, from which the salts of sealed clauses are derived. It must be the same on every
    /// replica, and never leave the control plane.
    pub secret: &'a [u8],
}

/// What a key of a client gets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientSlice {
    /// The entries, by ascending key.
    pub entries: Vec<Map<String, Value>>,
    /// The entries that are marked `client_visible` and do not go out, by ascending key, each with the first reason.
    pub withheld: Vec<(String, Withheld)>,
}

/// The slice of all entries of an environment, each with its key, for a key of a client: those that are
/// `client_visible`, with the segments and layers that they need. Takes time and memory in proportion to the entries.
pub fn for_client<'e>(
    entries: impl Iterator<Item = (&'e str, &'e Map<String, Value>)>,
    audience: &ClientAudience<'_>,
) -> ClientSlice {
    let mut graph = Graph::of(&entries.collect(), audience);
    graph.withhold_dependents();
    graph.into_slice()
}
