//! How many streams there are. A client key is in the hands of everybody who has the app, so neither one of them nor
//! all together may take the room that services need.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Limits;
use crate::api::problem::Problem;
use crate::delivery::Audience;
use crate::directory::SdkKey;
use crate::observe::{Metrics, Open};

/// Of all streams one in so many is for server keys alone.
const FOR_SERVERS: usize = 5;

/// How many streams may be open, and how many each client key has.
pub(super) struct Streams {
    most: usize,
    most_of_client_key: usize,
    of_client_keys: Arc<Mutex<HashMap<Arc<str>, usize>>>,
}

impl Streams {
    pub(super) fn new(most: usize, most_of_client_key: usize) -> Streams {
        Streams { most, most_of_client_key, of_client_keys: Arc::default() }
    }

    /// One more of a client key, unless it has as many as it may.
    fn of_client_key(&self, key: &Arc<str>) -> Option<OfKey> {
        let mut counts = self.of_client_keys.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(Arc::clone(key)).or_default();
        if *count >= self.most_of_client_key {
            return None;
        }
        *count += 1;
        Some(OfKey { key: Arc::clone(key), counts: Arc::clone(&self.of_client_keys) })
    }
}

/// The room of one stream, which is free again when this goes.
pub(crate) struct Room {
    _of_key: Option<OfKey>,
    _of_all: Open,
}

struct OfKey {
    key: Arc<str>,
    counts: Arc<Mutex<HashMap<Arc<str>, usize>>>,
}

impl Drop for OfKey {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

impl Limits {
    /// Room for a stream of a key, if there is any.
    pub(in crate::api) fn stream(&self, metrics: &Metrics, key: &SdkKey) -> Result<Room, Problem> {
        let full = |detail| Problem::unavailable("TOO_MANY_STREAMS", detail);
        let streams = &self.streams;
        let (most, of_key) = match key.audience {
            Audience::Server => (streams.most, None),
            Audience::Client(_) => {
                let of_key = streams.of_client_key(&key.id);
                let of_key = of_key.ok_or_else(|| full("too many streams of this client key are open"))?;
                (streams.most - streams.most / FOR_SERVERS, Some(of_key))
            }
        };
        let of_all = metrics.stream(most).ok_or_else(|| full("too many streams are open"))?;
        Ok(Room { _of_key: of_key, _of_all: of_all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_key_has_its_own_and_gives_back_what_it_had() {
        let streams = Streams::new(10, 2);
        let (one, other): (Arc<str>, Arc<str>) = ("one".into(), "other".into());
        let first = streams.of_client_key(&one).unwrap();
        let second = streams.of_client_key(&one).unwrap();
        assert!(streams.of_client_key(&one).is_none());
        let of_other = streams.of_client_key(&other).unwrap();
        drop(first);
        let third = streams.of_client_key(&one).unwrap();
        assert!(streams.of_client_key(&one).is_none());
        drop((second, third, of_other));
        assert!(streams.of_client_keys.lock().unwrap().is_empty(), "nothing is kept of who has none");
    }
}
