//! The whole matrix, against the rules as prose has them; and what several grants come to.

use super::super::role::EntryKind;
use super::*;

const NON_PRODUCTION: (&str, EnvironmentClass) = ("staging", EnvironmentClass::NonProduction);
const PRODUCTION: (&str, EnvironmentClass) = ("production", EnvironmentClass::Production);

fn authority(grants: &[Grant]) -> Authority {
    Authority { actor: Actor::Person { id: "p1".into(), name: "Ada".into() }, grants: grants.to_vec() }
}

fn grant(role: Role, environment: Option<&str>, tenant: Option<&str>) -> Grant {
    Grant { role, environment: environment.map(str::to_owned), tenant: tenant.map(str::to_owned) }
}

fn subject(kind: EntryKind) -> Subject {
    Subject { kind, critical: false, sensitive: false }
}

/// The rules as the seeds and DESIGN have them, role by role; written apart from the table.
mod rules {
    use super::*;

    /// An act on an entry or another thing, in one environment or, without one, in the project as a whole.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Act {
        pub(super) permission: Permission,
        pub(super) production: Option<bool>,
        pub(super) subject: Option<Subject>,
    }

    pub(super) fn allowed(role: Role, tenant: Option<&str>, act: Act) -> Option<Allowed> {
        let secret = act.subject.is_some_and(|subject| subject.sensitive);
        let critical = act.subject.is_some_and(|subject| subject.critical);
        let writes = ["entry.write", "entry.archive"].contains(&act.permission.as_str());
        if critical && writes && role != Role::SuperAdmin {
            return None;
        }
        let keeps_secrets = tenant.is_none() && [Role::Operator, Role::SuperAdmin].contains(&role);
        if secret && (writes || act.permission == Permission::ProjectRead) && !keeps_secrets {
            return None;
        }
        if act.permission == Permission::ProjectRead {
            return Some(Allowed::Full);
        }
        let kind = act.subject.map(|subject| subject.kind);
        if role == Role::System {
            return match act.permission {
                Permission::EntryWrite if kind == Some(EntryKind::Ops) && tenant.is_none() => {
                    Some(Allowed::switch())
                }
                Permission::TelemetryRead if tenant.is_none() => Some(Allowed::Full),
                _ => None,
            };
        }
        let by_role = match role {
            Role::Viewer => act.permission == Permission::TelemetryRead,
            Role::TenantAdmin => tenant_admin(act, kind),
            Role::ProductManager => product_manager(act, kind),
            Role::Developer => developer(act),
            Role::Operator => operator(act, kind),
            Role::SuperAdmin => true,
            Role::System => false,
        };
        match (by_role, tenant) {
            (false, _) => None,
            (true, None) => (role != Role::TenantAdmin).then_some(Allowed::Full),
            (true, Some(tenant)) => ["entry.write", "slice.vend"]
                .contains(&act.permission.as_str())
                .then(|| Allowed::tenant(tenant)),
        }
    }

    /// The tenant's settings: what it has bought and how it is configured.
    fn tenant_admin(act: Act, kind: Option<EntryKind>) -> bool {
        let settings = matches!(kind, Some(EntryKind::Config | EntryKind::Permission));
        act.permission == Permission::EntryWrite && settings || act.permission == Permission::SliceVend
    }

    /// Releases and experiments, and whom they are for, in every environment.
    fn product_manager(act: Act, kind: Option<EntryKind>) -> bool {
        let own = matches!(kind, Some(EntryKind::Release | EntryKind::Experiment | EntryKind::Segment));
        act.permission.changes_entries() && own || act.permission == Permission::TelemetryRead
    }

    /// Everything about entries, and keys, outside of production; in production nothing but reading.
    fn developer(act: Act) -> bool {
        let builds = act.permission.changes_entries()
            || matches!(act.permission, Permission::KeyManage | Permission::SliceVend);
        act.permission == Permission::TelemetryRead || builds && act.production == Some(false)
    }

    /// What keeps things running, everywhere; neither releases nor experiments, and not who is who.
    fn operator(act: Act, kind: Option<EntryKind>) -> bool {
        if act.permission.changes_entries() {
            return !matches!(kind, None | Some(EntryKind::Release | EntryKind::Experiment));
        }
        let administration = [
            Permission::ProjectManage,
            Permission::TokenManage,
            Permission::PeopleManage,
            Permission::RoleGrant,
            Permission::SigningKeyManage,
        ];
        !administration.contains(&act.permission)
    }
}

fn subjects() -> Vec<Subject> {
    let mut all = Vec::new();
    for kind in EntryKind::ALL {
        for (critical, sensitive) in [(false, false), (false, true), (true, false), (true, true)] {
            all.push(Subject { kind, critical, sensitive });
        }
    }
    all
}

/// What has environments, as the page of permissions says.
fn has_environments(permission: Permission) -> bool {
    use Permission::*;
    !matches!(permission, ProjectManage | TokenManage | PeopleManage | RoleGrant | SigningKeyManage)
}

#[test]
fn the_whole_matrix_is_as_the_rules_say() {
    let mut compared = 0;
    for role in Role::ALL {
        for tenant in [None, Some("acme")] {
            let authority = authority(&[grant(role, None, tenant)]);
            for permission in Permission::ALL.iter().copied() {
                for environment in [NON_PRODUCTION, PRODUCTION] {
                    for subject in subjects() {
                        let production = Some(environment == PRODUCTION);
                        let act = rules::Act { permission, production, subject: Some(subject) };
                        let found = authority.may(permission, Some(environment), Some(&subject));
                        let expected = rules::allowed(role, tenant, act);
                        assert_eq!(found.clone().ok(), expected, "{role} {tenant:?} {act:?}");
                        if let Err(denied) = found {
                            assert_eq!((denied.code(), denied.subject), ("FORBIDDEN", Some(subject)));
                            assert_eq!(denied.environment.as_deref(), Some(environment.0));
                        }
                        compared += 1;
                    }
                }
                if !permission.changes_entries() {
                    // What differs by no entry is the same without one.
                    for environment in [NON_PRODUCTION, PRODUCTION] {
                        let production = Some(environment == PRODUCTION);
                        let act = rules::Act { permission, production, subject: None };
                        let found = authority.may(permission, Some(environment), None).ok();
                        assert_eq!(found, rules::allowed(role, tenant, act), "{role} {tenant:?} {act:?}");
                        compared += 1;
                    }
                }
            }
        }
    }
    assert_eq!(compared, 7 * 2 * (15 * 2 * 24 + 13 * 2));
}

#[test]
fn what_is_everywhere_must_be_allowed_everywhere() {
    for role in Role::ALL {
        for tenant in [None, Some("acme")] {
            let authority = authority(&[grant(role, None, tenant)]);
            for permission in Permission::ALL.iter().copied() {
                let narrowest = |subject: Option<Subject>| {
                    let sides = [Some(false), Some(true)].map(|production| {
                        rules::allowed(role, tenant, rules::Act { permission, production, subject })
                    });
                    let [one, other] = sides;
                    one?.intersection(other?)
                };
                for subject in subjects() {
                    let found = authority.may(permission, None, Some(&subject)).ok();
                    assert_eq!(found, narrowest(Some(subject)), "{role} {tenant:?} {permission} {subject}");
                }
                let of_all = EntryKind::ALL.map(|kind| narrowest(Some(subject(kind))));
                let of_every_entry = of_all.into_iter().reduce(|one, other| one?.intersection(other?));
                assert_eq!(authority.may(permission, None, None).ok(), of_every_entry.unwrap());
            }
        }
    }
}

#[test]
fn a_grant_for_one_environment_ends_there() {
    for role in Role::ALL {
        let everywhere = authority(&[Grant::everywhere(role)]);
        let limited = authority(&[grant(role, Some("staging"), None)]);
        for permission in Permission::ALL.iter().copied() {
            for subject in subjects() {
                let may =
                    |who: &Authority, environment| who.may(permission, environment, Some(&subject)).ok();
                let here =
                    if has_environments(permission) { may(&everywhere, Some(NON_PRODUCTION)) } else { None };
                assert_eq!(may(&limited, Some(NON_PRODUCTION)), here, "{role} {permission} {subject}");
                assert_eq!(may(&limited, Some(("qa", EnvironmentClass::NonProduction))), None);
                assert_eq!(may(&limited, Some(PRODUCTION)), None);
                let in_the_project = may(&limited, None);
                let sees = permission == Permission::ProjectRead && !subject.sensitive;
                assert_eq!(in_the_project, sees.then_some(Allowed::Full), "{role} {permission} {subject}");
            }
        }
    }
}

#[test]
fn several_grants_come_to_the_widest() {
    let both = authority(&[
        grant(Role::TenantAdmin, None, Some("acme")),
        grant(Role::TenantAdmin, None, Some("zeta")),
        grant(Role::Developer, Some("staging"), None),
        Grant::everywhere(Role::System),
    ]);
    let config = subject(EntryKind::Config);
    let tenants = both.may(Permission::EntryWrite, Some(PRODUCTION), Some(&config)).unwrap();
    assert_eq!(tenants, Allowed::tenant("acme").union(Allowed::tenant("zeta")));
    assert_eq!(both.may(Permission::EntryWrite, Some(NON_PRODUCTION), Some(&config)), Ok(Allowed::Full));
    let ops = subject(EntryKind::Ops);
    assert_eq!(both.may(Permission::EntryWrite, Some(PRODUCTION), Some(&ops)), Ok(Allowed::switch()));
    assert!(both.may(Permission::EntryWrite, Some(PRODUCTION), Some(&subject(EntryKind::Release))).is_err());
    assert!(authority(&[]).may(Permission::ProjectRead, None, None).is_err());
}

#[test]
fn secrets_ask_for_a_grant_of_their_own() {
    let secret = Subject { kind: EntryKind::Config, critical: false, sensitive: true };
    // One grant to write in staging, one to handle secrets in production: no secret of either can be written.
    let apart = authority(&[
        grant(Role::Developer, Some("staging"), None),
        grant(Role::Operator, Some("production"), None),
    ]);
    let denied = apart.may(Permission::EntryWrite, Some(NON_PRODUCTION), Some(&secret)).unwrap_err();
    assert_eq!(denied.permission, Permission::SecretWrite);
    assert_eq!(denied.to_string(), "`secret.write` is not permitted in `staging` (sensitive config)");
    assert_eq!(apart.may(Permission::EntryWrite, Some(PRODUCTION), Some(&secret)), Ok(Allowed::Full));
    let denied = apart.may(Permission::ProjectRead, Some(NON_PRODUCTION), Some(&secret)).unwrap_err();
    assert_eq!(denied.permission, Permission::SecretRead);
}

#[test]
fn nothing_becomes_what_its_author_may_change() {
    let may = |role, before, after| {
        let authority = authority(&[grant(role, None, Some("acme")), Grant::everywhere(role)]);
        authority.may_change(Some(PRODUCTION), before, after)
    };
    let (ops, release) = (subject(EntryKind::Ops), subject(EntryKind::Release));
    let critical = Subject { critical: true, ..release };
    assert_eq!(may(Role::ProductManager, Some(&release), Some(&release)), Ok(Allowed::Full));
    assert_eq!(may(Role::ProductManager, None, Some(&release)), Ok(Allowed::Full));
    let denied = may(Role::ProductManager, Some(&ops), Some(&release)).unwrap_err();
    assert_eq!(denied.to_string(), "`entry.write` is not permitted in `production` (ops flag)");
    assert!(may(Role::ProductManager, Some(&release), Some(&ops)).is_err());
    assert!(may(Role::ProductManager, Some(&critical), Some(&release)).is_err());
    assert!(may(Role::ProductManager, Some(&release), Some(&critical)).is_err());
    assert_eq!(may(Role::SuperAdmin, Some(&critical), Some(&ops)), Ok(Allowed::Full));
    assert!(may(Role::ProductManager, None, None).is_err(), "nobody knows what it is");
    let (config, permission) = (subject(EntryKind::Config), subject(EntryKind::Permission));
    assert_eq!(may(Role::TenantAdmin, Some(&config), Some(&permission)), Ok(Allowed::tenant("acme")));
    assert!(may(Role::TenantAdmin, Some(&config), Some(&ops)).is_err());
}

#[test]
fn actors_and_grants_have_a_stable_form() {
    let texts = [
        Actor::Person { id: "p1".into(), name: "Ada".into() }.to_string(),
        Actor::Token { id: "t1".into(), name: "ci".into() }.to_string(),
        Actor::System { name: "guardrails".into() }.to_string(),
    ];
    assert_eq!(texts, ["person:p1", "token:t1", "system:guardrails"]);
    let stored = r#"{"role":"tenant_admin","tenant":"acme"}"#;
    let grant: Grant = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::to_string(&grant).unwrap(), stored);
    for refused in [r#"{"role":"tenant_admin","tenants":"acme"}"#, r#"{"role":"Operator"}"#, "{}"] {
        assert!(serde_json::from_str::<Grant>(refused).is_err(), "{refused}");
    }
    for permission in Permission::ALL {
        assert_eq!(permission.as_str().parse(), Ok(*permission));
        assert_eq!(serde_json::to_string(permission).unwrap(), format!("\"{permission}\""));
    }
}
