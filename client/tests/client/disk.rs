//! Disks that are full, folders that cannot be written, files that are not what they were: each is survived, and told.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use vexil_client::{Cache, Client, Context, FailureCode, Options, Origin as From, Source, State, Streaming};

use crate::local::until;
use crate::origin::{Origin, http, json, message, put};

fn options(origin: &Origin, folder: &Path) -> Options {
    Options {
        streaming: Streaming::Off,
        cache: Some(Cache { folder: folder.to_owned(), max_age: None }),
        ..origin.options()
    }
}

fn has_failed(state: &State, code: FailureCode) -> bool {
    state.last_error.as_ref().is_some_and(|failure| failure.code == code)
}

/// The one file in a folder.
fn file(folder: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = files.next().unwrap();
    assert_eq!(files.next(), None, "nothing is left beside it");
    file
}

/// A folder in which version 7 is kept, of a server that is away by now.
fn kept() -> (tempfile::TempDir, Origin) {
    let folder = tempfile::tempdir().unwrap();
    let origin = Origin::start(|_, _| json(&put(7, true)));
    let client = Client::start(options(&origin, folder.path())).unwrap();
    until("it is kept", || std::fs::read_dir(folder.path()).is_ok_and(|mut files| files.next().is_some()));
    client.close();
    origin.becomes(|_, _| http("503 Service Unavailable", "", ""));
    (folder, origin)
}

/// The whole, with so much in it that it takes more than [`FULL`].
fn large(version: u64) -> String {
    let payload = format!(
        r#"{{"schema":1,"environment":"production","version":{version},"roles":[],"entries":[{{"key":"a","default":false,"description":"{}"}}]}}"#,
        "x".repeat(64 << 10)
    );
    message("put", "production", version, None, &payload)
}

/// A disk with room for 16 blocks of 512 bytes in a file, and then no more.
const FULL: &str = "ulimit -f 16; trap '' XFSZ; exec \"$0\" \"$@\"";
/// Says that the program was started again with a disk that is full, and where.
const AGAIN: &str = "VEXIL_TEST_FULL_DISK";

#[test]
fn a_full_disk_is_survived() {
    if let Some(place) = std::env::var_os(AGAIN) {
        let (url, folder) = place.to_str().unwrap().split_once(' ').unwrap();
        return serves_with_a_full_disk(url, folder);
    }
    let (folder, origin) = kept();
    origin.becomes(|_, _| json(&large(8)));
    let program = std::env::current_exe().unwrap();
    let output = Command::new("/bin/sh")
        .args(["-c", FULL])
        .arg(program)
        .args(["disk::a_full_disk_is_survived", "--exact", "--nocapture"])
        .env(AGAIN, format!("http://{} {}", origin.address, folder.path().display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    // What was kept before is as it was.
    file(folder.path());
    let client = Client::start(Options { offline: true, ..options(&origin, folder.path()) }).unwrap();
    assert_eq!((client.state().version, client.state().last_error), (7, None));
}

fn serves_with_a_full_disk(url: &str, folder: &str) {
    let other = Origin::start(|_, _| json(&put(7, true)));
    let source = Source::Http { url: url.to_owned(), key: "vx_test".to_owned() };
    let client = Client::start(Options { source, ..options(&other, Path::new(folder)) }).unwrap();
    until("the new version is in force", || client.state().version == 8);
    until("it is told that it is not kept", || has_failed(&client.state(), FailureCode::CacheWrite));
    let details = client.bool_details("a", &Context::new(), true);
    assert_eq!((details.value, details.origin, details.stale_ms), (false, From::Remote, None));
}

#[test]
fn a_folder_that_cannot_be_written_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    // Root may write wherever there are permissions to ask for; there are none in these.
    for folder in [blocked.join("folder"), blocked, PathBuf::from("/proc"), PathBuf::from("/proc/none")] {
        let origin = Origin::start(|_, _| json(&put(7, true)));
        let client = Client::start(options(&origin, &folder)).unwrap();
        until("it is told", || has_failed(&client.state(), FailureCode::CacheWrite));
        assert!(client.is_enabled("a", &Context::new()), "{}", folder.display());
    }
}

#[test]
fn damage_is_told_and_what_is_good_is_served() {
    let (folder, origin) = kept();
    let path = file(folder.path());
    let whole = std::fs::read(&path).unwrap();
    let start = || Client::start(options(&origin, folder.path())).unwrap();
    // Cut anywhere in the header or in the only whole: nothing is left.
    for cut in [0, 1, 20, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let client = Client::start(Options { offline: true, ..options(&origin, folder.path()) }).unwrap();
        assert_eq!(client.state().origin, From::Nowhere, "{cut}");
        assert!(has_failed(&client.state(), FailureCode::CacheRead), "{cut}");
    }
    // A bit that is flipped likewise, wherever it is.
    for place in [3, 80, whole.len() - 10] {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        std::fs::write(&path, &flipped).unwrap();
        let client = Client::start(Options { offline: true, ..options(&origin, folder.path()) }).unwrap();
        assert_eq!(client.state().origin, From::Nowhere, "{place}");
        assert!(has_failed(&client.state(), FailureCode::CacheRead), "{place}");
    }
    // What follows a good whole and is none is passed over.
    std::fs::write(&path, [&whole[..], b"and more\n"].concat()).unwrap();
    let client = start();
    assert!(client.is_enabled("a", &Context::new()));
    assert_eq!((client.state().version, client.state().origin), (7, From::Cache));
    client.close();
    // The next whole mends the file.
    std::fs::write(&path, b"damaged").unwrap();
    origin.becomes(|_, _| json(&put(8, false)));
    let client = start();
    until("there is a good one", || client.state().version == 8);
    client.close();
    let client = Client::start(Options { offline: true, ..options(&origin, folder.path()) }).unwrap();
    assert_eq!((client.state().version, client.state().last_error), (8, None));
}

#[test]
fn what_is_of_somebody_else_or_of_a_later_time_is_not_served() {
    let (folder, origin) = kept();
    let path = file(folder.path());
    let offline = Options { offline: true, ..options(&origin, folder.path()) };
    let other = Options { environment: Some("staging".to_owned()), ..offline.clone() };
    let client = Client::start(other).unwrap();
    assert_eq!(client.state().origin, From::Nowhere);
    assert!(has_failed(&client.state(), FailureCode::WrongEnvironment));
    // Another key is another file.
    let source = Source::Http { url: format!("http://{}", origin.address), key: "vx_other".to_owned() };
    let client = Client::start(Options { source, ..offline.clone() }).unwrap();
    assert_eq!((client.state().origin, client.state().last_error), (From::Nowhere, None));
    // A later version of this library wrote it.
    let was = std::fs::read_to_string(&path).unwrap();
    let later = keep_in_format(2, &was);
    std::fs::write(&path, later).unwrap();
    let client = Client::start(offline.clone()).unwrap();
    assert_eq!(client.state().origin, From::Nowhere);
    assert!(has_failed(&client.state(), FailureCode::CacheRead));
    // A later schema of definitions: signed, and nothing that can be read here.
    origin.becomes(|_, _| {
        json(&message("put", "production", 9, None, r#"{"schema":2,"version":9,"entries":[]}"#))
    });
    std::fs::write(&path, &was).unwrap();
    let client = Client::start(Options { offline: false, ..offline }).unwrap();
    until("it is refused", || has_failed(&client.state(), FailureCode::Definitions));
    assert_eq!((client.state().version, client.is_enabled("a", &Context::new())), (7, true));
}

/// A file whose header names another format, with the checksum that belongs to it.
fn keep_in_format(format: u32, was: &str) -> String {
    use sha2::{Digest, Sha256};
    let (header, rest) = was.split_once('\n').unwrap();
    let (_, header) = header.split_once(' ').unwrap();
    let header = header.replace("\"format\":1", &format!("\"format\":{format}"));
    let checksum: String = Sha256::digest(&header).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{checksum} {header}\n{rest}")
}
