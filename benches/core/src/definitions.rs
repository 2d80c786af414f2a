//! The definitions that are measured, as JSON text.

/// `INDEX` stands for the flag's number in the store.
const SIMPLE: &str = r#"{"key":"simple_INDEX","type":"feature_flag","default":true}"#;

/// `FIRST` stands for the condition of the first rule, `EMAILS` for the addresses of the second.
const RULES: &str = concat!(
    r#"{"key":"rules_INDEX","type":"feature_flag","default":"off","variations":["#,
    r#"{"id":"off","value":"off"},{"id":"r1","value":"r1"},{"id":"r2","value":"r2"},"#,
    r#"{"id":"r3","value":"r3"},{"id":"r4","value":"r4"},{"id":"r5","value":"r5"}],"rules":["#,
    r#"{"id":"r1","condition":FIRST,"action":{"serve":"r1"}},"#,
    r#"{"id":"r2","condition":{"email":{"in":[EMAILS]}},"action":{"serve":"r2"}},"#,
    r#"{"id":"r3","condition":{"email":{"endsWith":"@corp.example"}},"action":{"serve":"r3"}},"#,
    r#"{"id":"r4","condition":{"age":{"gte":65}},"action":{"serve":"r4"}},"#,
    r#"{"id":"r5","condition":{"version":{"semverGte":"2.0.0"}},"action":{"serve":"r5"}}]}"#,
);

const ROLLOUT: &str = concat!(
    r#"{"key":"rollout_INDEX","type":"feature_flag","default":"B","variations":["#,
    r#"{"id":"A","value":"A"},{"id":"B","value":"B"}],"rollout":{"A":25,"B":75}}"#,
);

const IN_COUNTRY: &str = r#"{"country":{"eq":"US"}}"#;
const IN_SEGMENT: &str = r#"{"segment":"country"}"#;

/// The flags of the peers: the same text as that of `vexil` in `peers/definitions.py`.
pub(crate) fn flags(count: usize) -> String {
    bundle((0..count).map(|index| flag(index, IN_COUNTRY)))
}

/// The same, but that the first rule of each asks a segment that all of them share.
pub(crate) fn flags_with_segment(count: usize) -> String {
    let segment = format!(r#"{{"key":"country","type":"segment","condition":{IN_COUNTRY}}}"#);
    bundle(std::iter::once(segment).chain((0..count).map(|index| flag(index, IN_SEGMENT))))
}

/// One flag, `tenant_flag`: off, but on for `tenant-0` to `tenant-<count - 1>`.
pub(crate) fn flag_with_tenants(count: usize) -> String {
    let tenants: Vec<_> = (0..count).map(|tenant| format!(r#""tenant-{tenant}":{{"serve":"on"}}"#)).collect();
    let tenants = tenants.join(",");
    format!(r#"{{"key":"tenant_flag","default":false,"scopes":{{"tenant":{{{tenants}}}}}}}"#)
}

/// From version 1 to 2, the flag with five rules at `index` has another default.
pub(crate) fn delta(index: usize) -> String {
    delta_of(flag(index, IN_COUNTRY))
}

/// The same, in a store of [`flags_with_segment`].
pub(crate) fn delta_with_segment(index: usize) -> String {
    delta_of(flag(index, IN_SEGMENT))
}

fn bundle(entries: impl Iterator<Item = String>) -> String {
    let entries: Vec<_> = entries.collect();
    let entries = entries.join(",");
    format!(r#"{{"schema":1,"environment":"production","version":1,"entries":[{entries}]}}"#)
}

fn delta_of(flag: String) -> String {
    let changed = flag.replace(r#""default":"off""#, r#""default":"r1""#);
    format!(r#"{{"from":1,"version":2,"entries":[{changed}]}}"#)
}

fn flag(index: usize, first_condition: &str) -> String {
    let flag = match index % 3 {
        0 => SIMPLE.to_owned(),
        1 => RULES.replace("FIRST", first_condition).replace("EMAILS", &emails(index)),
        _ => ROLLOUT.to_owned(),
    };
    flag.replace("INDEX", &index.to_string())
}

fn emails(index: usize) -> String {
    let emails: Vec<_> = (0..20).map(|user| format!(r#""user{user}.{index}@example.com""#)).collect();
    emails.join(",")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_flags_are_those_of_the_peers() {
        let program =
            "import definitions, json; print(json.dumps(definitions.vexil(9), separators=(',', ':')))";
        let peers = concat!(env!("CARGO_MANIFEST_DIR"), "/../peers");
        let python = Command::new("python3").args(["-B", "-c", program]).current_dir(peers).output();
        let Ok(output) = python else {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "python3, which measures the peers, is missing"
            );
            return eprintln!("SKIPPED: python3, which measures the peers, is missing");
        };
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), flags(9));
    }
}
