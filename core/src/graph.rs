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

/// What is known of a node before anybody looks at its edges.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight {
    /// The longest chain of references from here.
    pub(crate) depth: u32,
    /// How many nodes are visited from here, itself among them.
    pub(crate) visits: u64,
}

impl Weight {
    /// Of a node of which no more is known than that it is one.
    pub(crate) const ONE: Weight = Weight { depth: 0, visits: 1 };

    /// Adds what a reference to such a node takes.
    pub(crate) fn reaches(&mut self, target: Weight) {
        self.depth = self.depth.max(target.depth + 1);
        self.visits = self.visits.saturating_add(target.visits);
    }
}

/// Who refers to whom: the targets of all nodes in one list.
pub(crate) struct Edges {
    targets: Vec<u32>,
    nodes: Vec<Origin>,
}

/// Where a node's targets begin and end, and its weight without them.
#[derive(Clone)]
struct Origin {
    start: u32,
    end: u32,
    weight: Weight,
}

impl Edges {
    /// Those of the nodes `0..count`; a node that is not named has none. Targets outside are passed over.
    pub(crate) fn collect<T: Iterator<Item = u32>>(
        count: usize,
        nodes: impl Iterator<Item = (u32, Weight, T)>,
    ) -> Edges {
        let alone = Origin { start: 0, end: 0, weight: Weight::ONE };
        let mut edges = Edges { targets: Vec::new(), nodes: vec![alone; count] };
        for (node, weight, targets) in nodes {
            let start = edges.end();
            edges.targets.extend(targets.filter(|target| (*target as usize) < count));
            let end = edges.end();
            if let Some(origin) = edges.nodes.get_mut(node as usize) {
                *origin = Origin { start, end, weight };
            }
        }
        edges
    }

    fn end(&self) -> u32 {
        // A document has fewer values than u32 counts, and a target is one.
        u32::try_from(self.targets.len()).unwrap_or(u32::MAX)
    }

    fn of(&self, node: u32) -> &[u32] {
        let targets = |origin: &Origin| self.targets.get(origin.start as usize..origin.end as usize);
        self.nodes.get(node as usize).and_then(targets).unwrap_or_default()
    }

    fn weight(&self, node: u32) -> Weight {
        self.nodes.get(node as usize).map_or(Weight::ONE, |origin| origin.weight)
    }
}

/// Finds the faulty nodes of a graph by Tarjan's strongly connected components (SIAM J. Computing 1(2), 1972),
/// without recursion: a chain may be as long as a document allows. Linear in nodes and edges.
pub(crate) fn faults(edges: &Edges, deepest: usize) -> Vec<(u32, Fault)> {
    let nodes = vec![Node::default(); edges.nodes.len()];
    let mut search =
        Search { edges, deepest, nodes, open: Vec::new(), path: Vec::new(), next: 1, faults: Vec::new() };
    for (root, origin) in (0..).zip(&edges.nodes) {
        if origin.start != origin.end && search.node(root).order == 0 {
            search.from(root);
        }
    }
    search.faults
}

#[derive(Clone, Copy)]
struct Node {
    /// When it was first seen, from 1; 0 is never.
    order: u32,
    /// The earliest open node that can be reached from here.
    low: u32,
    is_open: bool,
    weight: Weight,
}

impl Default for Node {
    fn default() -> Node {
        Node { order: 0, low: 0, is_open: false, weight: Weight::ONE }
    }
}

struct Search<'e> {
    edges: &'e Edges,
    deepest: usize,
    nodes: Vec<Node>,
    /// Nodes whose component is not complete.
    open: Vec<u32>,
    /// The nodes that led to where the search is, with how many of their edges were followed.
    path: Vec<(u32, usize)>,
    next: u32,
    faults: Vec<(u32, Fault)>,
}

impl Search<'_> {
    fn node(&self, index: u32) -> Node {
        self.nodes.get(index as usize).copied().unwrap_or_default()
    }

    fn update(&mut self, index: u32, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(index as usize) {
            change(node);
        }
    }

    fn enter(&mut self, index: u32) {
        let (order, weight) = (self.next, self.edges.weight(index));
        self.next += 1;
        self.open.push(index);
        self.path.push((index, 0));
        self.update(index, |node| *node = Node { order, low: order, is_open: true, weight });
    }

    fn from(&mut self, root: u32) {
        self.enter(root);
        while let Some((index, followed)) = self.path.pop() {
            let Some(target) = self.edges.of(index).get(followed).copied() else {
                self.leave(index);
                if let Some((parent, _)) = self.path.last().copied() {
                    let child = self.node(index);
                    self.update(parent, |node| {
                        node.low = node.low.min(child.low);
                        node.weight.reaches(child.weight);
                    });
                }
                continue;
            };
            self.path.push((index, followed + 1));
            let seen = self.node(target);
            if seen.order == 0 {
                self.enter(target);
            } else if seen.is_open {
                self.update(index, |node| node.low = node.low.min(seen.order));
            } else {
                self.update(index, |node| node.weight.reaches(seen.weight));
            }
        }
    }

    /// All that can be reached from `index` is known: a component ends where nothing earlier was reached.
    fn leave(&mut self, index: u32) {
        let node = self.node(index);
        if node.low != node.order {
            return;
        }
        let mut circle = self.edges.of(index).contains(&index);
        while let Some(member) = self.open.pop() {
            self.update(member, |node| node.is_open = false);
            circle |= member != index;
            if circle {
                // What leads into a circle does not descend into it: its members answer with an error at once.
                self.update(member, |node| node.weight = Weight::ONE);
                self.faults.push((member, Fault::Cycle));
            }
            if member == index {
                break;
            }
        }
        let fault = match () {
            () if circle => return,
            () if node.weight.depth as usize > self.deepest => Fault::TooDeep,
            () if node.weight.visits > limits::REFERENCE_VISITS => Fault::TooCostly,
            () => return,
        };
        // It answers with an error at once.
        self.update(index, |node| node.weight = Weight::ONE);
        self.faults.push((index, fault));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(graph: &[Vec<u32>], deepest: usize) -> Vec<(u32, Fault)> {
        let edges = Edges::collect(
            graph.len(),
            (0..).zip(graph).map(|(node, targets)| (node, Weight::ONE, targets.iter().copied())),
        );
        let mut found = faults(&edges, deepest);
        found.sort_by_key(|(node, _)| *node);
        found
    }

    #[test]
    fn every_member_of_a_circle_is_found_and_none_that_leads_to_it() {
        let graph = [vec![1], vec![2], vec![1, 3], vec![], vec![4], vec![0, 4, 99]];
        let cycle = |nodes: &[u32]| nodes.iter().map(|node| (*node, Fault::Cycle)).collect::<Vec<_>>();
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
