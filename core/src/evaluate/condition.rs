//! Conditions by strong Kleene logic: `None` is unknown.

use crate::context::{Attribute, Attributes, Known, Path};
use crate::model::condition::Clause;
use crate::snapshot::Snapshot;
use crate::snapshot::entry::{Body, Condition, Entry, EntryId};
use crate::trace::{Kind, Step};

use super::bucket::with_id;
use super::clock::Clock;
use super::tracer::Tracer;
use super::{Asker, Evaluator, test};

impl<'a, A: Attributes, C: Clock, T: Tracer> Evaluator<'a, '_, A, C, T> {
    pub(super) fn condition(&mut self, condition: &'a Condition) -> Option<bool> {
        match condition {
            Condition::Clause(clause) => self.clause::<false>(clause),
            Condition::All(parts) => self.connect(Kind::All, parts, false),
            Condition::Any(parts) => self.connect(Kind::Any, parts, true),
            Condition::Not(part) => {
                self.tracer.open(|| Step::new(Kind::Not));
                let truth = self.condition(part).map(|truth| !truth);
                self.tracer.close(|| truth.into());
                truth
            }
            Condition::Segment(id) => self.segment(*id),
            Condition::Unknown { path, operator } => {
                self.tracer.leaf(|| {
                    (Step::new(Kind::Clause).with("path", &**path).with("operator", &**operator), None.into())
                });
                None
            }
        }
    }

    /// `all` is decided by one that is false, `any` by one that is true; else unknown if one is unknown.
    fn connect(&mut self, kind: Kind, parts: &'a [Condition], deciding: bool) -> Option<bool> {
        self.tracer.open(|| Step::new(kind));
        let mut truth = Some(!deciding);
        for part in parts {
            match self.condition(part) {
                Some(part) if part == deciding => {
                    truth = Some(deciding);
                    break;
                }
                Some(_) => {}
                None => truth = None,
            }
        }
        self.tracer.close(|| truth.into());
        truth
    }

    fn segment(&mut self, id: EntryId) -> Option<bool> {
        let entry = self.segment_entry(id);
        self.tracer.open(|| Step::new(Kind::Segment).with("segment", entry.map_or("", |entry| &entry.key)));
        let truth = match entry.map(|entry| &entry.body) {
            Some(Body::Segment(condition)) => self.condition(condition),
            _ => None,
        };
        self.tracer.close(|| truth.into());
        truth
    }

    /// A static entry sees the segments that it was compiled with.
    fn segment_entry(&self, id: EntryId) -> Option<&'a Entry> {
        let pinned = self.pinned.binary_search_by_key(&id, |(pinned, _)| *pinned).ok();
        match pinned.and_then(|position| self.pinned.get(position)) {
            Some((_, entry)) => Some(entry),
            None => self.snapshot.entry(id).map(|entry| &**entry),
        }
    }

    /// A clause: a rule's only one, which most are (`IS_RULE`), or one of a condition. The test of a rule's is inlined into
    /// the walk over the rules; all others share a function, as that code is large.
    #[inline(always)]
    pub(super) fn clause<const IS_RULE: bool>(&mut self, clause: &'a Clause) -> Option<bool> {
        match clause.path.is_special() {
            false => self.request.context.visit(&clause.path, |attribute| {
                let truth = match IS_RULE {
                    true => test::holds(&clause.test, attribute),
                    false => test::holds_apart(&clause.test, attribute),
                };
                self.tell(clause, attribute, truth);
                truth
            }),
            true => self.special_clause(clause),
        }
    }

    #[inline(never)]
    fn special_clause(&mut self, clause: &'a Clause) -> Option<bool> {
        let asker = self.request.asker();
        visit_special(self.snapshot, asker, &clause.path, |attribute| {
            let truth = test::holds_apart(&clause.test, attribute);
            self.tell(clause, attribute, truth);
            truth
        })
    }

    #[inline(always)]
    fn tell(&mut self, clause: &Clause, attribute: Option<Attribute<'_>>, truth: Option<bool>) {
        self.tracer.leaf(|| {
            let step = Step::new(Kind::Clause)
                .with("path", clause.path.as_str())
                .with("operator", clause.test.operator())
                .with("operand", clause.test.operand())
                .with_if(clause.test.ignores_case(), "ignoreCase", true);
            let step = match attribute {
                Some(attribute) => step.with("saw", attribute.to_value()),
                None => step,
            };
            (step, truth.into())
        });
    }
}

/// The attribute at a path, as the one who asks has it.
#[inline(always)]
pub(super) fn visit<A: Attributes, R>(
    snapshot: &Snapshot,
    asker: Asker<'_, A>,
    path: &Path,
    visitor: impl FnOnce(Option<Attribute<'_>>) -> R,
) -> R {
    match path.is_special() {
        false => asker.context.visit(path, visitor),
        true => visit_special(snapshot, asker, path, visitor),
    }
}

/// Apart, for what a visitor does is compiled anew wherever it is called.
#[inline(never)]
fn visit_special<A: Attributes, R>(
    snapshot: &Snapshot,
    asker: Asker<'_, A>,
    path: &Path,
    visitor: impl FnOnce(Option<Attribute<'_>>) -> R,
) -> R {
    if path.known() == Some(Known::Env) {
        return environment(snapshot, asker, |name| visitor(name.map(Attribute::Str)));
    }
    asker.context.visit(path, |found| match (found, asker.supplied) {
        (None, Some(supplied)) => supplied.visit(path, visitor),
        (found, _) => visitor(found),
    })
}

/// The environment: the context's where it may name one, else the snapshot's. Its name is an id.
pub(super) fn environment<A: Attributes, R>(
    snapshot: &Snapshot,
    asker: Asker<'_, A>,
    visitor: impl FnOnce(Option<&str>) -> R,
) -> R {
    let environment = snapshot.environment();
    if !snapshot.context_names_environment() {
        return visitor(environment);
    }
    let env = &snapshot.paths.env;
    asker.context.visit(env, |attribute| with_id(attribute, |name| visitor(name.or(environment))))
}
