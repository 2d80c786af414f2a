//! What is asked: the flags of a store, who asks, and the three questions.

use crate::Peer;
use std::hint::black_box;
use std::path::{Path, PathBuf};

/// Flags in the store of every mode but `load` and `scatter`.
pub const SMALL: usize = 1_000;
/// Flags in the store of `load` and `scatter`.
pub const LARGE: usize = 10_000;
/// Users that take turns in W3.
pub const USERS: usize = 1_000;

/// The flags that the small store is asked for, one of each kind.
pub const SIMPLE: &str = "simple_501";
pub const RULES: &str = "rules_502";
pub const ROLLOUT: &str = "rollout_503";

/// One generated file: the same flags in one peer's format.
pub struct Definitions {
    pub path: PathBuf,
    pub json: String,
}

impl Definitions {
    /// Reads what `definitions.py` wrote to the folder that `PEER_DEFINITIONS` names.
    pub fn read(flags: usize, format: &str) -> Self {
        let root = std::env::var("PEER_DEFINITIONS").expect("PEER_DEFINITIONS, as `run` sets it");
        let path = Path::new(&root).join(flags.to_string()).join(format!("{format}.json"));
        let json = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        Self { path, json }
    }
}

/// Who asks, before a peer makes its own context of it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub user: &'a str,
    pub attributes: Option<Attributes<'a>>,
}

#[derive(Clone, Copy)]
pub struct Attributes<'a> {
    pub country: &'a str,
    pub email: &'a str,
    pub age: i64,
    pub version: &'a str,
}

impl<'a> Subject<'a> {
    /// A user of whom no more is known than the id: all that W3 needs.
    pub fn bare(user: &'a str) -> Self {
        Self { user, attributes: None }
    }

    /// A user who fails the first four rules of W2, and passes the fifth from version 2.0.0 on.
    pub fn with_version(version: &'a str) -> Self {
        let attributes = Attributes { country: "DE", email: "jane@example.org", age: 42, version };
        Self { user: "user-7", attributes: Some(attributes) }
    }
}

/// The contexts that one thread asks with.
pub struct Contexts<P: Peer> {
    pub full: P::Context,
    pub users: Vec<P::Context>,
}

impl<P: Peer> Contexts<P> {
    pub fn new() -> Self {
        let user = |i| P::context(&Subject::bare(&format!("user-{i}")));
        Self { full: full_context::<P>(), users: (0..USERS).map(user).collect() }
    }
}

fn full_context<P: Peer>() -> P::Context {
    P::context(&Subject::with_version(black_box("2.3.1")))
}

pub fn w1<P: Peer>(peer: &P, contexts: &Contexts<P>, key: &str) -> bool {
    peer.simple(black_box(key), black_box(&contexts.full))
}

pub fn w2<P: Peer>(peer: &P, contexts: &Contexts<P>, key: &str) -> bool {
    peer.rules(black_box(key), black_box(&contexts.full))
}

/// W2 with a context built for each question.
pub fn w2_context<P: Peer>(peer: &P, key: &str) -> bool {
    peer.rules(black_box(key), black_box(&full_context::<P>()))
}

pub fn w3<P: Peer>(peer: &P, contexts: &Contexts<P>, key: &str, turn: usize) -> bool {
    peer.rollout(black_box(key), black_box(&contexts.users[turn % USERS]))
}

/// A fast wrong answer is worth nothing: panics unless the peer answers as the definitions say.
pub fn verify<P: Peer>(peer: &P, contexts: &Contexts<P>) {
    let name = P::NAME;
    let outdated = P::context(&Subject::with_version("1.0.0"));
    assert!(w1(peer, contexts, SIMPLE), "{name}: the simple flag is off");
    assert!(w2(peer, contexts, RULES), "{name}: the fifth rule does not match");
    assert!(!peer.rules(RULES, &outdated), "{name}: the fifth rule matches an older version");
    let share = (0..USERS).filter(|turn| w3(peer, contexts, ROLLOUT, *turn)).count();
    assert!((200..300).contains(&share), "{name}: {share} of {USERS} users are in a rollout to 25 %");
}

/// The keys of the large store, a list for each kind, in a fixed pseudo-random order. They are
/// allocated in the order in which they are visited: the scatter is the store's, not the caller's.
pub fn scattered_keys() -> [Vec<String>; 3] {
    let mut flags: Vec<usize> = (0..LARGE).collect();
    let mut state = 0_u64;
    for end in (1..LARGE).rev() {
        // Knuth's MMIX generator: its high bits are good enough to shuffle with.
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        flags.swap(end, (state >> 33) as usize % (end + 1));
    }
    [("simple", 0), ("rules", 1), ("rollout", 2)].map(|(kind, remainder)| {
        let of_kind = flags.iter().filter(|flag| **flag % 3 == remainder);
        of_kind.map(|flag| format!("{kind}_{flag}")).collect()
    })
}
