//! Who is let in: by which name the server is called, whose page sends, and who it is.

use crate::world::{PASSWORD, World, json, request};
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, header};
use philia_companion::accounts::Rates;
use philia_web::Options;

async fn status_with(world: &World, headers: &[(&str, &str)]) -> u16 {
    let mut request = Request::builder().uri("/api/mood");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn only_its_own_names_are_answered() {
    let world = World::with(Options { allowed_hosts: vec!["philia.example".into()], ..Options::default() });
    for host in ["localhost", "localhost:7707", "127.0.0.1:9", "[::1]:7707", "philia.example:443"] {
        assert_eq!(status_with(&world, &[("host", host)]).await, 200, "{host}");
    }
    for host in ["evil.example", "evil.example:7707", "192.168.0.2", ""] {
        assert_eq!(status_with(&world, &[("host", host)]).await, 403, "{host}");
    }
    assert_eq!(status_with(&world, &[]).await, 403);
    assert_eq!(status_with(&world, &[("host", "localhost"), ("host", "evil.example")]).await, 400);
    let called = |uri: &str| Request::builder().uri(uri).header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(world.send(called("http://localhost/api/mood")).await.status, 200);
    world.send(called("http://evil.example/api/mood")).await.is_problem(403, "forbidden-host", "evil.example");
    let twice = [("host", "localhost"), ("authorization", "Bearer a"), ("authorization", "Bearer b")];
    assert_eq!(status_with(&world, &twice).await, 400);
    let two = [("host", "localhost"), ("x-philia-user", "ana"), ("x-philia-user", "bob")];
    assert_eq!(status_with(&world, &two).await, 400);
    let rebound = Request::builder().uri("/").header("host", "evil.example").body(Body::empty()).unwrap();
    world.send(rebound).await.is_problem(403, "forbidden-host", "\"evil.example\" is not a name of this server");
}

#[tokio::test]
async fn other_sites_pages_are_turned_away() {
    let world = World::new();
    for (headers, status) in [
        (vec![("origin", "http://localhost:7707")], 200),
        (vec![("origin", "http://localhost:3000")], 403),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "null")], 403),
        (vec![("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], 403),
        (vec![("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], 200),
        (vec![("sec-fetch-site", "same-origin")], 200),
    ] {
        let headers: Vec<_> = [("host", "localhost:7707")].into_iter().chain(headers).collect();
        assert_eq!(status_with(&world, &headers).await, status, "{headers:?}");
    }
    let mut forged = json(Method::POST, "/api/chat/message", r#"{"message":"hi"}"#);
    forged.headers_mut().insert(header::ORIGIN, HeaderValue::from_static("http://evil.example"));
    world.send(forged).await.is_problem(403, "cross-origin", "another site's page");
    assert_eq!(world.get("/api/chat/history").await.ok()["items"], serde_json::json!([]));
}

#[tokio::test]
async fn a_form_of_another_site_cannot_speak() {
    let world = World::new();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json2", ""] {
        let mut request = json(Method::POST, "/api/chat/message", r#"{"message":"hi"}"#);
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let says = format!("the content-type is {kind:?}; send application/json");
        world.send(request).await.is_problem(415, "unsupported-media-type", &says);
    }
    let mut request = json(Method::POST, "/api/chat/message", r#"{"message":"hi"}"#);
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("Application/JSON; charset=utf-8"));
    world.send(request).await.ok();
}

#[tokio::test]
async fn nothing_is_opened_to_other_origins() {
    let world = World::new();
    let preflight = request(Method::OPTIONS, "/api/chat/message")
        .header("origin", "http://localhost:7707")
        .header("access-control-request-method", "POST")
        .body(Body::empty())
        .unwrap();
    let answer = world.send(preflight).await;
    answer.is_problem(405, "method-not-allowed", "OPTIONS");
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
}

#[tokio::test]
async fn named_origins_are_let_in_and_no_others() {
    let app = "https://app.example";
    let world = World::with(Options { cors_origins: vec![app.into()], ..Options::default() });
    let from = async |method: Method, origin: &str, asks: &str| {
        let mut request = request(method, "/api/tasks").header("origin", origin);
        if !asks.is_empty() {
            request = request.header("access-control-request-method", asks);
        }
        world.send(request.body(Body::empty()).unwrap()).await
    };
    let preflight = from(Method::OPTIONS, app, "POST").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), app);
    assert!(preflight.header("access-control-allow-headers").contains("authorization"));
    assert!(preflight.headers.get("access-control-allow-credentials").is_none());
    let answer = from(Method::GET, app, "").await;
    assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (200, app));
    assert_eq!(answer.header("vary"), "origin");
    // What went wrong can be read, too.
    let wrong = from(Method::DELETE, app, "").await;
    wrong.is_problem(405, "method-not-allowed", "DELETE");
    assert_eq!(wrong.header("access-control-allow-origin"), app);
    for other in
        ["https://evil.example", "http://app.example", "https://app.example:8443", "https://app.example.evil", "null"]
    {
        for (method, asks) in [(Method::GET, ""), (Method::OPTIONS, "POST")] {
            let answer = from(method, other, asks).await;
            answer.is_problem(403, "cross-origin", "another site's page");
            assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{other}");
        }
    }
    // One's own page needs none of that.
    assert_eq!(from(Method::GET, "http://localhost:7707", "").await.status, 200);
}

#[tokio::test]
async fn answers_keep_browsers_strict() {
    let world = World::new();
    for path in ["/", "/api/mood", "/nowhere"] {
        let answer = world.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_person_is_named_in_one_way() {
    let world = World::new();
    let named = async |header: Option<&[u8]>, path: &str| {
        let mut request = request(Method::GET, path);
        if let Some(name) = header {
            request = request.header("x-philia-user", HeaderValue::from_bytes(name).unwrap());
        }
        world.send(request.body(Body::empty()).unwrap()).await
    };
    let mut said = json(Method::POST, "/api/chat/message", r#"{"message":"hi","user":"zoë"}"#);
    said.headers_mut().insert("x-philia-user", HeaderValue::from_bytes("zoë".as_bytes()).unwrap());
    world.send(said).await.ok();
    let turns = |answer: crate::world::Answer| answer.ok()["items"].as_array().unwrap().len();
    assert_eq!(turns(named(Some("zoë".as_bytes()), "/api/chat/history").await), 1);
    assert_eq!(turns(named(None, "/api/chat/history?user=zo%C3%AB").await), 1);
    assert_eq!(turns(named(Some("zoë".as_bytes()), "/api/chat/history?user=zo%C3%AB").await), 1);
    assert_eq!(turns(named(None, "/api/chat/history").await), 0);

    let two = "two users are named, \"ana\" and \"bob\"";
    named(Some(b"ana"), "/api/mood?user=bob").await.is_problem(400, "malformed", two);
    named(None, "/api/mood?user=ana&user=bob").await.is_problem(400, "malformed", two);
    named(Some(b"\xff"), "/api/mood").await.is_problem(400, "malformed", "not UTF-8");
    for wrong in ["", "a%2Fb", "%00", &"x".repeat(129)] {
        named(None, &format!("/api/mood?user={wrong}")).await.is_problem(422, "invalid", "the user name");
    }
    let mut said = json(Method::POST, "/api/chat/stream", r#"{"message":"hi","user":"bob"}"#);
    said.headers_mut().insert("x-philia-user", HeaderValue::from_static("ana"));
    world.send(said).await.is_problem(400, "malformed", two);
}

#[tokio::test]
async fn what_is_counted_is_for_admins_or_for_nobody_else() {
    let scrape = philia_web::Scrape::new(|| "philia_turns_total 1\n".to_owned());
    let options = Options { metrics: Some(scrape), near: false, ..Options::default() };
    let mut world = World::housed(Rates::unlimited()).await;
    world.router = philia_web::router(world.philia.clone(), options);
    world.get("/metrics").await.is_problem(401, "unauthenticated", "sign in");
    let (bea, ana) = (world.token("bea").await, world.token("ana").await);
    world.send_as(&bea, "GET", "/metrics", None).await.is_problem(403, "forbidden", "\"admin\"");
    assert_eq!(world.send_as(&ana, "GET", "/metrics", None).await.body, "philia_turns_total 1\n");
}

#[tokio::test]
async fn requests_have_an_id() {
    let world = World::new();
    let with = async |id: &str| {
        let request = request(Method::GET, "/health").header("x-request-id", id).body(Body::empty()).unwrap();
        world.send(request).await.header("x-request-id").to_owned()
    };
    assert_eq!(with("trace-7.a:b_c").await, "trace-7.a:b_c");
    for unfit in ["", "two words", "<script>", &"x".repeat(129)] {
        let given = with(unfit).await;
        assert!(given != unfit && !given.is_empty(), "{given}");
    }
    let wrong = request(Method::GET, "/nowhere").header("x-request-id", "mine-1").body(Body::empty()).unwrap();
    assert_eq!(world.send(wrong).await.json()["request_id"], "mine-1");
    let (one, other) = (world.get("/nowhere").await, world.get("/nowhere").await);
    assert_eq!(one.json()["request_id"], one.header("x-request-id"));
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test]
async fn a_page_that_is_let_in_shows_no_cookie() {
    let app = "https://app.example";
    let world = World::housed_with(Options { cors_origins: vec![app.into()], ..Options::default() }).await;
    let login = serde_json::json!({ "name": "adam", "password": PASSWORD, "session": "page" });
    let answer = world.post("/api/auth/login", login.to_string()).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let token = world.token("adam").await;
    let asked = async |from: &[(&str, &str)]| {
        let asked = request(Method::GET, "/api/tasks");
        let asked = from.iter().fold(asked, |asked, (name, value)| asked.header(*name, *value));
        world.send(asked.body(Body::empty()).unwrap()).await
    };
    asked(&[("cookie", &cookie), ("origin", "http://localhost:7707")]).await.ok();
    asked(&[("cookie", &cookie)]).await.ok();
    asked(&[("cookie", &cookie), ("origin", app)]).await.is_problem(401, "unauthenticated", "sign in first");
    let shown = format!("Bearer {token}");
    asked(&[("cookie", &cookie), ("origin", app), ("authorization", &shown)]).await.ok();
}
