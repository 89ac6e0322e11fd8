//! Accounts at the command line and behind the server's door.

use crate::home::Home;
use crate::http::{Answer, get, try_ask};
use crate::serve::Server;
use serde_json::{Value, json};

fn ok(home: &Home, args: &[&str], stdin: &str) -> String {
    let ran = home.run(args, stdin);
    assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
    ran.stdout
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ask(server: &Server, method: &str, path: &str, token: &str, body: Option<Value>) -> Answer {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let address = &server.address;
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    try_ask(address, &request).unwrap()
}

#[cfg(unix)]
#[test]
fn the_first_admin_takes_over_and_everybody_else_is_asked() {
    let home = Home::new();
    home.say("I got a new puppy today! His name is Sparky.\n");
    let refused = home.run(["user", "add", "bob"], "");
    assert!(refused.code == Some(1) && refused.stderr.contains("--admin"), "{refused:?}");
    ok(&home, &["user", "add", "Ana", "--admin", "--password-stdin"], "correct horse\n");
    let link = lines(&ok(&home, &["user", "add", "bob", "--json"], ""));
    assert!(link[1]["link"].as_str().unwrap().contains("/login#reset=phl_"), "{link:?}");
    let listed = lines(&ok(&home, &["user", "list", "--json"], ""));
    let mut names: Vec<&str> = listed.iter().map(|user| user["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["ana", "bob"]);
    ok(&home, &["user", "limits", "bob", "--burst", "2"], "");
    assert_eq!(lines(&ok(&home, &["user", "show", "bob", "--json"], ""))[0]["limits"]["burst"], 2);
    assert!(ok(&home, &["user", "suspend", "bob"], "").contains("suspended"));
    assert!(ok(&home, &["user", "reactivate", "bob"], "").contains("active"));
    let key = ok(&home, &["key", "add", "ana", "--label", "script", "--scopes", "chat,memories"], "");
    let key = key.trim();

    let server = Server::start(&home);
    assert_eq!(get(&server.address, "/api/chat/history").status, 401);
    assert_eq!(get(&server.address, "/health").status, 200);
    let held = home.run(["user", "list"], "");
    assert!(held.code == Some(1) && held.stderr.contains("another philia is using this data"), "{held:?}");
    let history = ask(&server, "GET", "/api/chat/history", key, None);
    assert!(history.status == 200 && history.body.contains("Sparky"), "{}", history.body);
    assert_eq!(ask(&server, "GET", "/api/settings", key, None).status, 403);
    // The link of the command line opens the door, once.
    let reset = json!({ "token": link[1]["token"], "password": "battery staple" });
    assert_eq!(ask(&server, "POST", "/api/auth/reset", "", Some(reset.clone())).status, 204);
    assert_eq!(ask(&server, "POST", "/api/auth/reset", "", Some(reset)).status, 401);
    let login = json!({ "name": "BOB", "password": "battery staple" });
    let tokens: Value = serde_json::from_str(&ask(&server, "POST", "/api/auth/login", "", Some(login)).body).unwrap();
    let bob = tokens["access_token"].as_str().unwrap();
    let history = ask(&server, "GET", "/api/chat/history", bob, None);
    assert!(history.status == 200 && !history.body.contains("Sparky"), "{}", history.body);
    assert_eq!(ask(&server, "GET", "/api/admin/users", bob, None).status, 403);
    server.signal("-TERM");
    assert_eq!(server.end().code, Some(0));

    // A token outlives the server that gave it.
    let server = Server::start(&home);
    assert_eq!(ask(&server, "GET", "/api/auth/me", bob, None).status, 200);
    server.signal("-TERM");
    server.end();

    let id = lines(&ok(&home, &["key", "list", "ana", "--json"], ""))[0]["id"].as_str().unwrap().to_owned();
    assert!(ok(&home, &["key", "revoke", "ana", &id], "").contains("script"));
    assert!(ok(&home, &["key", "list", "ana"], "").contains("no keys"));
    let kept = home.run(["user", "erase", "bob"], "");
    assert!(kept.code == Some(1) && kept.stderr.contains("--yes"), "{kept:?}");
    ok(&home, &["user", "erase", "bob", "--yes"], "");
    assert_eq!(lines(&ok(&home, &["user", "list", "--json"], "")).len(), 1);
    let last = home.run(["user", "erase", "ana", "--yes"], "");
    assert!(last.code == Some(1) && last.stderr.contains("last admin"), "{last:?}");
}

#[cfg(unix)]
#[test]
fn where_a_login_is_asked_and_nobody_can_a_link_is_printed() {
    let home = Home::new().with("PHILIA__AUTH__MODE", "required");
    let server = Server::start(&home);
    assert_eq!(get(&server.address, "/api/mood").status, 401);
    server.signal("-TERM");
    let ended = server.end();
    let token = ended.stderr.split("#setup=").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(token.starts_with("phi_"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn a_house_with_an_admin_may_be_reached_from_elsewhere() {
    let home = Home::new().with("PHILIA__SERVER__ALLOWED_HOSTS", "philia.example");
    let ran = home.run(["serve", "--listen", "0.0.0.0:0"], "");
    assert!(ran.code == Some(1) && ran.stderr.contains("needs an admin account"), "{ran:?}");
    ok(&home, &["user", "add", "ana", "--admin"], "");
    let mut server = Server::listening(&home, "0.0.0.0:0");
    server.address = server.address.replace("0.0.0.0", "127.0.0.1");
    assert_eq!(get(&server.address, "/health").status, 200);
    assert_eq!(get(&server.address, "/api/mood").status, 401);
    server.signal("-TERM");
    server.end();
}
