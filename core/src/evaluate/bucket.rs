//! Units and buckets (DESIGN 6).

use crate::context::{Attribute, Attributes, Path};
use crate::model::BUCKETS;
use crate::model::operand::Salted;
use crate::snapshot::Snapshot;
use crate::snapshot::entry::Share;
use crate::trace::{Kind, Step};

use super::clock::Clock;
use super::condition::visit;
use super::tracer::Tracer;
use super::{Asker, Evaluator};

/// A unit's place: the hash, and the bucket that it falls into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// SipHash-2-4 of `salt || 0x00 || unit`.
    pub hash: u64,
    /// 0 to 99999.
    pub bucket: u32,
}

/// The bucket of a unit under a salt. For tools and tests: an evaluation has its salts hashed in advance.
pub fn bucket_of(salt: &str, unit: &str) -> Bucket {
    let hash = Salted::new(salt).hash(unit.as_bytes());
    Bucket { hash, bucket: bucket_of_hash(hash) }
}

#[inline]
fn bucket_of_hash(hash: u64) -> u32 {
    // The product is below BUCKETS * 2^64, so what is left after the shift fits.
    ((u128::from(hash) * u128::from(BUCKETS)) >> 64) as u32
}

impl<'a, A: Attributes, C: Clock, T: Tracer> Evaluator<'a, '_, A, C, T> {
    /// The bucket of a split's unit: the attribute that it names, or by default the user, else the session.
    #[inline(always)]
    pub(super) fn split_bucket(&mut self, salted: &Salted, by: Option<&Path>) -> Option<u32> {
        let paths = &self.snapshot.paths;
        match by {
            Some(path) => self.bucket(Kind::Bucket, salted, path),
            None => self
                .bucket(Kind::Bucket, salted, &paths.user)
                .or_else(|| self.bucket(Kind::Bucket, salted, &paths.session)),
        }
    }

    #[inline(always)]
    pub(super) fn bucket(&mut self, kind: Kind, salted: &Salted, by: &Path) -> Option<u32> {
        let tracer = &mut self.tracer;
        visit_id(self.snapshot, self.request.asker(), by, |unit| {
            let bucket = unit.map(|unit| bucket_of_hash(salted.hash(unit.as_bytes())));
            tracer.leaf(|| {
                let step = Step::new(kind).with("by", by.as_str()).with("salt", salted.salt());
                match (unit, bucket) {
                    (Some(unit), Some(bucket)) => (step.with("unit", unit), bucket.into()),
                    _ => (step, "no unit".into()),
                }
            });
            bucket
        })
    }

    /// Whether the unit is among the share; without a unit it is in none.
    pub(super) fn is_in_share(&mut self, kind: Kind, share: &Share, by: &Path) -> bool {
        self.bucket(kind, &share.salted, by).is_some_and(|bucket| bucket < share.buckets)
    }
}

/// Hands over the id at a path.
#[inline]
pub(super) fn visit_id<A: Attributes, R>(
    snapshot: &Snapshot,
    asker: Asker<'_, A>,
    path: &Path,
    visitor: impl FnOnce(Option<&str>) -> R,
) -> R {
    visit(snapshot, asker, path, |attribute| with_id(attribute, visitor))
}

/// An id is a string that is not empty, or an integer in decimal.
#[inline]
pub(super) fn with_id<R>(attribute: Option<Attribute<'_>>, visitor: impl FnOnce(Option<&str>) -> R) -> R {
    match attribute {
        Some(Attribute::Str(id)) if !id.is_empty() => visitor(Some(id)),
        Some(Attribute::Number(number)) => match number.identity() {
            Some(integer) => visitor(Some(itoa::Buffer::new().format(integer))),
            None => visitor(None),
        },
        _ => visitor(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_s_vector_has_its_bucket() {
        // Appendix A of the paper hashes 00..0e under key 00..0f; here a salt and a unit that make these very bytes
        // cannot be had, so the published vector for the single byte 00 stands in: an empty salt and an empty unit.
        let bucket = bucket_of("", "");
        assert_eq!(bucket.hash, 0x74f8_39c5_93dc_67fd);
        assert_eq!(bucket.bucket, 45_691);
    }
}
