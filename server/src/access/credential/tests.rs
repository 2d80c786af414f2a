use std::collections::HashSet;

use regex::Regex;

use super::*;

/// What is secret in a credential.
fn secret(minted: &Minted) -> &str {
    let last = minted.plaintext.reveal().rsplit('_').next().unwrap();
    last.split_at(SECRET_LENGTH).0
}

#[test]
fn what_is_minted_is_known_again() {
    let form = Regex::new("^vx_(srv|cli|tok|ses)_[a-z2-7]{16}_[0-9A-Za-z]{49}$").unwrap();
    for kind in CredentialKind::ALL {
        assert_eq!(CredentialKind::from_name(kind.as_str()), Some(kind));
        let minted = mint(kind).unwrap();
        let text = minted.plaintext.reveal();
        assert!(form.is_match(text), "{text}");
        let presented = Presented::parse(text).unwrap();
        assert!(matches!(&presented, Presented::Minted { kind: found, .. } if *found == kind));
        assert_eq!(presented.id(), &minted.id);
        assert!(presented.is(&SecretHash::from_hex(&minted.hash.to_hex()).unwrap()));
        assert!(!presented.is(&mint(kind).unwrap().hash));
    }
}

#[test]
fn secrets_are_of_chance_and_have_every_digit() {
    let minted: Vec<Minted> = (0..500).map(|_| mint(CredentialKind::ServerKey).unwrap()).collect();
    let ids: HashSet<&CredentialId> = minted.iter().map(|one| &one.id).collect();
    let secrets: HashSet<&str> = minted.iter().map(secret).collect();
    assert_eq!((ids.len(), secrets.len()), (500, 500));
    let mut counts = [0_u32; 128];
    secrets.iter().flat_map(|secret| secret.bytes()).for_each(|byte| counts[usize::from(byte)] += 1);
    // 21,500 digits, 347 of each are expected; six standard deviations are 111.
    for digit in BASE62 {
        assert!((236..458).contains(&counts[usize::from(*digit)]), "{}", char::from(*digit));
    }
}

#[test]
fn every_slip_is_told_from_a_revoked_key() {
    let minted = mint(CredentialKind::ApiToken).unwrap();
    let text = minted.plaintext.reveal();
    for at in BRAND.len()..text.len() {
        for other in ['0', 'a', 'Z', '_'] {
            let mut slip: Vec<char> = text.chars().collect();
            if slip[at] != other {
                slip[at] = other;
                let slip: String = slip.into_iter().collect();
                assert!(Presented::parse(&slip).is_err(), "{at} {other}");
            }
        }
        assert!(Presented::parse(text.split_at(at).0).is_err(), "cut at {at}");
    }
    let (body, sum) = text.split_at(text.len() - CHECKSUM_LENGTH);
    let turned: String = sum.chars().rev().collect();
    for slip in [format!("{body}x{sum}"), format!("{text}x"), body.to_owned(), format!("{sum}{turned}")] {
        let expected =
            if slip.starts_with(BRAND) { BadCredential::Mistyped } else { BadCredential::Malformed };
        assert_eq!(Presented::parse(&slip).unwrap_err(), expected, "{slip}");
    }
}

#[test]
fn another_kind_does_not_pass_even_with_a_fitting_checksum() {
    let minted = mint(CredentialKind::ClientKey).unwrap();
    let text = minted.plaintext.reveal();
    let body = text.split_at(text.len() - CHECKSUM_LENGTH).0.replace("vx_cli_", "vx_srv_");
    let forged = format!("{body}{}", checksum(&body));
    let presented = Presented::parse(&forged).unwrap();
    assert_eq!(presented.id(), &minted.id);
    assert!(!presented.is(&minted.hash));
}

#[test]
fn a_token_from_outside_is_looked_up_by_its_hash() {
    // SHA-256 of 32 times `x`, by `sha256sum`; its first ten bytes in base32, by `base32`.
    let token = "x".repeat(OPAQUE_MIN_LENGTH);
    let presented = Presented::parse(&token).unwrap();
    assert!(matches!(presented, Presented::Opaque { .. }));
    assert_eq!(presented.hash().to_hex(), SHA_OF_TOKEN);
    assert_eq!(presented.id().as_str(), ID_OF_TOKEN);
    assert!(presented.is(Presented::parse(&token).unwrap().hash()));
    assert!(!presented.is(Presented::parse(&"y".repeat(32)).unwrap().hash()));
}

const SHA_OF_TOKEN: &str = "c62e4615bd39e222572f3a1bf7c2132ea1e65b17ec805047bd6b2842c593493f";
const ID_OF_TOKEN: &str = "yyxemfn5hhrcevzp";

#[test]
fn nothing_else_is_a_credential() {
    let long = "x".repeat(MAX_LENGTH + 1);
    let spaced = format!("{} {}", "x".repeat(20), "x".repeat(20));
    let foreign = "\u{e9}".repeat(40);
    let of_no_kind = format!("vx_adm_{}_{}", "a".repeat(ID_LENGTH), "x".repeat(49));
    for refused in
        ["", "x", "vx_", "vx_srv", "vx_srv__", &long, &spaced, &foreign, &of_no_kind, &"x".repeat(31)]
    {
        assert_eq!(Presented::parse(refused).unwrap_err(), BadCredential::Malformed, "{refused}");
    }
    assert!(Presented::parse(&"x".repeat(MAX_LENGTH)).is_ok());
}

#[test]
fn secrets_do_not_show_themselves() {
    let minted = mint(CredentialKind::Session).unwrap();
    let shown = format!("{minted:?} {:?}", Presented::parse(minted.plaintext.reveal()).unwrap());
    assert!(shown.contains(minted.id.as_str()));
    assert!(!shown.contains(secret(&minted)) && !shown.contains(&minted.hash.to_hex()), "{shown}");
}
