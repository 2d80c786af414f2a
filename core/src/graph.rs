//! Who refers to whom: circles, chains that are too long, and what would take too many visits.

use crate::limits;

/// What is wrong with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is part of a circle.
    Cycle,
    /// The longest chain that starts here is over the limit.
    TooDeep,
    /// More nodes are visited from here than may be, each as often as it is mentioned.
    TooCostly,
}

/// Finds the faulty nodes of a graph by Tarjan's strongly connected components (SIAM J. Computing 1(2), 1972),
/// without recursion: a chain may be as long as a document allows. Linear in nodes and edges.
///
/// `edges` gives a node's references; those to nodes outside `0..count` are passed over.
pub(crate) fn faults<'g>(
    count: usize,
    edges: impl Fn(usize) -> &'g [u32],
    deepest: usize,
) -> Vec<(usize, Fault)> {
    let mut search =
        Search { nodes: vec![Node::default(); count], stack: Vec::new(), next: 1, faults: Vec::new() };
    for root in 0..count {
        if search.node(root).order == 0 {
            search.from(root, &edges, deepest);
        }
    }
    search.faults
}

#[derive(Clone, Copy, Default)]
struct Node {
    /// When it was first seen, from 1; 0 is never.
    order: usize,
    /// The earliest node on the stack that can be reached from here.
    low: usize,
    on_stack: bool,
    /// The longest chain of references from here.
    depth: usize,
    /// How many nodes are visited from here.
    visits: u64,
}

struct Search {
    nodes: Vec<Node>,
    stack: Vec<usize>,
    next: usize,
    faults: Vec<(usize, Fault)>,
}

impl Search {
    fn node(&self, index: usize) -> Node {
        self.nodes.get(index).copied().unwrap_or_default()
    }

    fn update(&mut self, index: usize, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(index) {
            change(node);
        }
    }

    fn enter(&mut self, index: usize) {
        let order = self.next;
        self.next += 1;
        self.stack.push(index);
        self.update(index, |node| *node = Node { order, low: order, on_stack: true, depth: 0, visits: 1 });
    }

    fn from<'g>(&mut self, root: usize, edges: &impl Fn(usize) -> &'g [u32], deepest: usize) {
        self.enter(root);
        let mut path = vec![(root, 0)];
        while let Some((index, edge)) = path.pop() {
            let Some(target) = edges(index).get(edge).map(|target| *target as usize) else {
                self.leave(index, edges(index), deepest);
                if let Some((parent, _)) = path.last() {
                    let child = self.node(index);
                    self.update(*parent, |node| {
                        node.low = node.low.min(child.low);
                        node.depth = node.depth.max(child.depth + 1);
                        node.visits = node.visits.saturating_add(child.visits);
                    });
                }
                continue;
            };
            path.push((index, edge + 1));
            if target >= self.nodes.len() {
                continue;
            }
            let seen = self.node(target);
            if seen.order == 0 {
                self.enter(target);
                path.push((target, 0));
            } else if seen.on_stack {
                self.update(index, |node| node.low = node.low.min(seen.order));
            } else {
                self.update(index, |node| {
                    node.depth = node.depth.max(seen.depth + 1);
                    node.visits = node.visits.saturating_add(seen.visits);
                });
            }
        }
    }

    /// All that can be reached from `index` is known: a component ends where nothing earlier was reached.
    fn leave(&mut self, index: usize, edges: &[u32], deepest: usize) {
        let node = self.node(index);
        if node.low != node.order {
            return;
        }
        let mut circle = edges.iter().any(|target| *target as usize == index);
        while let Some(member) = self.stack.pop() {
            self.update(member, |node| node.on_stack = false);
            circle |= member != index;
            if circle {
                // What leads into a circle does not descend into it: its members answer with an error at once.
                self.update(member, |node| (node.depth, node.visits) = (0, 1));
                self.faults.push((member, Fault::Cycle));
            }
            if member == index {
                break;
            }
        }
        let fault = match () {
            () if circle => return,
            () if node.depth > deepest => Fault::TooDeep,
            () if node.visits > limits::REFERENCE_VISITS => Fault::TooCostly,
            () => return,
        };
        // It answers with an error at once.
        self.update(index, |node| (node.depth, node.visits) = (0, 1));
        self.faults.push((index, fault));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(graph: &[Vec<u32>], deepest: usize) -> Vec<(usize, Fault)> {
        let mut found = faults(graph.len(), |node| &graph[node], deepest);
        found.sort_by_key(|(node, _)| *node);
        found
    }

    #[test]
    fn every_member_of_a_circle_is_found_and_none_that_leads_to_it() {
        let graph = [vec![1], vec![2], vec![1, 3], vec![], vec![4], vec![0, 4, 99]];
        let cycle = |nodes: &[usize]| nodes.iter().map(|node| (*node, Fault::Cycle)).collect::<Vec<_>>();
        assert_eq!(faults_of(&graph, 10), cycle(&[1, 2, 4]));
    }

    #[test]
    fn visits_are_counted_as_often_as_they_are_made() {
        let tower: Vec<Vec<u32>> =
            (0..15).map(|node| if node < 14 { vec![node + 1; 10] } else { vec![] }).collect();
        let found = faults_of(&tower, 20);
        assert!(found.contains(&(10, Fault::TooCostly)), "{found:?}");
        assert!(found.iter().all(|(node, _)| *node <= 10), "10,000 visits are allowed");
    }

    #[test]
    fn chains_are_measured_without_recursion() {
        let chain: Vec<Vec<u32>> = (0..100_000).map(|node| vec![node + 1]).collect();
        let found = faults_of(&chain, 20);
        assert!(found.iter().all(|(_, fault)| *fault == Fault::TooDeep));
        assert!(!found.is_empty());
        let short: Vec<Vec<u32>> =
            (0..21).map(|node| if node < 20 { vec![node + 1] } else { vec![] }).collect();
        assert_eq!(faults_of(&short, 20), []);
    }
}
