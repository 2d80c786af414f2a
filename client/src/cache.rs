//! The last known good, on disk: the messages of the control plane as they were signed, so that they are verified again
//! when they are read. The first line is a header, the second the whole, each further one a change; every line stands
//! behind a checksum of its own. The whole is written beside and renamed; a change is appended. A line that is cut short or
//! damaged is passed over, and told of.
//!
//! Several processes may keep one file, each what it has seen and when it has: a reader takes the lines that take what it
//! holds further, and none besides.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use vexil_core::limits;

use crate::options::{Cache, Options, Source};
use crate::state::{Failure, FailureCode};

/// What this version writes; another one is not read.
const FORMAT: u32 = 1;
/// Nobody keeps a file that is longer: the largest whole, and as much again in changes of a few processes.
const FILE_BYTES: u64 = 4 * limits::DOCUMENT_BYTES as u64;
/// Changes may take as much room as the whole; then the whole is fetched anew.
const WORTH_APPENDING: u64 = 64 << 10;

/// A key as the control plane publishes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublishedKey {
    pub(crate) id: String,
    pub(crate) public: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: u32,
    /// Those that the messages are verified with where the options name none.
    keys: Vec<PublishedKey>,
}

/// A file with the last known good of one source.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    max_age: Option<Duration>,
    whole: u64,
    appended: u64,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) keys: Vec<PublishedKey>,
    /// The whole, and then changes.
    pub(crate) messages: Vec<String>,
    /// When the control plane last said that it is the newest, in milliseconds since the epoch.
    pub(crate) confirmed_at: i64,
    /// The first line that is not whole, if one is not.
    pub(crate) damage: Option<Failure>,
}

impl Store {
    /// The file of a source, in the folder that the options name.
    pub(crate) fn of(options: &Options) -> Option<Store> {
        let (Source::Http { url, key }, Some(Cache { folder, max_age })) = (&options.source, &options.cache)
        else {
            return None;
        };
        // Another key may see another environment or less of it; the key itself must not be read off a file's name.
        let name = Sha256::digest([url.as_bytes(), b"\0", key.as_bytes()].concat());
        let name: String = name.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(Store { path: folder.join(format!("{name}.vexil")), max_age: *max_age, whole: 0, appended: 0 })
    }

    /// What is there; none where there is nothing, or nothing that is young enough.
    pub(crate) fn read(&mut self) -> Result<Option<Found>, Failure> {
        let unreadable = |error: io::Error| {
            Failure::new(FailureCode::CacheRead, format!("{}: {error}", self.path.display()))
        };
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.len() > FILE_BYTES {
            return Err(self.damaged(&format!("it has {} bytes", metadata.len())));
        }
        let modified = metadata.modified().map_err(unreadable)?;
        if self.max_age.is_some_and(|max| modified.elapsed().is_ok_and(|age| age > max)) {
            return Ok(None);
        }
        let confirmed = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut lines = Lines { file: BufReader::new(file), is_broken: false };
        let header = lines.next().ok_or_else(|| self.damaged("it is empty"))?;
        let header = header.map_err(|why| self.damaged(&why))?;
        let header: Header =
            serde_json::from_str(&header).map_err(|error| self.damaged(&error.to_string()))?;
        if header.format != FORMAT {
            return Err(self.damaged(&format!("it is of format {}, and this is {FORMAT}", header.format)));
        }
        let (mut messages, mut damage) = (Vec::new(), None);
        for line in lines {
            match line {
                Ok(message) => messages.push(message),
                Err(why) => drop(damage.get_or_insert_with(|| self.damaged(&why))),
            }
        }
        if messages.is_empty() {
            return Err(damage.unwrap_or_else(|| self.damaged("there are no definitions in it")));
        }
        let confirmed_at = i64::try_from(confirmed.as_millis()).unwrap_or(i64::MAX);
        Ok(Some(Found { keys: header.keys, messages, confirmed_at, damage }))
    }

    /// Puts the whole in the place of what is there.
    pub(crate) fn put(&mut self, keys: &[PublishedKey], message: &str) -> Result<(), Failure> {
        let written = self.try_put(keys, message);
        written.map_err(|error| self.unwritable(&error))
    }

    fn try_put(&mut self, keys: &[PublishedKey], message: &str) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or_else(|| Path::new("."));
        make_private(folder)?;
        // For its owner alone, and removed where it is not renamed.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        let header = Header { format: FORMAT, keys: keys.to_vec() };
        let header = line(&serde_json::to_string(&header)?);
        let whole = line(message);
        file.write_all(header.as_bytes())?;
        file.write_all(whole.as_bytes())?;
        file.as_file().sync_data()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        self.whole = whole.len() as u64;
        self.appended = 0;
        Ok(())
    }

    /// Appends a change. Whether there is so much of it that the whole had better be fetched anew.
    pub(crate) fn append(&mut self, message: &str) -> Result<bool, Failure> {
        let appended = self.try_append(message);
        appended.map_err(|error| self.unwritable(&error))?;
        Ok(self.appended > self.whole.max(WORTH_APPENDING))
    }

    fn try_append(&mut self, message: &str) -> io::Result<()> {
        let mut text = line(message);
        let mut file = OpenOptions::new().read(true).append(true).open(&self.path)?;
        // A process that was killed while it wrote has left a line without an end.
        let mut last = [b'\n'];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            text.insert(0, '\n');
        }
        // At once, so that lines of several processes do not mix.
        file.write_all(text.as_bytes())?;
        // By others too.
        self.appended = file.metadata()?.len().saturating_sub(self.whole);
        Ok(())
    }

    /// The control plane says that it is still the newest.
    pub(crate) fn confirm(&self) {
        // The age is for people; that it cannot be written is no reason to say so each time.
        drop(
            OpenOptions::new()
                .append(true)
                .open(&self.path)
                .and_then(|file| file.set_modified(SystemTime::now())),
        );
    }

    fn damaged(&self, why: &str) -> Failure {
        Failure::new(FailureCode::CacheRead, format!("{}: {why}", self.path.display()))
    }

    fn unwritable(&self, error: &io::Error) -> Failure {
        Failure::new(FailureCode::CacheWrite, format!("{}: {error}", self.path.display()))
    }
}

/// Lines, and what is wrong with those whose checksum is not right.
struct Lines {
    file: BufReader<File>,
    /// Nothing more can be read.
    is_broken: bool,
}

impl Iterator for Lines {
    type Item = Result<String, String>;

    fn next(&mut self) -> Option<Result<String, String>> {
        if self.is_broken {
            return None;
        }
        let mut text = Vec::new();
        // Nothing that was written here is longer.
        let bound = limits::DOCUMENT_BYTES as u64 + (64 << 10);
        match (&mut self.file).take(bound).read_until(b'\n', &mut text) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => {
                self.is_broken = true;
                return Some(Err(error.to_string()));
            }
        }
        let whole = text.strip_suffix(b"\n").and_then(|text| std::str::from_utf8(text).ok());
        let parts = whole.and_then(|text| text.split_once(' '));
        Some(match parts {
            Some((checksum, message)) if checksum == checksum_of(message) => Ok(message.to_owned()),
            Some(_) => Err("a checksum is not the one of its line".to_owned()),
            None => Err("a line is cut short".to_owned()),
        })
    }
}

fn line(message: &str) -> String {
    // Compact JSON has no line breaks; other JSON has none that count.
    let message = message.replace(['\n', '\r'], " ");
    format!("{} {message}\n", checksum_of(&message))
}

fn checksum_of(message: &str) -> String {
    Sha256::digest(message.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a folder for its owner alone; one that is there stays as it is.
fn make_private(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &Path) -> Store {
        let source = Source::Http { url: "http://x".to_owned(), key: "k".to_owned() };
        let cache = Cache { folder: folder.join("deep/er"), max_age: None };
        Store::of(&Options { cache: Some(cache), ..Options::new(source) }).unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store(folder.path());
        assert!(store.read().unwrap().is_none());
        let keys = [PublishedKey { id: "k1".to_owned(), public: "AAAA".to_owned() }];
        store.put(&keys, r#"{"a":1}"#).unwrap();
        assert!(!store.append(r#"{"b":2}"#).unwrap());
        let found = store.read().unwrap().unwrap();
        assert_eq!(found.keys, keys);
        assert_eq!(found.messages, [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert!(found.damage.is_none() && found.confirmed_at > 1_700_000_000_000);
        store.put(&keys, r#"{"c":3}"#).unwrap();
        assert_eq!(store.read().unwrap().unwrap().messages, [r#"{"c":3}"#]);
    }

    #[test]
    fn damaged_lines_are_passed_over_and_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store(folder.path());
        store.put(&[], r#"{"a":1}"#).unwrap();
        store.append(r#"{"b":2}"#).unwrap();
        let whole = fs::read(&store.path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&store.path, &whole[..cut]).unwrap();
            match store.read() {
                Ok(Some(found)) => assert_eq!(found.messages[0], r#"{"a":1}"#),
                Ok(None) => panic!("it is there"),
                Err(failure) => assert_eq!(failure.code, FailureCode::CacheRead),
            }
        }
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&store.path, &flipped).unwrap();
            match store.read() {
                // All that is read is what was written.
                Ok(Some(found)) => {
                    assert!(found.damage.is_some() && found.messages.len() == 1, "{bit}");
                    assert!([r#"{"a":1}"#, r#"{"b":2}"#].contains(&found.messages[0].as_str()), "{bit}");
                }
                Ok(None) => panic!("it is there"),
                Err(failure) => assert_eq!(failure.code, FailureCode::CacheRead),
            }
        }
    }

    #[test]
    fn a_line_that_was_cut_short_costs_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store(folder.path());
        store.put(&[], r#"{"a":1}"#).unwrap();
        store.append(r#"{"b":2}"#).unwrap();
        let whole = fs::read(&store.path).unwrap();
        fs::write(&store.path, &whole[..whole.len() - 3]).unwrap();
        store.append(r#"{"c":3}"#).unwrap();
        let found = store.read().unwrap().unwrap();
        assert_eq!(found.messages, [r#"{"a":1}"#, r#"{"c":3}"#]);
        assert!(found.damage.is_some());
    }

    #[test]
    fn another_format_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store(folder.path());
        store.put(&[], "{}").unwrap();
        fs::write(&store.path, line(r#"{"format":2,"keys":[]}"#)).unwrap();
        assert!(store.read().unwrap_err().message.contains("format 2"));
    }

    #[test]
    fn what_is_too_old_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store(folder.path());
        store.put(&[], "{}").unwrap();
        store.max_age = Some(Duration::from_secs(60));
        assert!(store.read().unwrap().is_some());
        let file = OpenOptions::new().append(true).open(&store.path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(120)).unwrap();
        assert!(store.read().unwrap().is_none());
        store.confirm();
        assert!(store.read().unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_made_is_told_of() {
        let mut store = store(Path::new("/dev/null"));
        assert_eq!(store.put(&[], "{}").unwrap_err().code, FailureCode::CacheWrite);
        assert_eq!(store.append("{}").unwrap_err().code, FailureCode::CacheWrite);
    }
}
