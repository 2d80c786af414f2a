//! Variants in a file, so that they outlive the process: for programs of one user, and for single servers.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::lock::Mutex;

use super::{MemoryStore, StickyStore};

/// A line that is longer is none of ours.
const LINE_BYTES: u64 = 64 << 10;
/// Nobody who is there writes for so long.
const LONG_ENOUGH: Duration = Duration::from_millis(500);

/// Remembers variants in a file: one line `["experiment","unit","variant"]` for each, appended as it is given out. What
/// is there when it is opened is known; of what other processes append later nothing is heard. Where it has twice as many
/// lines as there is room for, it is written anew with what is still known.
///
/// A line that is damaged is passed over. Where a line cannot be written, its variant is remembered until the process
/// ends. Units are written as they are: the file is its owner's alone to read.
pub struct FileStore {
    path: PathBuf,
    capacity: usize,
    known: MemoryStore,
    /// Held to write, and for no reading.
    journal: Mutex<Journal>,
}

struct Journal {
    file: File,
    lines: usize,
}

impl FileStore {
    /// Opens a file or makes one, with room for about so many pairs of an experiment and a unit.
    ///
    /// # Errors
    ///
    /// It cannot be read or written.
    pub fn open(path: impl Into<PathBuf>, capacity: usize) -> io::Result<FileStore> {
        let path = path.into();
        let known = MemoryStore::new(capacity);
        let lines = match File::open(&path) {
            Ok(file) => read(&mut BufReader::new(file), &known)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        let mut file = append_to(&path)?;
        // What was cut short ends here, so that the next line is one of its own.
        if lines > 0 {
            file.write_all(b"\n")?;
        }
        let store = FileStore { path, capacity, known, journal: Mutex::new(Journal { file, lines }) };
        store.shorten(&mut store.journal.lock())?;
        Ok(store)
    }

    /// Writes the file anew where it has become long.
    fn shorten(&self, journal: &mut Journal) -> io::Result<()> {
        if journal.lines <= self.capacity.saturating_mul(2) {
            return Ok(());
        }
        let (mut text, mut lines) = (String::new(), 0);
        self.known.each(|experiment, unit, variant| {
            text.push_str(&line(experiment, unit, variant));
            lines += 1;
        });
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_data()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        *journal = Journal { file: append_to(&self.path)?, lines };
        Ok(())
    }
}

impl StickyStore for FileStore {
    fn get(&self, experiment: &str, unit: &str) -> Option<String> {
        self.known.get(experiment, unit)
    }

    fn put(&self, experiment: &str, unit: &str, variant: &str) {
        self.known.put(experiment, unit, variant);
        // After a fork the lock may be held by a thread that is not there; whoever writes holds it for a moment only.
        let Some(mut journal) = self.journal.try_lock_for(LONG_ENOUGH) else { return };
        // In one piece, so that lines of several processes do not mix.
        if journal.file.write_all(line(experiment, unit, variant).as_bytes()).is_ok() {
            journal.lines += 1;
            if self.shorten(&mut journal).is_err() {
                // It is tried again after as many more.
                journal.lines = 0;
            }
        }
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes over every line, and tells how many there were.
fn read(lines: &mut impl BufRead, known: &MemoryStore) -> io::Result<usize> {
    let mut count = 0;
    let mut text = Vec::new();
    loop {
        text.clear();
        if lines.by_ref().take(LINE_BYTES).read_until(b'\n', &mut text)? == 0 {
            return Ok(count);
        }
        count += 1;
        if let Ok((experiment, unit, variant)) = serde_json::from_slice::<(String, String, String)>(&text) {
            known.put(&experiment, &unit, &variant);
        }
    }
}

fn line(experiment: &str, unit: &str, variant: &str) -> String {
    format!("{}\n", serde_json::json!([experiment, unit, variant]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_outlive_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("variants");
        let store = FileStore::open(&path, 100).unwrap();
        store.put("e", "ann \"quoted\"\n", "a");
        store.put("e", "bob", "b");
        store.put("e", "bob", "c");
        drop(store);
        let store = FileStore::open(&path, 100).unwrap();
        assert_eq!(store.get("e", "ann \"quoted\"\n").as_deref(), Some("a"));
        assert_eq!(store.get("e", "bob").as_deref(), Some("c"), "the last one counts");
        #[cfg(unix)]
        {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn damage_costs_the_lines_that_it_is_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("variants");
        let whole = [line("e", "1", "a"), line("e", "2", "b"), line("e", "3", "c")].concat();
        std::fs::write(&path, whole.replace("\"2\"", "\"2") + "[\"e\",\"4\"").unwrap();
        let store = FileStore::open(&path, 100).unwrap();
        store.put("e", "5", "d");
        for store in [store, FileStore::open(&path, 100).unwrap()] {
            let known = ["1", "2", "3", "4", "5"].map(|unit| store.get("e", unit));
            assert_eq!(known.each_ref().map(Option::as_deref), [Some("a"), None, Some("c"), None, Some("d")]);
        }
    }

    #[test]
    fn a_file_does_not_grow_without_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("variants");
        for round in 0..10 {
            let store = FileStore::open(&path, 50).unwrap();
            (0..200).for_each(|unit| store.put("e", &format!("{round}-{unit}"), "a"));
            assert_eq!(store.get("e", &format!("{round}-199")).as_deref(), Some("a"));
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 102, "{lines}");
        }
        let store = FileStore::open(&path, 50).unwrap();
        assert_eq!(store.get("e", "9-199").as_deref(), Some("a"));
    }

    #[test]
    fn a_file_that_cannot_be_there_is_told_of() {
        assert!(FileStore::open("/nowhere/at/all", 10).is_err());
    }
}
