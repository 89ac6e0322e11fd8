//! What a person may always do with their own: see it, take it along, bring it back, agree and disagree, and erase it.

use crate::world::{World, request};
use axum::body::Body;
use axum::http::{Method, header};
use philia_companion::accounts::Rates;
use serde_json::{Value, json};
use tower::ServiceExt as _;

async fn export(world: &World, token: &str) -> Vec<u8> {
    let answer = world.send_as(token, "GET", "/api/export", None).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/zip"), "{}", answer.body);
    assert!(answer.header("content-disposition").contains("philia-export.zip"));
    assert!(answer.header("x-philia-records").parse::<usize>().unwrap() > 0);
    answer.bytes
}

async fn import(world: &World, user: &str, bytes: Vec<u8>) -> crate::world::Answer {
    world.upload(&format!("/api/import?user={user}"), "application/zip", bytes).await
}

async fn memories(world: &World, user: &str) -> Value {
    world.get(&format!("/api/memories?user={user}")).await.ok()["items"].clone()
}

#[tokio::test]
async fn what_went_out_comes_in_again() {
    let world = World::new();
    world.say("My sister Petronella lives in Rome.").await;
    let whole = export(&world, "").await;
    let restored = import(&world, "again", whole.clone()).await.ok();
    assert_eq!(restored["turns"], 1);
    assert!(restored["records"].as_u64() > restored["memories"].as_u64(), "{restored}");
    assert_eq!(memories(&world, "again").await, memories(&world, "me").await);

    import(&world, "again", whole.clone()).await.is_problem(409, "refused", "something here already");
    for damaged in [b"PK".to_vec(), b"hello".to_vec(), Vec::new(), whole[..whole.len() / 2].to_vec()] {
        import(&world, "other", damaged).await.is_problem(409, "refused", "no export of Philia");
    }
    assert_eq!(memories(&world, "other").await, json!([]));
}

#[tokio::test]
async fn an_erasure_is_meant_and_leaves_others_alone() {
    let world = World::housed(Rates::unlimited()).await;
    let (adam, bea) = (world.token("adam").await, world.token("bea").await);
    for token in [&adam, &bea] {
        let said = Some(json!({ "message": "My sister Petronella lives in Rome." }));
        world.send_as(token, "POST", "/api/chat/message", said).await.ok();
    }
    world.philia.idle().await;
    let before = export(&world, &bea).await;
    let erase = async |body: Value| world.send_as(&adam, "POST", "/api/erase", Some(body)).await;
    for wrong in [json!({ "confirm": "" }), json!({ "confirm": "bea" })] {
        erase(wrong).await.is_problem(409, "refused", "confirm");
    }
    erase(json!({})).await.is_problem(422, "invalid", "confirm");
    erase(json!({ "confirm": "me", "user": "bea" })).await.is_problem(403, "forbidden", "");
    assert_eq!(erase(json!({ "confirm": "me" })).await.status, 204);
    for path in ["/api/memories", "/api/chat/history", "/api/tasks", "/api/memories/facts"] {
        assert_eq!(world.send_as(&adam, "GET", path, None).await.ok()["items"], json!([]), "{path}");
    }
    let after = export(&world, &bea).await;
    assert_eq!(before.len(), after.len(), "nothing of Bea's has changed");
    assert_ne!(world.send_as(&bea, "GET", "/api/memories", None).await.ok()["items"], json!([]));
}

#[tokio::test]
async fn an_answer_that_nobody_reads_takes_a_place_until_it_is_let_go_of() {
    let world = World::housed(Rates { concurrent: 1, ..Rates::unlimited() }).await;
    let adam = world.token("adam").await;
    let request = request(Method::GET, "/api/export").header(header::AUTHORIZATION, format!("Bearer {adam}"));
    let unread = world.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(unread.status(), 200);
    let second = world.send_as(&adam, "GET", "/api/mood", None).await;
    second.is_problem(429, "too-many", "1 requests at the same time");
    assert_eq!(second.header("retry-after"), "1");
    // Others have places of their own.
    world.send_as(&world.token("bea").await, "GET", "/api/mood", None).await.ok();
    drop(unread);
    world.send_as(&adam, "GET", "/api/mood", None).await.ok();
}

#[tokio::test]
async fn what_is_agreed_to_is_kept_with_its_time_and_holds() {
    let world = World::new();
    let given = |consents: &Value, purpose: &str| {
        let one = consents["items"].as_array().unwrap().iter().find(|one| one["purpose"] == purpose).unwrap();
        (one["given"].clone(), one["decisions"].as_array().unwrap().len())
    };
    let first = world.get("/api/consents").await.ok();
    assert_eq!((given(&first, "proactive"), given(&first, "learning")), ((json!(false), 0), (json!(true), 0)));
    let decided = world.patch("/api/consents", json!({ "learning": false, "proactive": true })).await.ok();
    assert_eq!((given(&decided, "proactive"), given(&decided, "learning")), ((json!(true), 1), (json!(false), 1)));
    assert_eq!(given(&decided, "remote_models"), (json!(true), 0));
    world.say("My locker code is quicksilver.").await;
    assert_eq!(memories(&world, "me").await, json!([]));
    world.patch("/api/consents", json!({ "learning": "yes" })).await.is_problem(422, "invalid", "boolean");
    world.patch("/api/consents", json!({ "cookies": true })).await.is_problem(422, "invalid", "cookies");
    // Nobody decides for others.
    assert_eq!(given(&world.get("/api/consents?user=ana").await.ok(), "learning"), (json!(true), 0));
}

#[tokio::test]
async fn how_it_is_kept_is_told() {
    let world = World::new();
    world.say("My locker code is quicksilver.").await;
    let view = world.get("/api/privacy").await.ok();
    assert_eq!(view["tier"], "cloud", "{view}");
    world.send(crate::world::json("POST".parse().unwrap(), "/api/privacy/rotate", "{}")).await.is_turned_down("sealed");
}
