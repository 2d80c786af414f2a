//! Which attributes can name a person, a session or a tenant.

use vexil_core::context::Path;

/// Whose attributes they are.
const SUBJECTS: [&str; 3] = ["user", "session", "tenant"];

/// Attributes of a subject whose values name groups, which many share. They go out as they are written.
pub(super) const GROUPS: [&str; 16] = [
    "browser", "country", "currency", "industry", "language", "locale", "os", "plan", "platform", "region",
    "role", "roles", "size", "tier", "timezone", "type",
];

/// What the values of an attribute can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// Nobody's name.
    None,
    /// Someone's name, where it is text.
    Text,
    /// Someone's name, also where it is a number.
    Id,
}

impl Identity {
    /// Of the attribute at a path, in any of its spellings.
    pub(super) fn of(path: &str) -> Identity {
        let path = Path::new(path);
        let (subject, attribute) = match path.as_str().split_once('.') {
            Some((subject, attribute)) => (subject, Some(attribute)),
            None => (path.as_str(), None),
        };
        match attribute {
            _ if !SUBJECTS.contains(&subject) => Identity::None,
            Some(attribute) if GROUPS.contains(&attribute) => Identity::None,
            Some(attribute) if attribute.rsplit('.').next() == Some("id") => Identity::Id,
            Some(_) => Identity::Text,
            // A host that lays its context flat may keep the id in it.
            None => Identity::Id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_identity_is_one() {
        for path in
            ["user.id", "userId", "targetingKey", "customAttributes.userId", "sessionId", "tenant.id", "user"]
        {
            assert_eq!(Identity::of(path), Identity::Id, "{path}");
        }
        for path in [
            "user.email",
            "customAttributes.user.email",
            "session.ip",
            "tenant.domain",
            "user.address.country",
        ] {
            assert_eq!(Identity::of(path), Identity::Text, "{path}");
        }
        for path in ["userRole", "user.role", "tenant.tier", "users.id", "service.name", "env", "score"] {
            assert_eq!(Identity::of(path), Identity::None, "{path}");
        }
    }
}
