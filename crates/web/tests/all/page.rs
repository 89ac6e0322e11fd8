//! The chat page and its assets.

use crate::world::{World, request};
use axum::body::Body;
use axum::http::Method;
use philia_companion::accounts::Rates;
use serde_json::json;

/// Everything in the page that is an address.
fn addresses(html: &str) -> Vec<&str> {
    let after = |mark: &'static str| html.match_indices(mark).map(move |(at, _)| &html[at + mark.len()..]);
    ["href=\"", "src=\"", "action=\""].into_iter().flat_map(after).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn it_is_rendered_with_the_companions_name() {
    let world = World::new();
    let page = world.get("/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let version = addresses(&page.body).iter().find_map(|to| to.split('/').nth(2)).unwrap().to_owned();
    insta::assert_snapshot!(page.body.replace(&version, "VERSION"));

    world.patch("/api/settings?user=ana", json!({ "persona": "supportive_friend" })).await.ok();
    assert!(world.get("/?user=ana").await.body.contains("<title>Sol</title>"));
    world.get("/?usr=ana").await.is_problem(422, "invalid", "usr: no such parameter");
}

#[tokio::test]
async fn it_stands_while_the_store_does_not() {
    let world = World::new();
    // Who asks is known from before.
    world.get("/api/settings").await.ok();
    world.store.fail_reads(usize::MAX);
    let page = world.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<title>Mira</title>"), "{}", page.body);
}

#[tokio::test]
async fn who_must_sign_in_is_led_there() {
    let world = World::housed(Rates::default()).await;
    let page = world.get("/").await;
    assert_eq!((page.status.as_u16(), page.header("location")), (303, "/login"));
    let login = world.get("/login").await;
    assert!(login.status == 200 && login.body.contains("<form id=\"login\""), "{}", login.body);
    for path in addresses(&login.body) {
        assert_eq!(world.get(path).await.status, 200, "{path}");
    }
    let token = world.token("bea").await;
    assert!(world.send_as(&token, "GET", "/", None).await.body.contains("<title>Mira</title>"));
}

#[tokio::test]
async fn everything_it_needs_is_here_and_kept_for_good() {
    let world = World::new();
    let page = world.get("/").await.body;
    let mut wanted: Vec<String> =
        addresses(&page).into_iter().filter(|to| !to.starts_with('#')).map(str::to_owned).collect();
    assert!(wanted.iter().all(|to| to.starts_with("/assets/")), "{wanted:?}");
    let script = wanted.iter().find(|to| to.ends_with("app.js")).unwrap().clone();
    for module in ["about.js", "api.js", "memories.js", "talk.js"] {
        wanted.push(script.replace("app.js", module));
    }
    for path in &wanted {
        let asset = world.get(path).await;
        assert_eq!(asset.status, 200, "{path}");
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
        let kind = match path.rsplit('.').next().unwrap() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(asset.header("content-type"), kind);
        for outside in ["http://", "https://", "//fonts", "innerHTML", "insertAdjacentHTML", "document.write", "eval("]
        {
            let body = asset.body.replace("http://www.w3.org/2000/svg", "");
            assert!(!body.contains(outside), "{path} has {outside}");
        }
    }
    world.get("/assets/0000000000000000/app.js").await.is_problem(404, "not-found", "app.js");
    world.get(&script.replace("app.js", "secrets.js")).await.is_problem(404, "not-found", "secrets.js");
    world.get(&script.replace("app.js", "..%2f..%2fCargo.toml")).await.is_problem(404, "not-found", "Cargo.toml");
}

#[tokio::test]
async fn the_description_is_shown_without_anything_from_elsewhere() {
    let world = World::new();
    let page = world.get("/docs").await;
    assert!(!page.body.contains("http"), "{}", page.body);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'self'; style-src") && !policy.contains("script-src"), "{policy}");
    assert_eq!(page.header("x-frame-options"), "DENY");
    let asked = request(Method::GET, "/docs/scalar.js").header("accept-encoding", "gzip, br");
    let packed = world.send(asked.body(Body::empty()).unwrap()).await;
    assert_eq!((packed.header("content-encoding"), &packed.bytes[..2]), ("gzip", &[0x1f, 0x8b][..]));
    assert!(packed.bytes.len() < 1_300_000, "{}", packed.bytes.len());
    let plain = world.get("/docs/scalar.js").await;
    assert!(!plain.headers.contains_key("content-encoding") && plain.body.contains("function"));
    assert_eq!((plain.header("vary"), packed.header("vary")), ("accept-encoding", "accept-encoding"));
    assert!(page.body.contains("src=\"/docs/scalar.js\"") && page.body.contains("/api/openapi.json"));
}
