//! People who sign in: with what, for how long, and from whose pages.

use serde_json::{Value, json};
use vexil_server::Settings;

use crate::support::{Answer, Client, TestServer, settings};

const PEOPLE: &str = "/api/v1/people";
const SESSION: &str = "/api/v1/session";
const ENTRIES: &str = "/api/v1/projects/default/entries";
const PASSWORD: &str = "a long and winding road";

/// Adds somebody, and gives back their id.
fn add(server: &TestServer, email: &str, grants: Value) -> String {
    let asked = json!({"email": email, "name": "Ada", "password": PASSWORD, "grants": grants});
    let made = server.admin().post(PEOPLE, asked).expect(201);
    made["id"].as_str().unwrap().to_owned()
}

fn sign_in(server: &TestServer, email: &str, password: &str) -> Answer {
    server.client("").post(SESSION, json!({"email": email, "password": password}))
}

/// A browser that somebody has signed in with.
struct Browser {
    client: Client,
    cookie: String,
    csrf: String,
}

impl Browser {
    fn of(server: &TestServer, email: &str, password: &str) -> Browser {
        let answer = sign_in(server, email, password);
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let csrf = answer.expect(201)["csrf"].as_str().unwrap().to_owned();
        Browser { client: server.client(""), cookie, csrf }
    }

    fn get(&self, path: &str) -> Answer {
        self.client.send("GET", path, &[("cookie", &self.cookie)], None)
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("cookie", self.cookie.as_str())];
        all.extend_from_slice(headers);
        self.client.send(method, path, &all, Some(body.to_string().as_bytes()))
    }

    fn write(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, &[("x-csrf-token", &self.csrf)], body)
    }
}

#[test]
fn whoever_signs_in_writes_from_our_pages_only() {
    TestServer::on_each(|server| {
        let id = add(server, "Ada@Example.com", json!([{"role": "product_manager"}]));
        let wrong = sign_in(server, "ada@example.com", "not the password").refused(401, "LOGIN_FAILED");
        let unknown = sign_in(server, "bob@example.com", PASSWORD).refused(401, "LOGIN_FAILED");
        assert_eq!(wrong, unknown, "nothing tells who exists");

        let answer = sign_in(server, " ADA@example.com", PASSWORD);
        let cookie = answer.header("set-cookie").unwrap().to_owned();
        assert!(cookie.starts_with("vexil_session=vx_ses_"), "{cookie}");
        assert!(cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), "{cookie}");
        answer.expect(201);

        let ada = Browser::of(server, "ada@example.com", PASSWORD);
        let who = ada.get(SESSION).expect(200);
        assert_eq!((&who["actor"], &who["csrf"]), (&json!(format!("person:{id}")), &json!(ada.csrf)));
        assert_eq!(who["permissions"], json!(["project.read", "telemetry.read"]));
        let production = who["environments"]["default"]["production"].as_array().unwrap();
        assert!(production.contains(&json!("entry.write")) && !production.contains(&json!("key.manage")));

        let body = json!({"definition": {"key": "a"}});
        let without = ada.send("POST", ENTRIES, &[], &body);
        without.refused(403, "CSRF_TOKEN");
        let other = Browser::of(server, "ada@example.com", PASSWORD);
        let of_another = ada.send("POST", ENTRIES, &[("x-csrf-token", &other.csrf)], &body);
        of_another.refused(403, "CSRF_TOKEN");
        for elsewhere in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let headers = [("x-csrf-token", ada.csrf.as_str()), elsewhere];
            ada.send("POST", ENTRIES, &headers, &body).refused(403, "CROSS_ORIGIN");
            let sent = json!({"email": "ada@example.com", "password": PASSWORD}).to_string();
            let answer = ada.client.send("POST", SESSION, &[elsewhere], Some(sent.as_bytes()));
            answer.refused(403, "CROSS_ORIGIN");
        }
        let origin = server.client("").base;
        let headers =
            [("x-csrf-token", ada.csrf.as_str()), ("origin", &origin), ("sec-fetch-site", "same-origin")];
        ada.send("POST", ENTRIES, &headers, &body).expect(201);
        let told = server.admin().get("/api/v1/audit?action=entry.create&limit=1").expect(200);
        assert_eq!(told["items"][0]["record"]["actor"], json!(format!("person:{id}")));
        ada.get(PEOPLE).refused(403, "FORBIDDEN");

        assert_eq!(ada.write("DELETE", SESSION, &Value::Null).status, 204);
        ada.get(SESSION).refused(401, "UNAUTHENTICATED");
        other.get(SESSION).expect(200);
        let forged = other.cookie.replace("vx_ses_", "vx_tok_");
        let forged = other.client.send("GET", SESSION, &[("cookie", &forged)], None);
        assert_eq!(forged.status, 401);
        let sealed = other.cookie.strip_prefix("vexil_session=").unwrap();
        // Whether it looks like a credential of another kind or like none is a matter of its seal.
        assert_eq!(server.client(sealed).get(SESSION).status, 401);
        let (bearer, _) = sealed.rsplit_once('.').unwrap();
        server.client(bearer).get(SESSION).refused(401, "UNAUTHENTICATED");
        let unsealed = format!("vexil_session={bearer}");
        let unsealed = other.client.send("GET", SESSION, &[("cookie", &unsealed)], None);
        unsealed.refused(401, "UNAUTHENTICATED");
    });
}

#[test]
fn another_password_or_none_signs_out_everywhere() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let id = add(server, "ada@example.com", json!([]));
        let path = format!("{PEOPLE}/{id}/password");
        let ada = Browser::of(server, "ada@example.com", PASSWORD);
        let elsewhere = Browser::of(server, "ada@example.com", PASSWORD);
        let new = "another long road";
        let set = |old: &str, new: &str| ada.write("PUT", &path, &json!({"old": old, "new": new}));
        set("a wrong one", new).refused(403, "WRONG_PASSWORD");
        ada.write("PUT", &path, &json!({"new": new})).refused(403, "WRONG_PASSWORD");
        set(PASSWORD, "short").refused(422, "PASSWORD_TOO_SHORT");
        set(PASSWORD, "ada@example.com").refused(422, "PASSWORD_SAME_AS_EMAIL");
        let other = add(server, "bob@example.com", json!([]));
        let of_other = format!("{PEOPLE}/{other}/password");
        ada.write("PUT", &of_other, &json!({"old": PASSWORD, "new": new})).refused(403, "FORBIDDEN");
        set(PASSWORD, new).expect(200);
        ada.get(SESSION).refused(401, "UNAUTHENTICATED");
        elsewhere.get(SESSION).refused(401, "UNAUTHENTICATED");
        sign_in(server, "ada@example.com", PASSWORD).refused(401, "LOGIN_FAILED");

        let ada = Browser::of(server, "ada@example.com", new);
        let person = format!("{PEOPLE}/{id}");
        ada.get("/api/v1/projects").refused(403, "FORBIDDEN");
        admin.patch(&person, json!({"grants": [{"role": "viewer"}]})).expect(200);
        ada.get("/api/v1/projects").expect(200);
        admin.patch(&person, json!({"enabled": false})).expect(200);
        ada.get("/api/v1/projects").refused(401, "UNAUTHENTICATED");
        sign_in(server, "ada@example.com", new).refused(401, "LOGIN_FAILED");
        admin.patch(&person, json!({"enabled": true})).expect(200);
        ada.get("/api/v1/projects").refused(401, "UNAUTHENTICATED");
        let ada = Browser::of(server, "ada@example.com", new);
        admin.put(&path, json!({"new": PASSWORD})).expect(200);
        ada.get(SESSION).refused(401, "UNAUTHENTICATED");
        Browser::of(server, "ada@example.com", PASSWORD);
    });
}

#[test]
fn whoever_guesses_waits_and_so_does_the_owner() {
    let server = TestServer::start();
    add(&server, "ada@example.com", json!([]));
    add(&server, "bob@example.com", json!([]));
    for _ in 0..6 {
        sign_in(&server, "ada@example.com", "a guess at random").refused(401, "LOGIN_FAILED");
    }
    let answer = sign_in(&server, "ADA@example.com", PASSWORD);
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    answer.refused(429, "TOO_MANY_ATTEMPTS");
    sign_in(&server, "bob@example.com", PASSWORD).expect(201);
    let failures = server.admin().get("/api/v1/audit?action=session.login_failed").expect(200);
    assert_eq!(failures["items"].as_array().unwrap().len(), 6);
}

#[test]
fn behind_a_proxy_the_cookie_is_for_encrypted_connections() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::with(Settings { behind_proxy: true, ..settings(folder.path()) });
    add(&server, "ada@example.com", json!([]));
    let body = json!({"email": "ada@example.com", "password": PASSWORD}).to_string();
    let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-for", "198.51.100.7")];
    let answer = server.client("").send("POST", SESSION, &forwarded, Some(body.as_bytes()));
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("__Host-vexil=vx_ses_") && cookie.ends_with("; Secure"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    answer.expect(201);
    let cookie = cookie.split(';').next().unwrap();
    let again = |headers: &[(&str, &str)]| server.client("").send("GET", SESSION, headers, None);
    again(&[("cookie", cookie), forwarded[0]]).expect(200);
    again(&[("cookie", cookie)]).refused(401, "UNAUTHENTICATED");
    let logins = server.admin().get("/api/v1/audit?action=session.login").expect(200);
    assert_eq!(logins["items"][0]["record"]["address"], json!("198.51.100.7"));
}

#[test]
fn people_are_changed_by_those_who_saw_them_and_every_act_is_told() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let id = add(server, "ada@example.com", json!([{"role": "viewer"}]));
        let asked = json!({"email": "ADA@example.com", "name": "x", "password": PASSWORD, "grants": []});
        admin.post(PEOPLE, asked.clone()).refused(409, "ALREADY_EXISTS");
        let with = |field: &str, value: Value| {
            let mut asked = asked.clone();
            asked["email"] = json!("new@example.com");
            asked[field] = value;
            admin.post(PEOPLE, asked)
        };
        with("email", json!("nobody")).refused(400, "INVALID_BODY");
        with("name", json!(" ")).refused(400, "INVALID_BODY");
        with("password", json!("short")).refused(422, "PASSWORD_TOO_SHORT");
        with("grants", json!([{"role": "king"}])).refused(400, "INVALID_BODY");

        let path = format!("{PEOPLE}/{id}");
        let edit = |seen: &str, body: Value| {
            admin.send("PATCH", &path, &[("if-match", seen)], Some(body.to_string().as_bytes()))
        };
        let grants = json!([{"role": "operator", "environment": "staging"}]);
        edit("\"1\"", json!({"grants": grants, "name": "Ada L."})).expect(200);
        let refusal = edit("\"1\"", json!({"name": "x"})).refused(412, "STALE");
        assert_eq!((&refusal["current"], &refusal["changed"]["name"]), (&json!(2), &json!("Ada L.")));
        admin.put(&format!("{path}/password"), json!({"new": "a road elsewhere"})).expect(200);
        edit("\"3\"", json!({"enabled": false})).expect(200);
        let shown = admin.get(&path).expect(200);
        assert_eq!((&shown["grants"], &shown["enabled"]), (&grants, &json!(false)));
        assert_eq!(admin.get(PEOPLE).expect(200), json!({"items": [shown]}));

        let told = admin.get(&format!("/api/v1/audit?target={id}")).expect(200);
        let mut actions: Vec<_> =
            told["items"].as_array().unwrap().iter().map(|item| item["record"]["action"].clone()).collect();
        actions.reverse();
        let expected = [
            "person.create",
            "role.grant",
            "role.grant",
            "role.revoke",
            "person.update",
            "person.password",
            "person.update",
        ];
        assert_eq!(actions, expected);
        let token = json!({"name": "t", "grants": [{"role": "viewer"}]});
        let token = admin.post("/api/v1/tokens", token).expect(201)["id"].as_str().unwrap().to_owned();
        let rotated = admin.post(&format!("/api/v1/keys/{token}/rotate"), json!({})).expect(201);
        admin.delete(&format!("/api/v1/tokens/{}", rotated["id"].as_str().unwrap())).expect(200);
        for (action, count) in
            [("token.create", 2), ("token.rotate", 1), ("token.revoke", 1), ("key.create", 0)]
        {
            let told = admin.get(&format!("/api/v1/audit?action={action}")).expect(200);
            assert_eq!(told["items"].as_array().unwrap().len(), count, "{action}");
        }
        let whole = admin.get("/api/v1/audit/export").text;
        for secret in [PASSWORD, "a road elsewhere", "argon2", "csrf"] {
            assert!(!whole.contains(secret), "{secret}");
        }
    });
}
