//! The shipped examples, put where they can be edited.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::exit::Failure;

/// Name, text and what it is.
const EXAMPLES: [(&str, &str, &str); 3] = [
    (
        "graph_search.json",
        include_str!("../../../../examples/graph_search.json"),
        "one flag with three rules",
    ),
    (
        "registrations.json",
        include_str!("../../../../examples/registrations.json"),
        "a flag and a test, in other spellings",
    ),
    (
        "platform.yaml",
        include_str!("../../../../examples/platform.yaml"),
        "a bundle: scopes, a kill switch, a segment, experiments in a layer",
    ),
];

/// A folder with the examples; a temporary one is removed with this.
pub(super) struct Files {
    folder: PathBuf,
    _temporary: Option<TempDir>,
}

impl Files {
    /// Writes the examples that are not there yet: what someone has edited is theirs.
    pub(super) fn put(folder: Option<&Path>) -> Result<Files, Failure> {
        let unusable = |folder: &Path, error: &io::Error| {
            Failure::Usage(format!("cannot write the examples to {}: {error}", folder.display()))
        };
        let (folder, temporary) = match folder {
            Some(folder) => {
                fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
                (folder.to_owned(), None)
            }
            None => {
                let temporary = TempDir::with_prefix("vexil-demo-")
                    .map_err(|error| unusable(&std::env::temp_dir(), &error))?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        for (name, text, _) in EXAMPLES {
            let new = fs::File::create_new(folder.join(name));
            match new.and_then(|mut file| file.write_all(text.as_bytes())) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => done.map_err(|error| unusable(&folder, &error))?,
            }
        }
        Ok(Files { folder, _temporary: temporary })
    }

    pub(super) fn paths(&self) -> Vec<PathBuf> {
        EXAMPLES.iter().map(|(name, ..)| self.folder.join(name)).collect()
    }

    pub(super) fn described(&self) -> impl Iterator<Item = (PathBuf, &'static str)> {
        EXAMPLES.iter().map(|(name, _, what)| (self.folder.join(name), *what))
    }

    /// The file with the seed's flag.
    pub(super) fn seed(&self) -> PathBuf {
        self.folder.join("graph_search.json")
    }
}
