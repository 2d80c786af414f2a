//! Every way to change a chain is found, and found where it was changed.

use serde_json::json;
use vexil_core::Timestamp;

use super::super::export::{header, line};
use super::super::{Action, Link, Record};
use super::*;

/// A chain of so many links.
fn chain(count: u64) -> Vec<Link> {
    let mut head = Head::GENESIS;
    let mut links = Vec::new();
    for number in 0..count {
        let mut record =
            Record::new(Timestamp::from_millis(number as i64), "person:p1".into(), Action::EntryUpdate);
        record.old = Some(json!({"default": 0.1, "n": "\u{1}\u{e9}\u{2028}"}));
        record.new = Some(json!(number));
        record.reason = Some("a \"reason\"\nof two lines".into());
        let link = head.seal(record).unwrap();
        head = link.head();
        links.push(link);
    }
    links
}

fn export(after: &Head, links: &[Link]) -> Vec<String> {
    let mut lines = vec![header(after)];
    lines.extend(links.iter().map(line));
    lines
}

fn broken(lines: &[impl AsRef<[u8]>], expected_head: Option<Digest>) -> Broken {
    let bytes: Vec<u8> = lines.iter().flat_map(|line| line.as_ref().to_vec()).collect();
    match verify(bytes.as_slice(), expected_head) {
        Err(VerifyError::Broken(broken)) => broken,
        other => panic!("{other:?}"),
    }
}

fn at(sequence: u64, why: Why) -> Broken {
    Broken { sequence, line: sequence + 1, why }
}

#[test]
fn what_was_exported_holds() {
    let links = chain(5);
    for from in 0..=5_usize {
        let after = from.checked_sub(1).map_or(Head::GENESIS, |before| links[before].head());
        let lines = export(&after, &links[from..]);
        let found = verify(lines.concat().as_bytes(), Some(links[4].hash)).unwrap();
        assert_eq!(found, Verified { after, head: links[4].head(), count: 5 - from as u64 });
        for each in &lines {
            let value: serde_json::Value = serde_json::from_str(each).unwrap();
            assert!(value.is_object());
        }
    }
    let told = verify(export(&links[1].head(), &links[2..]).concat().as_bytes(), None).unwrap().to_string();
    let expected = format!("3 links hold, 3 to 5; they follow {}; head {}", links[1].hash, links[4].hash);
    assert_eq!(told, expected);
}

#[test]
fn every_changed_byte_is_found_where_it_is() {
    let links = chain(3);
    let lines = export(&Head::GENESIS, &links);
    let text = lines.concat().into_bytes();
    let number_of = |at: usize| text[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    for at in 0..text.len() {
        let byte = text[at];
        let others = [byte ^ 1, byte ^ 0x20, byte.wrapping_add(1), b'0', b' ', b'\n', b'"', 0, 0xff];
        for other in others.into_iter().filter(|other| *other != byte) {
            let mut changed = text.clone();
            changed[at] = other;
            let found = verify(changed.as_slice(), None);
            let Err(VerifyError::Broken(found)) = found else {
                panic!("byte {at}: {byte} became {other}: {found:?}")
            };
            // A header's number shows only beside the first link that follows.
            let seen = [number_of(at), if number_of(at) == 1 { 2 } else { number_of(at) }];
            assert!(seen.contains(&found.line), "byte {at}, line {}: {found:?}", number_of(at));
        }
    }
}

#[test]
fn every_missing_or_added_byte_is_found() {
    let text = export(&Head::GENESIS, &chain(3)).concat().into_bytes();
    for at in 0..text.len() {
        let mut fewer = text.clone();
        fewer.remove(at);
        assert!(verify(fewer.as_slice(), None).is_err(), "{at}");
        for added in [b'0', b' ', b'\n', b'\r', b','] {
            let mut more = text.clone();
            more.insert(at, added);
            assert!(verify(more.as_slice(), None).is_err(), "{at} {added}");
        }
    }
}

#[test]
fn removed_swapped_and_inserted_lines_are_named() {
    let links = chain(6);
    let lines = export(&Head::GENESIS, &links);
    for removed in 1..6 {
        let mut fewer = lines.clone();
        fewer.remove(removed);
        let sequence = removed as u64;
        assert_eq!(broken(&fewer, None), at(sequence, Why::Gap { found: sequence + 1 }));
    }
    for (one, other) in (1..7).flat_map(|one| (one + 1..7).map(move |other| (one, other))) {
        let mut swapped = lines.clone();
        swapped.swap(one, other);
        assert_eq!(broken(&swapped, None), at(one as u64, Why::Gap { found: other as u64 }));
    }
    for (inserted, copied) in (2..=7).flat_map(|inserted| (1..inserted).map(move |copied| (inserted, copied)))
    {
        let mut more = lines.clone();
        more.insert(inserted, lines[copied].clone());
        let expected = at(inserted as u64, Why::OutOfOrder { found: copied as u64 });
        assert_eq!(broken(&more, None), expected);
    }
    let mut headless = lines.clone();
    headless.remove(0);
    assert_eq!(broken(&headless, None), Broken { sequence: 0, line: 1, why: Why::NoHeader });
}

#[test]
fn a_missing_end_shows_beside_the_expected_head() {
    let links = chain(4);
    let lines = export(&Head::GENESIS, &links);
    for kept in 1..=4 {
        let found = verify(lines[..kept].concat().as_bytes(), None).unwrap();
        assert_eq!(found.count, kept as u64 - 1);
        let why = Why::Truncated { head: found.head.hash };
        assert_eq!(broken(&lines[..kept], Some(links[3].hash)), at(kept as u64, why));
    }
    let whole = lines.concat();
    for kept in whole.len() - lines[4].len() + 1..whole.len() {
        let cut = &whole.as_bytes()[..kept];
        assert_eq!(broken(&[cut], None), at(4, Why::CutOff), "{kept}");
    }
    assert_eq!(broken(&[""; 0], None), Broken { sequence: 0, line: 1, why: Why::NoHeader });
}

#[test]
fn what_is_forged_with_fitting_hashes_breaks_at_the_next_link() {
    let links = chain(4);
    let mut forged = links.clone();
    forged[1].text = forged[1].text.replace("person:p1", "person:p2");
    let lines = |links: &[Link]| export(&Head::GENESIS, links);
    assert_eq!(broken(&lines(&forged), None), at(2, Why::HashMismatch));
    forged[1].hash = Digest::of_link(&forged[1].previous, &forged[1].text);
    assert_eq!(broken(&lines(&forged), None), at(3, Why::WrongPrevious));
    // Written anew to the end it holds, and ends elsewhere.
    for next in 2..4 {
        forged[next].previous = forged[next - 1].hash;
        forged[next].hash = Digest::of_link(&forged[next].previous, &forged[next].text);
    }
    assert!(verify(lines(&forged).concat().as_bytes(), None).is_ok());
    let why = Why::Truncated { head: forged[3].hash };
    assert_eq!(broken(&lines(&forged), Some(links[3].hash)), at(5, why));
}

#[test]
fn records_and_headers_must_be_what_they_say() {
    let links = chain(2);
    let with_text = |text: &str| {
        let mut link = links[1].clone();
        link.text = text.to_owned();
        link.hash = Digest::of_link(&link.previous, text);
        [header(&Head::GENESIS), line(&links[0]), line(&link)]
    };
    assert_eq!(broken(&with_text(r#"{"sequence":3}"#), None), at(2, Why::WrongSequence { found: 3 }));
    for text in
        ["", "{}", "2", r#"{"sequence":"2"}"#, r#"{"sequence":2} {}"#, r#"{"sequence":2,"sequence":2}"#]
    {
        assert_eq!(broken(&with_text(text), None), at(2, Why::NotJson), "{text}");
    }
    assert!(verify(with_text(r#"{"sequence":2,"of_tomorrow":{}}"#).concat().as_bytes(), None).is_ok());
    let first = |line: &str| broken(&[line], None).why;
    let zero = header(&Head::GENESIS);
    assert_eq!(first(&zero.replace("audit\":1", "audit\":2")), Why::UnknownVersion(2));
    assert_eq!(first(&zero.replace("\":\"0", "\":\"1")), Why::WrongGenesis);
    assert_eq!(first(&zero.replace("after\":0", "after\":00")), Why::NoHeader);
    assert_eq!(first(&zero.replace("}\n", "}\r\n")), Why::NoHeader);
    let last = Head { sequence: u64::MAX, hash: Digest::GENESIS };
    assert_eq!(broken(&[header(&last), line(&links[0])], None).why, Why::OutOfOrder { found: 1 });
}

#[test]
fn long_lines_end_the_search_without_being_held() {
    struct Endless;
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer.fill(b'x');
            Ok(buffer.len())
        }
    }
    let links = chain(1);
    let begin = export(&Head::GENESIS, &links).concat();
    let found = verify(BufReader::new(begin.as_bytes().chain(Endless)), None);
    assert!(matches!(found, Err(VerifyError::Broken(broken)) if broken == at(2, Why::TooLong)));
}

#[test]
fn a_file_is_verified_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    assert!(matches!(verify_file(&path, None), Err(VerifyError::Io(_))));
    let links = chain(2);
    std::fs::write(&path, export(&Head::GENESIS, &links).concat()).unwrap();
    assert_eq!(verify_file(&path, Some(links[1].hash)).unwrap().count, 2);
    let error = verify_file(&path, Some(links[0].hash)).unwrap_err().to_string();
    let expected = format!(
        "line 4: link 3 is broken: the chain ends here with {}, which is not the expected head (AUDIT_TRUNCATED)",
        links[1].hash
    );
    assert_eq!(error, expected);
}
