//! The attributes of a tree that is read in place: a host's own, which nobody has laid flat. What is found there is
//! what [`Context::from_node`](super::Context::from_node) would have kept.

use super::path::Path;
use crate::limits;

/// Where in a tree the attribute of a path may stand. It holds every name that a member on the way to it may have, as
/// the host spells names: making them is dear in most hosts, so a route is made once for a path and kept.
#[derive(Debug)]
pub struct Route<N> {
    /// The names on the way that wins over all others, and that most trees have: each a level deeper.
    straight: Box<[N]>,
    /// All ways: of each spelling of the path, the nearest first.
    ways: Box<[Way<N>]>,
}

/// One spelling, by the place where a name begins: the names from there on, the shortest first.
type Way<N> = Box<[Box<[N]>]>;

impl<N> Route<N> {
    /// The route to a path; `name` makes a name as the host spells it.
    pub fn new(path: &Path, name: impl Fn(&str) -> N) -> Route<N> {
        let names_at_the_start_of = |parts: &[&str]| -> Box<[N]> {
            (1..=parts.len())
                .filter_map(|count| parts.get(..count))
                .map(|parts| name(&parts.join(".")))
                .collect()
        };
        let way = |spelling: String| {
            let parts: Vec<&str> = spelling.split('.').collect();
            (0..parts.len()).filter_map(|start| parts.get(start..)).map(names_at_the_start_of).collect()
        };
        let straight = path.spellings().first().map(|nearest| nearest.split('.').map(&name).collect());
        Route {
            straight: straight.unwrap_or_default(),
            ways: path.spellings().into_iter().map(way).collect(),
        }
    }

    /// What stands at the path. `member` hands over the member of a host's object, and nothing where it is missing or
    /// null, or where what it is asked about is no object.
    ///
    /// A tree in which that takes more questions than a context may have attributes is none: it holds itself.
    #[inline]
    pub fn find<T>(&self, tree: &T, mut member: impl FnMut(&T, &N) -> Option<T>) -> Option<T> {
        if let Some((first, deeper)) = self.straight.split_first()
            && let Some(found) = member(tree, first)
            && let Some(found) = deeper.iter().try_fold(found, |tree, name| member(&tree, name))
        {
            return Some(found);
        }
        self.find_elsewhere(tree, member)
    }

    #[inline(never)]
    fn find_elsewhere<T>(&self, tree: &T, mut member: impl FnMut(&T, &N) -> Option<T>) -> Option<T> {
        let mut left = limits::CONTEXT_ATTRIBUTES;
        self.ways.iter().find_map(|way| descend(way, tree, &mut member, &mut left))
    }
}

/// Of several spellings the more nested one wins, at every level: names with fewer dots go before others.
fn descend<T, N>(
    way: &[Box<[N]>],
    tree: &T,
    member: &mut impl FnMut(&T, &N) -> Option<T>,
    left: &mut usize,
) -> Option<T> {
    let names = way.first()?;
    names.iter().enumerate().find_map(|(position, name)| {
        *left = left.checked_sub(1)?;
        let found = member(tree, name)?;
        match way.get(position + 1..) {
            None | Some([]) => Some(found),
            Some(rest) => descend(rest, &found, member, left),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arena, Context, Node, Value};

    /// As a host would ask: what stands at the path, an object without its members.
    fn in_place(tree: Node<'_>, path: &Path) -> Option<Value> {
        let route = Route::new(path, str::to_owned);
        let found = route.find(&tree, |tree, name| {
            let Node::Object(members) = tree else { return None };
            members
                .iter()
                .find(|(known, value)| known == name && *value != Node::Null)
                .map(|(_, value)| *value)
        });
        found.map(|node| match node {
            Node::Object(_) => Value::Object(Box::default()),
            node => node.to_value(),
        })
    }

    /// The same of trees of all shapes that names of a few parts can make, and of all paths in them.
    #[test]
    fn what_is_found_is_what_a_flat_context_has() {
        const NAMES: [&str; 12] = [
            "a",
            "b",
            "a.b",
            "b.a",
            "a.b.a",
            "",
            ".a",
            "user",
            "id",
            "userId",
            "targetingKey",
            "customAttributes",
        ];
        let mut random = numbers(7);
        let mut found = 0;
        for _ in 0..20_000 {
            let arena = Arena::new();
            let tree = tree(&arena, &NAMES, 0, &mut random);
            let context = Context::from_node(&tree).unwrap();
            for _ in 0..4 {
                let parts = 1 + random(3);
                let path: Vec<&str> = (0..parts).map(|_| NAMES[random(NAMES.len())]).collect();
                let path = Path::new(&path.join("."));
                let flat = context.get(&path).cloned();
                found += usize::from(flat.is_some());
                assert_eq!(in_place(tree, &path), flat, "{} in {tree:?}", path.as_str());
            }
        }
        assert!(found > 10_000, "{found}");
    }

    fn tree<'a>(
        arena: &'a Arena,
        names: &[&'static str],
        depth: usize,
        random: &mut impl FnMut(usize) -> usize,
    ) -> Node<'a> {
        let mut members = Vec::new();
        for name in names {
            if random(3) == 0 {
                let value = match random(4) {
                    0 => Node::Null,
                    1 | 2 if depth < 3 => tree(arena, names, depth + 1, random),
                    _ => Node::Int(random(1_000) as i64),
                };
                members.push((*name, value));
            }
        }
        arena.object(members)
    }

    /// Numbers that are the same in every run.
    fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
        move |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        }
    }

    #[test]
    fn a_tree_that_holds_itself_is_left_again() {
        let path = Path::new(&format!("{}z", "a.".repeat(100)));
        let mut asked = 0;
        let found = Route::new(&path, str::to_owned).find(&(), |(), name| {
            asked += 1;
            (!name.contains('z')).then_some(())
        });
        assert_eq!(found, None);
        assert!(asked <= limits::CONTEXT_ATTRIBUTES + path.as_str().len(), "{asked}");
    }
}
