//! Any bytes as a document: read in both modes, compiled, evaluated, explained, replaced, compared with and settled against itself.

use vexil_core::definition::{self, Mode, lint};
use vexil_core::diff::diff;
use vexil_core::settle::settle;
use vexil_core::{Arena, Context, Delta, Environment, ErrorCode, Node, Request, Snapshot, Timestamp};

pub fn check(text: &[u8]) {
    // Both must survive, whatever becomes of the document.
    drop(Delta::parse_json(text));
    let arena = Arena::new();
    let Ok(node) = Node::parse_json(text, &arena) else { return };
    let documents = [node];

    let mut authored = definition::read(&documents, Mode::Authoring);
    let loaded = definition::read(&documents, Mode::Loading);
    let is_good = !authored.has_errors();
    let now = Timestamp::from_millis(1_767_225_600_000);
    lint::warn(&mut authored, &lint::Options { now, naming: None });
    assert_eq!(authored.has_errors(), !is_good, "warnings are no errors");
    assert!(loaded.problems.len() <= authored.problems.len(), "loading finds what authoring does not");
    assert_eq!(diff(&documents, &documents).changes, [], "a document differs from itself");
    assert_eq!(settle(Some(&node), &node).definition, node.to_value(), "who stays as he is moves");

    let refused = loaded.refusal().is_some();
    assert!(!(is_good && refused), "what an author may write, a process refuses");
    let snapshot = match Snapshot::compile(loaded, Environment::Document) {
        Ok(snapshot) => snapshot,
        Err(problem) => {
            assert!(refused, "{problem}");
            return;
        }
    };
    let again = snapshot.replace(definition::read(&documents, Mode::Loading)).unwrap();
    assert_eq!(again.restart_required().next(), None, "nothing has changed");
    for context in contexts() {
        let request = Request::new(&context, now);
        for key in snapshot.keys() {
            let evaluation = snapshot.evaluate(key, &request);
            let wanted = if is_good { &[None][..] } else { &[None, Some(ErrorCode::ParseError)] };
            assert!(wanted.contains(&evaluation.error()), "{key}: {:?}", evaluation.error());
            let (explained, trace) = snapshot.explain(key, None, &request);
            let answer = |evaluation: &vexil_core::Evaluation<'_>| {
                crate::agreement::describe(evaluation, &context).to_string()
            };
            let answered = answer(&evaluation);
            assert_eq!(answer(&explained), answered);
            assert_eq!(answer(&again.evaluate(key, &request)), answered);
            assert!(!trace.to_string().is_empty() && serde_json::to_vec(&trace).is_ok());
        }
    }
}

fn contexts() -> [Context; 2] {
    let member = Context::new()
        .with("user.id", "u1")
        .with("session.id", "s1")
        .with("tenant.id", 7_i64)
        .with("user.role", "admin")
        .with("user.email", "ann@x.io")
        .with("a", "1.2.3-rc.1")
        .with("b", vexil_core::Value::Float(18.5))
        .with("c", true);
    [Context::new(), member]
}
