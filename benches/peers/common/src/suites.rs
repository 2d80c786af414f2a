//! The workloads, measured in the three ways in which evaluations are: again and again, scattered,
//! and by several threads. Each figure is reported as soon as it is there.

use crate::Peer;
use crate::measure::{Cost, Throughput, cost, throughput};
use crate::workload::{
    Contexts, ROLLOUT, RULES, SIMPLE, USERS, scattered_keys, verify, w1, w2, w2_context, w3,
};

/// One flag of each kind, of a store of `SMALL`, again and again.
pub fn repeated<P: Peer>(peer: &P, mut report: impl FnMut(&'static str, Cost)) {
    let contexts = Contexts::new();
    verify(peer, &contexts);
    report("W1", cost(USERS, |_| w1(peer, &contexts, SIMPLE)));
    report("W2", cost(USERS, |_| w2(peer, &contexts, RULES)));
    report("W2+ctx", cost(USERS, |_| w2_context(peer, RULES)));
    report("W3", cost(USERS, |turn| w3(peer, &contexts, ROLLOUT, turn)));
}

/// All flags of a store of `LARGE`, in a scattered order.
pub fn scattered<P: Peer>(peer: &P, mut report: impl FnMut(&'static str, Cost)) {
    let contexts = Contexts::new();
    let [simple, rules, rollout] = scattered_keys();
    assert!(simple.iter().all(|key| w1(peer, &contexts, key)));
    assert!(rules.iter().all(|key| w2(peer, &contexts, key)));
    report("W1", cost(simple.len(), |turn| w1(peer, &contexts, &simple[turn])));
    report("W2", cost(rules.len(), |turn| w2(peer, &contexts, &rules[turn])));
    report("W2+ctx", cost(rules.len(), |turn| w2_context(peer, &rules[turn])));
    report("W3", cost(rollout.len(), |turn| w3(peer, &contexts, &rollout[turn], turn)));
}

/// As `repeated`, by several threads on one store of `SMALL`.
pub fn threaded<P: Peer>(peer: &P, threads: usize, mut report: impl FnMut(&'static str, Throughput)) {
    verify(peer, &Contexts::new());
    let w1 = throughput(threads, USERS, || {
        let contexts = Contexts::new();
        move |_| w1(peer, &contexts, SIMPLE)
    });
    report("W1", w1);
    let w2 = throughput(threads, USERS, || {
        let contexts = Contexts::new();
        move |_| w2(peer, &contexts, RULES)
    });
    report("W2", w2);
    let w3 = throughput(threads, USERS, || {
        let contexts = Contexts::new();
        move |turn| w3(peer, &contexts, ROLLOUT, turn)
    });
    report("W3", w3);
}
