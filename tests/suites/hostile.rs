//! Every limit of `core/src/limits.rs` at its edge and beyond it: an error with the right code in bounded time, never a
//! crash.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vexil_core::definition::{self, Mode, lint};
use vexil_core::limits;
use vexil_core::{Arena, Code, Context, Environment, Node, Request, Severity, Snapshot, Timestamp};

/// Far more than anything here needs, on any machine; what is unbounded is over it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The errors of a text, as an author is told; and that a process survives it too.
fn errors(text: &str) -> Vec<Code> {
    let started = Instant::now();
    let codes = match Node::parse_json(text.as_bytes(), &Arena::new()) {
        Err(problem) => vec![problem.code],
        Ok(node) => {
            let documents = [node];
            let mut reading = definition::read(&documents, Mode::Authoring);
            lint::warn(&mut reading, &lint::Options { now: Timestamp::from_millis(0), naming: None });
            drop(Snapshot::load(&documents, Environment::Document));
            let problems = reading.problems.into_iter().map(|found| found.problem);
            problems
                .filter(|problem| problem.severity == Severity::Error)
                .map(|problem| problem.code)
                .collect()
        }
    };
    assert!(started.elapsed() < PATIENCE, "{:?} for {} bytes", started.elapsed(), text.len());
    codes
}

/// One more than the limit is an error, the limit itself is none.
fn edge(what: &str, limit: usize, code: Code, text: impl Fn(usize) -> String) {
    assert_eq!(errors(&text(limit)), [], "{what} at the limit");
    let beyond = errors(&text(limit + 1));
    assert!(beyond.contains(&code), "{what} beyond the limit: {beyond:?}");
}

fn flag(fields: &str) -> String {
    format!(r#"{{"key": "f", "type": "feature_flag", {fields}}}"#)
}

fn condition(condition: &str) -> String {
    flag(&format!(r#""rules": [{{"condition": {condition}, "action": {{"serve": "on"}}}}]"#))
}

/// `count` items as a JSON list, or as what stands between other brackets.
fn items(count: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for i in 0..count {
        let comma = if i > 0 { "," } else { "" };
        write!(text, "{comma}{}", item(i)).unwrap();
    }
    text
}

fn nested(levels: usize, open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
}

#[test]
fn documents() {
    edge("bytes", limits::DOCUMENT_BYTES, Code::TooLarge, |bytes| {
        let text = flag(r#""rollout": {"on": 100}"#);
        format!("{}{text}", " ".repeat(bytes - text.len()))
    });
    edge("depth", limits::DOCUMENT_DEPTH, Code::TooDeep, |depth| {
        format!(r#"{{"key": "f", "type": "config", "default": {}}}"#, nested(depth - 1, "[", "", "]"))
    });
    for deep in [10_000, 1_000_000] {
        assert_eq!(errors(&nested(deep, "[", "", "]")), [Code::TooDeep]);
        assert_eq!(errors(&"[".repeat(deep)), [Code::TooDeep]);
        assert_eq!(errors(&nested(deep, r#"{"a":"#, "1", "}")), [Code::TooDeep]);
    }
    edge("values", limits::DOCUMENT_NODES, Code::TooLarge, |count| {
        // The definition, its key and the list are values too.
        format!(r#"{{"key":"f","metadata":{{"m":[{}]}}}}"#, items(count - 4, |_| "1".to_owned()))
    });
    edge("entries", limits::ENTRIES, Code::LimitExceeded, |count| {
        format!("[{}]", items(count, |i| format!(r#"{{"key":"f{i}"}}"#)))
    });
}

#[test]
fn lists_of_an_entry() {
    let rule = |_| r#"{"action": {"serve": "on"}}"#.to_owned();
    edge("rules", limits::RULES, Code::LimitExceeded, |count| {
        flag(&format!(r#""rules": [{}]"#, items(count, rule)))
    });
    let variation = |i| format!(r#"{{"id": "v{i}", "value": {i}}}"#);
    edge("variations", limits::VARIATIONS, Code::LimitExceeded, |count| {
        flag(&format!(r#""default": 0, "variations": [{}]"#, items(count, variation)))
    });
    edge("members of an enum", limits::VARIATIONS, Code::LimitExceeded, |count| {
        let members = items(count, |i| i.to_string());
        flag(&format!(r#""value_type": {{"enum": [{members}]}}, "default": 0"#))
    });
    edge("ids in a rollout", limits::VARIATIONS, Code::LimitExceeded, |count| {
        let ids = items(count, |i| format!(r#""v{i}":{}"#, if i == 0 { 100 } else { 0 }));
        let variations = items(count.min(limits::VARIATIONS), variation);
        flag(&format!(r#""default": 0, "variations": [{variations}], "rollout": {{{ids}}}"#))
    });
    edge("variants", limits::VARIATIONS, Code::LimitExceeded, |count| {
        let variants = items(count, |i| format!(r#"{{"id": "v{i}"}}"#));
        format!(r#"{{"key": "e", "variants": [{variants}], "allocation": {{"v0": 100}}}}"#)
    });
    edge("prerequisites", limits::VARIATIONS, Code::LimitExceeded, |count| {
        let needed = items(count, |_| r#"{"flag": "g", "value": true}"#.to_owned());
        format!(r#"[{}, {{"key": "g"}}]"#, flag(&format!(r#""prerequisites": [{needed}]"#)))
    });
    edge("guardrails", limits::VARIATIONS, Code::LimitExceeded, |count| {
        let guardrails = items(count, |_| r#"{"metric": "m", "threshold": 1, "window": "5m"}"#.to_owned());
        flag(&format!(r#""guardrails": {{"auto_disable": [{guardrails}]}}"#))
    });
    edge("roles", limits::VARIATIONS, Code::LimitExceeded, |count| {
        let roles = items(count, |i| format!(r#""role{i}""#));
        format!(r#"{{"roles": [{roles}], "entries": [{{"key": "f"}}]}}"#)
    });
    edge("scope ids", limits::SCOPE_IDS, Code::LimitExceeded, |count| {
        let ids = items(count, |i| format!(r#""{i}":{{"serve":"on"}}"#));
        flag(&format!(r#""scopes": {{"tenant": {{{ids}}}}}"#))
    });
    for field in ["tags", "environments"] {
        edge(field, limits::OPERAND_ITEMS, Code::LimitExceeded, |count| {
            flag(&format!(r#""{field}": [{}]"#, items(count, |i| format!(r#""t{i}""#))))
        });
    }
}

/// Each variant is looked for among the variations once, and not once for every mention.
#[test]
fn many_mentions_of_one_large_experiment() {
    let variants = items(1_000, |i| format!(r#"{{"id":"v{i}"}}"#));
    let variations = items(1_000, |i| format!(r#"{{"id":"v{i}","value":{i}}}"#));
    let users = items(200_000, |i| format!(r#""{i}":{{"experiment":"e"}}"#));
    let text = format!(
        r#"[{{"key":"e","variants":[{variants}],"allocation":{{"v0":100}}}},
            {{"key":"f","default":0,"variations":[{variations}],"scopes":{{"user":{{{users}}}}}}}]"#
    );
    assert_eq!(errors(&text), [Code::LimitExceeded], "too many visits");
}

/// Each part of a rule's condition is found last among those of every rule before it: minutes, if it were all compared.
#[test]
fn rules_that_imply_one_another_almost() {
    let clause = |i: usize| format!(r#""a{i}":{{"eq":1}}"#);
    let rules = items(1_000, |rule| {
        let clauses = items(300, |i| clause(if rule % 2 == 0 { i } else { 300 - i }));
        format!(r#"{{"condition":{{{clauses},"z{rule}":{{"eq":1}}}},"action":{{"serve":"on"}}}}"#)
    });
    assert_eq!(errors(&flag(&format!(r#""rules": [{rules}]"#))), []);
}

#[test]
fn ranges() {
    // One bucket for each of the first, all others for the last.
    let laid = |count: usize| {
        let range = |i: usize| format!("[{i},{}]", if i + 1 == count { 100_000 } else { i + 1 });
        format!("[{}]", items(count, range))
    };
    edge("ranges", limits::RANGES, Code::LimitExceeded, |count| {
        flag(&format!(r#""rollout": {{"ranges": {{"on": {}}}}}"#, laid(count)))
    });
    edge("ranges of two ids", limits::RANGES, Code::LimitExceeded, |count| {
        flag(&format!(r#""rollout": {{"ranges": {{"on": {}, "off": []}}}}"#, laid(count - 1)))
    });
    edge("allocation", limits::RANGES, Code::LimitExceeded, |count| {
        format!(r#"{{"key": "e", "variants": [{{"id": "a"}}], "allocation": {{"a": {}}}}}"#, laid(count))
    });
    edge("slots", limits::RANGES, Code::LimitExceeded, |count| {
        format!(r#"{{"key": "l", "slots": {{{}}}}}"#, items(count, |i| format!(r#""e{i}":0"#)))
    });
}

#[test]
fn operands_and_conditions() {
    for operator in ["in", "contains", "startsWith", "containsAll"] {
        edge(operator, limits::OPERAND_ITEMS, Code::LimitExceeded, |count| {
            let list = items(count, |i| format!(r#""m{i}""#));
            condition(&format!(r#"{{"a": {{"{operator}": [{list}]}}}}"#))
        });
    }
    edge("addresses", limits::OPERAND_ITEMS, Code::LimitExceeded, |count| {
        let list = items(count, |i| format!(r#""10.{}.{}.{}""#, i >> 16, i >> 8 & 255, i & 255));
        condition(&format!(r#"{{"a": {{"cidr": [{list}]}}}}"#))
    });
    edge("digests", limits::OPERAND_ITEMS, Code::LimitExceeded, |count| {
        let list = items(count, |_| format!(r#""{}""#, "A".repeat(43)));
        condition(&format!(r#"{{"a": {{"sealedIn": {{"salt": "s", "digests": [{list}]}}}}}}"#))
    });
    edge("sizes", limits::OPERAND_ITEMS, Code::LimitExceeded, |count| {
        condition(&format!(r#"{{"a": {{"size": {{"in": [{}]}}}}}}"#, items(count, |i| i.to_string())))
    });
    edge("conditions of a list", limits::OPERAND_ITEMS, Code::LimitExceeded, |count| {
        condition(&format!(r#"{{"any": [{}]}}"#, items(count, |_| "{}".to_owned())))
    });
    for (open, close) in [(r#"{"not":"#, "}"), (r#"{"all":["#, "]}"), (r#"{"any":["#, "]}")] {
        // The innermost condition is a level too.
        edge(open, limits::CONDITION_DEPTH, Code::LimitExceeded, |depth| {
            condition(&nested(depth - 1, open, "{}", close))
        });
    }
}

#[test]
fn lengths() {
    let long = |bytes: usize| "k".repeat(bytes);
    edge("key", limits::KEY_BYTES, Code::InvalidKey, |bytes| format!(r#"{{"key": "{}"}}"#, long(bytes)));
    edge("id of a variation", limits::ID_BYTES, Code::InvalidKey, |bytes| {
        flag(&format!(r#""default": 1, "variations": [{{"id": "{}", "value": 1}}]"#, long(bytes)))
    });
    edge("id of a rule", limits::ID_BYTES, Code::InvalidKey, |bytes| {
        flag(&format!(r#""rules": [{{"id": "{}", "action": {{"serve": "on"}}}}]"#, long(bytes)))
    });
    edge("path", limits::PATH_BYTES, Code::InvalidPath, |bytes| {
        condition(&format!(r#"{{"{}": {{"eq": 1}}}}"#, long(bytes)))
    });
    edge("path of a unit", limits::PATH_BYTES, Code::InvalidPath, |bytes| {
        flag(&format!(r#""rollout": {{"rollout": {{"on": 100}}, "by": "{}"}}"#, long(bytes)))
    });
    edge("salt", limits::SALT_BYTES, Code::LimitExceeded, |bytes| {
        flag(&format!(r#""salt": "{}""#, long(bytes)))
    });
    edge("regular expression", limits::REGEX_BYTES, Code::InvalidRegex, |bytes| {
        condition(&format!(r#"{{"a": {{"matches": "{}"}}}}"#, long(bytes)))
    });
}

#[test]
fn chains_of_references() {
    let chain = |length: usize, link: &dyn Fn(usize) -> String, end: &str| {
        format!("[{},{}]", items(length, link), end.replace('#', &length.to_string()))
    };
    edge("prerequisites", limits::REFERENCE_DEPTH, Code::LimitExceeded, |length| {
        let link =
            |i| format!(r#"{{"key": "f{i}", "prerequisites": [{{"flag": "f{}", "value": true}}]}}"#, i + 1);
        chain(length, &link, r##"{"key": "f#"}"##)
    });
    edge("segments", limits::REFERENCE_DEPTH, Code::LimitExceeded, |length| {
        let link = |i| format!(r#"{{"key": "s{i}", "condition": {{"segment": "s{}"}}}}"#, i + 1);
        chain(length, &link, r##"{"key": "s#", "condition": {}}"##)
    });
    // A chain as long as a document is refused, and is no recursion.
    let link = |i| format!(r#"{{"key":"s{i}","condition":{{"segment":"s{}"}}}}"#, i + 1);
    let found = errors(&chain(50_000, &link, r##"{"key": "s#", "condition": {}}"##));
    assert!(found.iter().all(|code| *code == Code::LimitExceeded));
}

#[test]
fn references_that_multiply() {
    // The flag itself is a visit too.
    let visits = usize::try_from(limits::REFERENCE_VISITS).unwrap() - 1;
    edge("visits", visits, Code::LimitExceeded, |count| {
        let mentions = items(count, |_| r#"{"segment": "s"}"#.to_owned());
        format!(
            r#"[{}, {{"key": "s", "condition": {{}}}}]"#,
            condition(&format!(r#"{{"all": [{mentions}]}}"#))
        )
    });
    let end = r#"{"key": "e20", "condition": {}}"#;
    let twice = |i| {
        let next = format!(r#"{{"segment": "e{}"}}"#, i + 1);
        format!(r#"{{"key": "e{i}", "condition": {{"all": [{next}, {{"not": {{"not": {next}}}}}]}}}}"#)
    };
    assert!(errors(&format!("[{}, {end}]", items(20, twice))).contains(&Code::LimitExceeded));
    let needs = |i| {
        let next = format!(r#"{{"flag": "f{}", "value": true}}"#, i + 1);
        format!(r#"{{"key": "f{i}", "prerequisites": [{next}, {next}], "rollout": {{"on": 100}}}}"#)
    };
    assert!(errors(&format!(r#"[{}, {{"key": "f20"}}]"#, items(20, needs))).contains(&Code::LimitExceeded));
}

/// A small document can make an evaluation of two hundred million steps, each with an operand as long as itself.
#[test]
fn explanations_are_bounded() {
    let explain = |part: &str, parts: usize, mentions: usize| {
        let mentions = items(mentions, |_| r#"{"segment":"s"}"#.to_owned());
        let text = format!(
            r#"[{},{{"key":"s","type":"segment","condition":{{"all":[{}]}}}}]"#,
            condition(&format!(r#"{{"all":[{mentions}]}}"#)),
            items(parts, |_| part.to_owned())
        );
        let snapshot = Snapshot::load_json(text.as_bytes(), Environment::Document).unwrap();
        let context = Context::new().with("a", 1_i64);
        let started = Instant::now();
        let (evaluation, trace) =
            snapshot.explain("f", None, &Request::new(&context, Timestamp::from_millis(0)));
        assert_eq!(evaluation.value().and_then(|value| value.as_bool()), Some(true));
        assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
        trace
    };
    // The rule, its `all`, what it serves; and of each mention a segment, its `all` and the parts.
    let clause = r#"{"a":{"eq":1}}"#;
    for (parts, mentions) in [(4_996, 2), (4_997, 2), (9_900, 2_000)] {
        let taken = 3 + mentions * (2 + parts);
        let trace = explain(clause, parts, mentions);
        let (text, json) = (trace.to_string(), json!(trace));
        assert_eq!(trace.steps_not_shown, taken.saturating_sub(limits::TRACE_STEPS) as u64);
        // After the two lines of the decision, each line is a step.
        match trace.steps_not_shown {
            0 => assert!(text.lines().count() == 2 + taken && json.get("steps_not_shown").is_none()),
            beyond => {
                assert_eq!(text.lines().count(), 2 + limits::TRACE_STEPS + 1);
                assert!(text.ends_with(&format!("\nand {beyond} more steps, not shown\n")));
                assert_eq!(json["steps_not_shown"], beyond);
            }
        }
    }
    let long = format!(r#"{{"a":{{"notIn":[0,"{}"]}}}}"#, "x".repeat(100_000));
    let long = explain(&long, 1, 9_000);
    assert!(long.to_string().len() < 2 * limits::TRACE_BYTES && long.steps_not_shown > 0);
}

#[test]
fn problems_are_counted_beyond_the_limit() {
    let unknown = |count| flag(&items(count, |i| format!(r#""u{i}": 1"#)));
    assert_eq!(errors(&unknown(limits::PROBLEMS)).len(), limits::PROBLEMS);
    let beyond = errors(&unknown(limits::PROBLEMS + 500));
    assert_eq!((beyond.len(), beyond.last()), (limits::PROBLEMS + 1, Some(&Code::LimitExceeded)));
    let rules = items(limits::RULES, |_| r#"{"priority": 1, "action": {"serve": "on"}}"#.to_owned());
    let warnings =
        format!(r#"[{}, {{"key": "g", "rules": [{rules}]}}]"#, flag(&format!(r#""rules": [{rules}]"#)));
    assert_eq!(errors(&warnings), [], "many warnings are no error");
}

/// Whatever is wrong before it: a rule that could not be read must never apply.
#[test]
fn many_problems_do_not_open_a_bad_entry() {
    let noise = items(limits::PROBLEMS / 2, |_| {
        r#"{"condition": {"a": {"resembles": 1}, "b": {"resembles": 1}}, "action": {"value": false}}"#
            .to_owned()
    });
    let bad = r#"{"condition": {"user.email": {"matches": "("}}, "action": {"serve": "on"}}"#;
    for text in [
        format!(r#"[{{"key": "noise", "rules": [{noise}]}}, {{"key": "f", "rules": [{bad}]}}]"#),
        format!(r#"[{{"key": "f", "rules": [{}, {bad}]}}]"#, noise.rsplit_once(",{").unwrap().0),
    ] {
        let snapshot = Snapshot::load_json(text.as_bytes(), Environment::Document).unwrap();
        let context = Context::new().with("user.email", "x");
        let evaluation = snapshot.evaluate("f", &Request::new(&context, Timestamp::from_millis(0)));
        assert_eq!(evaluation.error().map(|error| error.as_str()), Some("PARSE_ERROR"));
    }
}

#[test]
fn catastrophic_patterns_are_refused_or_linear() {
    for huge in [r"\\w{1000}", r"(?:a{1000}){1000}", r"[\\p{L}\\p{N}]{500}(?:\\w{100}){10}"] {
        assert_eq!(errors(&condition(&format!(r#"{{"a": {{"matches": "{huge}"}}}}"#))), [Code::InvalidRegex]);
    }
    let attribute = format!("{}!", "a".repeat(200_000));
    let context = Context::new().with("a", attribute);
    for evil in [r"^(a+)+$", r"^(a|aa)+$", r"^(.*a){20}$", r"(a*)*b"] {
        let text = condition(&format!(r#"{{"a": {{"matches": "{evil}"}}}}"#));
        assert_eq!(errors(&text), []);
        let snapshot = Snapshot::load_json(text.as_bytes(), Environment::Document).unwrap();
        let started = Instant::now();
        let evaluation = snapshot.evaluate("f", &Request::new(&context, Timestamp::from_millis(0)));
        assert_eq!(evaluation.value().and_then(|value| value.as_bool()), Some(false));
        assert!(started.elapsed() < PATIENCE, "{evil}: {:?}", started.elapsed());
    }
}

/// Each is refused by itself; together they must not take for ever either.
#[test]
fn many_large_patterns_are_refused_in_bounded_time() {
    let rules = |flag: usize| {
        items(limits::RULES, |rule| {
            format!(
                r#"{{"condition":{{"a":{{"matches":"\\w{{500}}{flag}-{rule}"}}}},"action":{{"serve":"on"}}}}"#
            )
        })
    };
    let flags = items(6, |flag| format!(r#"{{"key":"f{flag}","rules":[{}]}}"#, rules(flag)));
    assert!(errors(&format!("[{flags}]")).contains(&Code::InvalidRegex));
}

/// What a context is refused for, if it is.
fn refusal(text: &str) -> Option<Code> {
    let started = Instant::now();
    let refusal = Context::parse_json(text.as_bytes()).err().map(|problem| problem.code);
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    refusal
}

#[test]
fn contexts() {
    let of_bytes = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - "{}".len()));
    assert_eq!(refusal(&of_bytes(limits::CONTEXT_BYTES)), None);
    assert_eq!(refusal(&of_bytes(limits::CONTEXT_BYTES + 1)), Some(Code::TooLarge));
    let of_depth = |depth: usize| nested(depth, r#"{"a":"#, "1", "}");
    assert_eq!(refusal(&of_depth(limits::CONTEXT_DEPTH)), None);
    assert_eq!(refusal(&of_depth(limits::CONTEXT_DEPTH + 1)), Some(Code::LimitExceeded));
    assert_eq!(refusal(&of_depth(10_000)), Some(Code::TooDeep));
    assert_eq!(refusal(&format!(r#"{{"a": {}}}"#, nested(10_000, "[", "", "]"))), Some(Code::TooDeep));
    let of_attributes = |count: usize| format!("{{{}}}", items(count, |i| format!(r#""a{i}": {i}"#)));
    assert_eq!(refusal(&of_attributes(limits::CONTEXT_ATTRIBUTES)), None);
    assert_eq!(refusal(&of_attributes(limits::CONTEXT_ATTRIBUTES + 1)), Some(Code::LimitExceeded));
    let of_items =
        |count: usize| format!(r#"{{"a": [1, "x"], "b": [{}]}}"#, items(count - 2, |_| "[]".to_owned()));
    assert_eq!(refusal(&of_items(limits::CONTEXT_ITEMS)), None);
    assert_eq!(refusal(&of_items(limits::CONTEXT_ITEMS + 1)), Some(Code::LimitExceeded));
    for (open, close) in [("", ""), ("[1, ", "]")] {
        let of_string = |bytes: usize| format!(r#"{{"a": {open}"{}"{close}}}"#, "x".repeat(bytes));
        assert_eq!(refusal(&of_string(limits::CONTEXT_STRING_BYTES)), None);
        assert_eq!(refusal(&of_string(limits::CONTEXT_STRING_BYTES + 1)), Some(Code::LimitExceeded));
    }
}

/// No operand is compared with every item of a list, and no character of a string is read again and again.
#[test]
fn large_attributes_against_large_operands() {
    let strings = |count| items(count, |i| format!(r#""A common beginning, {i}""#));
    let numbers = |count| items(count, |i| format!("{i}.5"));
    let (many, most) = (limits::OPERAND_ITEMS, limits::CONTEXT_ITEMS);
    // All but one of the operands are in the list, or none; last, more operands than there are items.
    let cases = [
        (
            format!(r#"{{"containsAny": [{}], "ignoreCase": true}}"#, strings(many)),
            items(most, |i| format!(r#""a COMMON beginning, {i}!""#)),
        ),
        (format!(r#"{{"containsAny": [{}]}}"#, numbers(many)), items(most, |i| i.to_string())),
        (
            format!(r#"{{"containsAll": [{}], "ignoreCase": true}}"#, strings(most)),
            format!(r#"{}, "z""#, strings(most - 1)),
        ),
        (format!(r#"{{"containsAll": [{}, "z"]}}"#, numbers(most - 1)), numbers(most)),
        (format!(r#"{{"containsAll": [{}]}}"#, strings(many)), strings(most)),
    ];
    for (clause, list) in cases {
        refuses_in_time(&clause, &format!("[{list}]"));
    }
    let part = |text: &str| format!(r#"{{"contains": "{text}", "ignoreCase": true}}"#);
    refuses_in_time(
        &part(&format!("{}b", "a".repeat(4_000))),
        &format!(r#""{}""#, "A".repeat(limits::CONTEXT_STRING_BYTES)),
    );
}

fn refuses_in_time(clause: &str, attribute: &str) {
    let snapshot =
        Snapshot::load_json(condition(&format!(r#"{{"a": {clause}}}"#)).as_bytes(), Environment::Document)
            .unwrap();
    let context = Context::parse_json(format!(r#"{{"a": {attribute}}}"#).as_bytes()).unwrap();
    let started = Instant::now();
    let evaluation = snapshot.evaluate("f", &Request::new(&context, Timestamp::from_millis(0)));
    let elapsed = started.elapsed();
    assert_eq!(evaluation.value().and_then(|value| value.as_bool()), Some(false));
    assert!(elapsed < Duration::from_millis(500), "{elapsed:?}: {}", &clause[..40]);
}

#[test]
fn broken_texts() {
    for (text, code) in [
        (&b"\"\xff\""[..], Code::InvalidUtf8),
        (b"{\"key\": \"f\", \"key\": \"f\"}", Code::DuplicateMember),
        (b"{\"key\": \"f\", \"default\": 9223372036854775808}", Code::NumberRange),
        (b"{\"key\": \"f\", \"default\": 1e999}", Code::NumberRange),
        (b"{\"key\": \"f\"", Code::Syntax),
        (b"{\"key\": \"f\", \"default\": NaN}", Code::Syntax),
        (b"\xef\xbb\xbf{}", Code::Syntax),
        (b"", Code::Syntax),
    ] {
        assert_eq!(
            Node::parse_json(text, &Arena::new()).unwrap_err().code,
            code,
            "{:?}",
            String::from_utf8_lossy(text)
        );
        assert_eq!(Context::parse_json(text).unwrap_err().code, code);
    }
    let documents: Vec<Value> =
        vec![json!(null), json!(1), json!("x"), json!([]), json!([1]), json!({}), json!([[]])];
    for document in documents {
        assert!(!errors(&document.to_string()).is_empty(), "{document}");
    }
}
