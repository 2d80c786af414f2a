//! Chance, deterministic by seed.

pub(super) struct Dice(fastrand::Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(fastrand::Rng::with_seed(seed))
    }

    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.0.u32(..100) < percent
    }

    /// A number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: usize, most: usize) -> usize {
        self.0.usize(least..=most)
    }

    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.0.usize(..list.len())]
    }

    /// Between `least` and `most` members of a list, in any order; fewer if it has fewer.
    pub(super) fn some<T: Clone>(&mut self, list: &[T], least: usize, most: usize) -> Vec<T> {
        let mut members = list.to_vec();
        self.shuffle(&mut members);
        members.truncate(self.between(least, most));
        members
    }

    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        self.0.shuffle(list);
    }
}
