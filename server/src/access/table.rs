//! Which role may do what, where and to which entries: one table, which is also the documentation.

use std::fmt::Write;

use super::permission::Permission;
use super::role::{EntryKind, EnvironmentClass, Role};

/// What a role may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Nothing.
    No,
    /// Everything that the permission says.
    Yes,
    /// What concerns the tenant of the grant: its scope in an entry, a slice of its own.
    OwnTenant,
    /// Of an entry only `enabled` and `kill`.
    Switch,
}

/// Where a permission is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the project or the whole installation, and in no environment.
    Project,
    /// In an environment of this class.
    In(EnvironmentClass),
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What is allowed.
    pub permission: Permission,
    /// Where.
    pub place: Place,
    /// To which entries; none where roles do not differ by them.
    pub kind: Option<EntryKind>,
    /// For each of [`Role::ALL`].
    pub cells: [Cell; Role::ALL.len()],
}

impl Row {
    /// What it says of a role.
    pub fn cell(&self, role: Role) -> Cell {
        let columns = Role::ALL.iter().zip(self.cells);
        columns.filter(|(column, _)| **column == role).map(|(_, cell)| cell).next().unwrap_or(Cell::No)
    }
}

const fn row(permission: Permission, place: Place, kind: Option<EntryKind>, cells: [Cell; 7]) -> Row {
    Row { permission, place, kind, cells }
}

use Cell::{No, OwnTenant, Switch, Yes};
use EntryKind as Kind;
use Permission as May;

const PROJECT: Place = Place::Project;
const NON_PRODUCTION: Place = Place::In(EnvironmentClass::NonProduction);
const PRODUCTION: Place = Place::In(EnvironmentClass::Production);
const ANY: Option<EntryKind> = None;

/// The table. What `critical` and `sensitive` entries ask for comes on top: see [`as_markdown`].
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    //                                                                    Viewer Tenant   System  Product Develop. Operator Super
    row(May::ProjectRead,       PROJECT,        ANY,                     [Yes, Yes,       Yes,    Yes,    Yes,     Yes,     Yes]),
    row(May::ProjectRead,       NON_PRODUCTION, ANY,                     [Yes, Yes,       Yes,    Yes,    Yes,     Yes,     Yes]),
    row(May::ProjectRead,       PRODUCTION,     ANY,                     [Yes, Yes,       Yes,    Yes,    Yes,     Yes,     Yes]),

    row(May::EntryWrite,        NON_PRODUCTION, Some(Kind::Release),     [No,  No,        No,     Yes,    Yes,     No,      Yes]),
    row(May::EntryWrite,        NON_PRODUCTION, Some(Kind::Ops),         [No,  No,        Switch, No,     Yes,     Yes,     Yes]),
    row(May::EntryWrite,        NON_PRODUCTION, Some(Kind::Permission),  [No,  OwnTenant, No,     No,     Yes,     Yes,     Yes]),
    row(May::EntryWrite,        NON_PRODUCTION, Some(Kind::Experiment),  [No,  No,        No,     Yes,    Yes,     No,      Yes]),
    row(May::EntryWrite,        NON_PRODUCTION, Some(Kind::Config),      [No,  OwnTenant, No,     No,     Yes,     Yes,     Yes]),
    row(May::EntryWrite,        NON_PRODUCTION, Some(Kind::Segment),     [No,  No,        No,     Yes,    Yes,     Yes,     Yes]),
    row(May::EntryWrite,        PRODUCTION,     Some(Kind::Release),     [No,  No,        No,     Yes,    No,      No,      Yes]),
    row(May::EntryWrite,        PRODUCTION,     Some(Kind::Ops),         [No,  No,        Switch, No,     No,      Yes,     Yes]),
    row(May::EntryWrite,        PRODUCTION,     Some(Kind::Permission),  [No,  OwnTenant, No,     No,     No,      Yes,     Yes]),
    row(May::EntryWrite,        PRODUCTION,     Some(Kind::Experiment),  [No,  No,        No,     Yes,    No,      No,      Yes]),
    row(May::EntryWrite,        PRODUCTION,     Some(Kind::Config),      [No,  OwnTenant, No,     No,     No,      Yes,     Yes]),
    row(May::EntryWrite,        PRODUCTION,     Some(Kind::Segment),     [No,  No,        No,     Yes,    No,      Yes,     Yes]),

    row(May::EntryArchive,      NON_PRODUCTION, Some(Kind::Release),     [No,  No,        No,     Yes,    Yes,     No,      Yes]),
    row(May::EntryArchive,      NON_PRODUCTION, Some(Kind::Ops),         [No,  No,        No,     No,     Yes,     Yes,     Yes]),
    row(May::EntryArchive,      NON_PRODUCTION, Some(Kind::Permission),  [No,  No,        No,     No,     Yes,     Yes,     Yes]),
    row(May::EntryArchive,      NON_PRODUCTION, Some(Kind::Experiment),  [No,  No,        No,     Yes,    Yes,     No,      Yes]),
    row(May::EntryArchive,      NON_PRODUCTION, Some(Kind::Config),      [No,  No,        No,     No,     Yes,     Yes,     Yes]),
    row(May::EntryArchive,      NON_PRODUCTION, Some(Kind::Segment),     [No,  No,        No,     Yes,    Yes,     Yes,     Yes]),
    row(May::EntryArchive,      PRODUCTION,     Some(Kind::Release),     [No,  No,        No,     Yes,    No,      No,      Yes]),
    row(May::EntryArchive,      PRODUCTION,     Some(Kind::Ops),         [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::EntryArchive,      PRODUCTION,     Some(Kind::Permission),  [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::EntryArchive,      PRODUCTION,     Some(Kind::Experiment),  [No,  No,        No,     Yes,    No,      No,      Yes]),
    row(May::EntryArchive,      PRODUCTION,     Some(Kind::Config),      [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::EntryArchive,      PRODUCTION,     Some(Kind::Segment),     [No,  No,        No,     Yes,    No,      Yes,     Yes]),

    row(May::EnvironmentManage, NON_PRODUCTION, ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::EnvironmentManage, PRODUCTION,     ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::ProjectManage,     PROJECT,        ANY,                     [No,  No,        No,     No,     No,      No,      Yes]),
    row(May::KeyManage,         NON_PRODUCTION, ANY,                     [No,  No,        No,     No,     Yes,     Yes,     Yes]),
    row(May::KeyManage,         PRODUCTION,     ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::TokenManage,       PROJECT,        ANY,                     [No,  No,        No,     No,     No,      No,      Yes]),
    row(May::PeopleManage,      PROJECT,        ANY,                     [No,  No,        No,     No,     No,      No,      Yes]),
    row(May::RoleGrant,         PROJECT,        ANY,                     [No,  No,        No,     No,     No,      No,      Yes]),
    row(May::SigningKeyManage,  PROJECT,        ANY,                     [No,  No,        No,     No,     No,      No,      Yes]),
    row(May::SecretRead,        NON_PRODUCTION, ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::SecretRead,        PRODUCTION,     ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::SecretWrite,       NON_PRODUCTION, ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::SecretWrite,       PRODUCTION,     ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::AuditRead,         PROJECT,        ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::AuditRead,         NON_PRODUCTION, ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::AuditRead,         PRODUCTION,     ANY,                     [No,  No,        No,     No,     No,      Yes,     Yes]),
    row(May::TelemetryRead,     NON_PRODUCTION, ANY,                     [Yes, No,        Yes,    Yes,    Yes,     Yes,     Yes]),
    row(May::TelemetryRead,     PRODUCTION,     ANY,                     [Yes, No,        Yes,    Yes,    Yes,     Yes,     Yes]),
    row(May::SliceVend,         NON_PRODUCTION, ANY,                     [No,  OwnTenant, No,     No,     Yes,     Yes,     Yes]),
    row(May::SliceVend,         PRODUCTION,     ANY,                     [No,  OwnTenant, No,     No,     No,      Yes,     Yes]),
];

/// The rows that an act falls under; all of them must allow it. More than one where the act has no environment or
/// concerns no one entry: what is done everywhere, or to every entry, must be allowed everywhere and for every entry.
pub(crate) fn rows(
    permission: Permission,
    class: Option<EnvironmentClass>,
    kind: Option<EntryKind>,
) -> impl Iterator<Item = &'static Row> {
    let of = move |row: &&Row| row.permission == permission;
    let is_there = move |place: Place| TABLE.iter().filter(of).any(|row| row.place == place);
    let wanted = match class.map(Place::In) {
        Some(place) if is_there(place) => Some(place),
        _ if is_there(PROJECT) => Some(PROJECT),
        place => place,
    };
    TABLE
        .iter()
        .filter(of)
        .filter(move |row| wanted.is_none_or(|place| row.place == place))
        .filter(move |row| row.kind.is_none() || kind.is_none() || row.kind == kind)
}

/// Whether a permission is used in environments, and not only in the project as a whole.
pub(crate) fn is_of_environments(permission: Permission) -> bool {
    TABLE.iter().any(|row| row.permission == permission && row.place != PROJECT)
}

const INTRODUCTION: &str = "\
# Access

Who may do what. This page is written from the table that the control plane decides by (`server/src/access/table.rs`), and a test holds the two together.

A grant gives a person or a token a role: in all environments or in one, for all tenants or for one. Of several grants the widest counts, for each act anew.

- Entries marked `critical` are changed by a super admin only.
- Entries marked `sensitive` ask for `secret.read` beside `project.read`, and for `secret.write` beside `entry.write` and `entry.archive`.
- A change of what an entry is (its kind, its marks) must be allowed for what it was and for what it becomes.
- What is done in all environments at once must be allowed in each of them.
- A grant for one environment gives nothing in the others, and of the project as a whole only `project.read`.
- A grant for one tenant gives `project.read`; `entry.write` only within `/scopes/tenant/<tenant>` of entries that exist; `slice.vend` for that tenant; and nothing else. A tenant admin has no more than that, and nothing but `project.read` without a tenant.
- Whether a second person must approve is no matter of roles, but of the policy of changes.
";

const CELLS: &str = "\
`yes`: all of it. `own tenant`: what concerns the tenant of the grant, in an entry its scope. `switch`: of an entry that exists only `enabled` and `kill`. `-`: nothing.
";

/// The table as the page `docs/access.md`.
pub fn as_markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n## Permissions\n\n| permission | allows |\n|---|---|\n");
    for permission in Permission::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| `{permission}` | {} |", permission.about());
    }
    let _ = writeln!(page, "\n## Roles\n\n{CELLS}");
    page.push_str("| permission | where | entry |");
    let columns: String = Role::ALL.iter().map(|role| format!(" {role} |")).collect();
    let _ = writeln!(page, "{columns}\n|---|---|---|{}", "---|".repeat(Role::ALL.len()));
    for Row { permission, place, kind, cells } in TABLE {
        let place = match *place {
            PROJECT => "project",
            NON_PRODUCTION => "non-production",
            PRODUCTION => "production",
        };
        let entry = kind.map_or("", EntryKind::as_str);
        let cells: String = cells.iter().map(|cell| format!(" {} |", cell_text(*cell))).collect();
        let _ = writeln!(page, "| `{permission}` | {place} | {entry} |{cells}");
    }
    page
}

fn cell_text(cell: Cell) -> &'static str {
    match cell {
        No => "-",
        Yes => "yes",
        OwnTenant => "own tenant",
        Switch => "switch",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_permission_is_in_the_table_once_for_each_place_and_kind() {
        let mut seen = HashSet::new();
        for row in TABLE {
            assert!(seen.insert((row.permission, row.place, row.kind)), "{row:?}");
        }
        for permission in Permission::ALL {
            let own: Vec<_> = TABLE.iter().filter(|row| row.permission == *permission).collect();
            assert!(!own.is_empty(), "{permission}");
            let places: HashSet<Place> = own.iter().map(|row| row.place).collect();
            let in_environments = [NON_PRODUCTION, PRODUCTION].map(|place| places.contains(&place));
            assert!(in_environments[0] == in_environments[1], "{permission} of one class only");
            let kinds: HashSet<Option<EntryKind>> = own.iter().map(|row| row.kind).collect();
            assert!(kinds.len() == 1 || kinds.len() == EntryKind::ALL.len(), "{permission}");
            assert_eq!(own.len(), places.len() * kinds.len(), "{permission}");
        }
    }

    #[test]
    fn the_page_is_the_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/access.md");
        if std::env::var_os("VEXIL_BLESS").is_some() {
            fs::write(&path, as_markdown()).unwrap();
        }
        let page = fs::read_to_string(&path).unwrap_or_default();
        assert!(page == as_markdown(), "docs/access.md is not the table; VEXIL_BLESS=1 writes it anew");
    }
}
