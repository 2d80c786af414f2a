//! What an author is told of entries that are marked for clients and do not reach them.

use std::collections::BTreeMap;

use crate::delivery::slice::Withheld;

/// Notes of one change; of more there is only the number.
const NOTES: usize = 20;

/// Gathers what holds of several environments and keys into one note each.
#[derive(Debug, Default)]
pub(super) struct WithheldNotes {
    /// By entry and reason.
    found: BTreeMap<(String, String), Places>,
}

#[derive(Debug, Default)]
struct Places {
    audiences: Vec<String>,
    environments: Vec<String>,
}

impl WithheldNotes {
    pub(super) fn take(&mut self, key: &str, environment: &str, withheld: Vec<(String, Withheld)>) {
        for (audience, reason) in withheld {
            let reason = format!("{reason} ({})", reason.code());
            let places = self.found.entry((key.to_owned(), reason)).or_default();
            for (name, known) in
                [(audience, &mut places.audiences), (environment.to_owned(), &mut places.environments)]
            {
                if !known.contains(&name) {
                    known.push(name);
                }
            }
        }
    }

    pub(super) fn into_notes(self) -> impl Iterator<Item = String> {
        let further = self.found.len().saturating_sub(NOTES);
        let told = self.found.into_iter().take(NOTES).map(|((key, reason), places)| {
            let Places { audiences, environments } = places;
            let (audiences, environments) = (audiences.join(", "), environments.join(", "));
            format!("`{key}` is withheld from keys of clients ({audiences}) in {environments}: {reason}")
        });
        let rest = (further > 0)
            .then(|| format!("{further} further reasons why entries are withheld from keys of clients"));
        told.chain(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_few() {
        let mut notes = WithheldNotes::default();
        for number in 0..NOTES + 5 {
            for environment in ["staging", "production"] {
                let withheld = ["client", "client:*"].map(|name| (name.to_owned(), Withheld::Sensitive));
                notes.take(&format!("e{number:02}"), environment, withheld.into());
            }
        }
        let notes: Vec<String> = notes.into_notes().collect();
        assert_eq!(notes.len(), NOTES + 1);
        let first = "`e00` is withheld from keys of clients (client, client:*) in staging, production: \
             it is sensitive (SENSITIVE)";
        assert_eq!(notes[0], first);
        assert!(notes[NOTES].starts_with("5 further"), "{}", notes[NOTES]);
    }
}
