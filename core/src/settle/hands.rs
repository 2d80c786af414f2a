//! Which buckets change hands when shares change: as few as can be, and such that they leave few ranges.

use std::collections::HashMap;
use std::mem;

use crate::model::BucketRange;
use crate::splits::NamedSplit;

/// The ranges that give each id its new share and move only whom they must; nothing, where the new split's own buckets
/// do as well.
pub(super) fn rearranged(old: &NamedSplit<'_>, new: &NamedSplit<'_>) -> Option<Vec<BucketRange>> {
    let owners = Owners::new(new);
    let (before, after) = (owners.runs(old), owners.runs(new));
    if before == after {
        return None;
    }
    let mut hands = Hands::new(before.clone(), &owners);
    hands.settle(&owners.shares(&after));
    let does_as_well = owners.moved(&before, &after) == owners.moved(&before, &hands.runs);
    (!does_as_well).then(|| hands.ranges())
}

/// Those who own buckets, by number: the new ids in their order, then `gone` and `nobody`.
struct Owners<'m> {
    numbers: HashMap<&'m str, usize>,
    /// Ids of the old split that the new one does not have.
    gone: usize,
    /// No experiment of a layer.
    nobody: usize,
}

/// Neighbouring buckets of one owner. Where they begin is where all earlier ones end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    owner: usize,
    width: u32,
}

/// How many buckets do not stay.
#[derive(PartialEq, Eq)]
struct Moved {
    /// Those that an id loses.
    away: u32,
    /// Those of them that another id gets.
    across: u32,
}

impl<'m> Owners<'m> {
    fn new(split: &NamedSplit<'m>) -> Owners<'m> {
        let ids = split.ids.len();
        Owners { numbers: split.ids.iter().copied().zip(0..).collect(), gone: ids, nobody: ids + 1 }
    }

    fn runs(&self, split: &NamedSplit<'_>) -> Vec<Run> {
        let mut runs = Vec::with_capacity(split.ranges.len());
        for range in &*split.ranges {
            let owner = match split.id(range.index) {
                Some(id) => self.numbers.get(id).copied().unwrap_or(self.gone),
                None => self.nobody,
            };
            append(&mut runs, Run { owner, width: range.to - range.from });
        }
        runs
    }

    /// How many buckets each owner has.
    fn shares(&self, runs: &[Run]) -> Vec<u32> {
        let mut shares = vec![0; self.nobody + 1];
        for run in runs {
            if let Some(share) = shares.get_mut(run.owner) {
                *share += run.width;
            }
        }
        shares
    }

    fn moved(&self, before: &[Run], after: &[Run]) -> Moved {
        let mut moved = Moved { away: 0, across: 0 };
        let (mut before, mut after) = (before.iter().copied(), after.iter().copied());
        let (mut old, mut new) = (before.next(), after.next());
        while let (Some(was), Some(is)) = (&mut old, &mut new) {
            let width = was.width.min(is.width);
            if was.owner != is.owner && was.owner != self.nobody {
                moved.away += width;
                moved.across += if is.owner == self.nobody { 0 } else { width };
            }
            was.width -= width;
            is.width -= width;
            if was.width == 0 {
                old = before.next();
            }
            if is.width == 0 {
                new = after.next();
            }
        }
        moved
    }
}

/// Puts a run at the end of others.
fn append(runs: &mut Vec<Run>, run: Run) {
    match runs.last_mut() {
        _ if run.width == 0 => {}
        Some(last) if last.owner == run.owner => last.width += run.width,
        _ => runs.push(run),
    }
}

/// Buckets on their way from owners that have too many to owners that have too few.
struct Hands<'o, 'm> {
    owners: &'o Owners<'m>,
    /// Of all buckets; no two neighbours have one owner.
    runs: Vec<Run>,
    /// What each owner has yet to give.
    gives: Vec<u32>,
    /// What each has yet to take.
    takes: Vec<u32>,
}

impl<'o, 'm> Hands<'o, 'm> {
    fn new(runs: Vec<Run>, owners: &'o Owners<'m>) -> Hands<'o, 'm> {
        Hands { owners, runs, gives: Vec::new(), takes: Vec::new() }
    }

    fn settle(&mut self, wanted: &[u32]) {
        // Nobody's buckets go first: whoever is in them was in no experiment. So what shrinks may become nobody's.
        self.aim(wanted);
        let nobody = self.owners.nobody;
        let shares = self.owners.shares(&self.runs);
        self.gives =
            (0..).zip(shares).map(|(owner, share)| if owner == nobody { share } else { 0 }).collect();
        if let Some(takes) = self.takes.get_mut(nobody) {
            *takes = 0;
        }
        self.pass();
        self.aim(wanted);
        self.pass();
    }

    /// What is to be given and taken for these shares.
    fn aim(&mut self, wanted: &[u32]) {
        let shares = self.owners.shares(&self.runs);
        let surplus = |more: &[u32], less: &[u32]| {
            more.iter().zip(less).map(|(more, less)| more.saturating_sub(*less)).collect()
        };
        (self.gives, self.takes) = (surplus(&shares, wanted), surplus(wanted, &shares));
    }

    /// Gives until nothing is left to give, or nobody takes. Repeated changes would shred the ranges if they always cut
    /// new ones: so borders move where they can, whole runs go where that helps, and only the rest is cut out. Of what
    /// an owner has, the later goes first.
    fn pass(&mut self) {
        if self.gives.iter().all(|gives| *gives == 0) {
            return;
        }
        self.move_borders();
        self.hand_over();
        self.move_borders();
        self.cut();
    }

    /// Between neighbours of which one gives and the other takes.
    fn move_borders(&mut self) {
        // First those take whose giving neighbour is before them, then those whose is behind.
        for _ in 0..2 {
            self.rebuild(|hands, mut run, rebuilt| {
                if let Some(last) = rebuilt.last_mut() {
                    let width = hands.give(run.owner, last.owner, run.width);
                    last.width += width;
                    run.width -= width;
                }
                append(rebuilt, run);
            });
            self.runs.reverse();
        }
    }

    /// Whole runs, which cuts nothing.
    fn hand_over(&mut self) {
        self.rebuild(|hands, mut run, rebuilt| {
            let gives_all = hands.gives.get(run.owner).is_some_and(|gives| *gives >= run.width);
            if gives_all && let Some(taker) = hands.first_taker(run.width) {
                hands.give(run.owner, taker, run.width);
                run.owner = taker;
            }
            append(rebuilt, run);
        });
    }

    /// From the ends of runs.
    fn cut(&mut self) {
        self.rebuild(|hands, mut run, rebuilt| {
            while hands.gives.get(run.owner).is_some_and(|gives| *gives > 0)
                && run.width > 0
                && let Some(taker) = hands.first_taker(1)
            {
                let width = hands.give(run.owner, taker, run.width);
                append(rebuilt, Run { owner: taker, width });
                run.width -= width;
            }
            append(rebuilt, run);
        });
    }

    /// Goes through all runs, the last one first.
    fn rebuild(&mut self, mut each: impl FnMut(&mut Self, Run, &mut Vec<Run>)) {
        let runs = mem::take(&mut self.runs);
        let mut rebuilt = Vec::with_capacity(runs.len());
        for run in runs.into_iter().rev() {
            each(self, run, &mut rebuilt);
        }
        rebuilt.reverse();
        self.runs = rebuilt;
    }

    /// The first owner that takes at least this much.
    fn first_taker(&self, width: u32) -> Option<usize> {
        self.takes.iter().position(|takes| *takes >= width)
    }

    /// As many of these buckets as the one has to give and the other to take.
    fn give(&mut self, from: usize, to: usize, width: u32) -> u32 {
        let (Some(gives), Some(takes)) = (self.gives.get_mut(from), self.takes.get_mut(to)) else { return 0 };
        let width = width.min(*gives).min(*takes);
        *gives -= width;
        *takes -= width;
        width
    }

    /// What each id has of the buckets, ascending.
    fn ranges(&self) -> Vec<BucketRange> {
        let mut ranges = Vec::with_capacity(self.runs.len());
        let mut from = 0;
        for Run { owner, width } in &self.runs {
            let to = from + width;
            // Nobody's have no id, and those of ids that are gone have been given away.
            if *owner < self.owners.gone
                && let Ok(index) = u32::try_from(*owner)
            {
                ranges.push(BucketRange { from, to, index });
            }
            from = to;
        }
        ranges
    }
}
