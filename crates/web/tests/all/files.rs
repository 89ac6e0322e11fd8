//! Documents and attachments over HTTP: sent raw and as a form, looked at, taken away again.

use crate::world::{World, json as request};
use axum::http::{HeaderValue, Method};
use serde_json::{Value, json};

const NOTES: &str =
    "# Handbook\n\nThe office opens at nine.\n\n## Holidays\n\nEverybody has thirty days of holidays.\n";

/// A form with one file.
fn form(name: &str, content: &str) -> String {
    format!(
        "--edge\r\ncontent-disposition: form-data; name=\"why\"\r\n\r\nbecause\r\n--edge\r\ncontent-disposition: \
         form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/markdown\r\n\r\n{content}\r\n--edge--\r\n"
    )
}

const FORM: &str = "multipart/form-data; boundary=edge";

#[tokio::test]
async fn a_form_has_one_file() {
    let world = World::new();
    let two = form("a.md", NOTES).replace("--edge--\r\n", &form("b.md", "Something else."));
    world.upload("/api/documents", FORM, two).await.is_problem(422, "invalid", "more than one file");
    assert_eq!(world.get("/api/documents").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn a_document_is_sent_read_recalled_and_removed() {
    let world = World::new();
    let sent = world.upload("/api/documents?name=handbook.md", "text/markdown", NOTES).await;
    assert_eq!(sent.status, 202, "{}", sent.body);
    let path = sent.header("location").to_owned();
    assert_eq!(sent.json()["known"], false);
    world.philia.idle().await;

    let document = world.get(&path).await.ok();
    assert_eq!((&document["name"], &document["state"]), (&json!("handbook.md"), &json!("ready")), "{document}");
    assert_eq!(document["parts"], document["remembered"]);
    assert_eq!(world.get("/api/documents").await.ok()["items"], json!([document]));
    let mut parts: Vec<Value> = Vec::new();
    let mut next = Some(String::new());
    while let Some(cursor) = next {
        let page = world.get(&format!("{path}/chunks?limit=1{cursor}")).await.ok();
        parts.extend(page["items"].as_array().unwrap().iter().cloned());
        next = page["next"].as_str().map(|next| format!("&cursor={next}"));
    }
    assert_eq!(json!(parts.len()), document["parts"]);
    assert!(json!(parts).to_string().contains("thirty days"), "{parts:?}");
    let id = document["id"].as_str().unwrap();
    let search = json!({"query": "How many days of holidays?", "filters": {"document": id}});
    let found = world.post("/api/memories/search", search.to_string()).await.ok();
    assert!(found["items"][0]["content"].as_str().unwrap().contains("thirty days"), "{found}");

    let again = world.upload("/api/documents?name=other.md", "text/markdown", NOTES).await;
    assert_eq!((again.status.as_u16(), &again.json()["known"]), (200, &json!(true)));
    for (method, at) in [(Method::GET, ""), (Method::GET, "/chunks"), (Method::DELETE, "")] {
        let mut bens = request(method, &format!("{path}{at}"), "");
        bens.headers_mut().insert("x-philia-user", HeaderValue::from_static("ben"));
        world.send(bens).await.is_problem(404, "not-found", "there is no document");
    }
    assert_eq!(world.delete(&path).await.ok()["id"], id);
    for answer in [world.get(&path).await, world.get(&format!("{path}/chunks")).await, world.delete(&path).await] {
        answer.is_problem(404, "not-found", "there is no document");
    }
    assert!(!world.get("/api/memories?limit=200").await.body.contains("thirty days"));
}

#[tokio::test]
async fn a_document_comes_as_a_form_and_takes_anothers_place() {
    let world = World::new();
    let sent = world.upload("/api/documents", FORM, form("notes.md", NOTES)).await;
    assert_eq!(sent.status, 202, "{}", sent.body);
    assert_eq!(sent.json()["document"]["name"], "notes.md");
    world.philia.idle().await;
    let newer = form("notes.md", "# Handbook\n\nThe office opens at ten.\n");
    let sent = world.upload("/api/documents?replace=true", FORM, newer).await;
    assert_eq!(sent.status, 202, "{}", sent.body);
    world.philia.idle().await;
    let all = world.get("/api/documents").await.ok();
    assert_eq!(all["items"].as_array().unwrap().len(), 1, "{all}");
    assert_eq!(all["items"][0]["id"], sent.json()["document"]["id"]);
}

#[tokio::test]
async fn what_is_no_document_is_refused_with_the_reason() {
    let world = World::new();
    let binary: Vec<u8> = (0..=255_u8).cycle().take(4096).collect();
    for (name, kind, bytes, says) in [
        ("empty.md", "text/markdown", Vec::new(), "empty.md: "),
        ("photo.bin", "application/octet-stream", binary, "photo.bin: "),
        ("big.txt", "text/plain", vec![b'a'; 21 * 1024 * 1024], "up to 20 MB are taken"),
    ] {
        let sent = world.upload(&format!("/api/documents?name={name}"), kind, bytes).await;
        sent.is_problem(409, "refused", says);
    }
    let huge = vec![b'a'; 102 * 1024 * 1024];
    world.upload("/api/documents?name=x.txt", "text/plain", huge).await.is_problem(413, "too-large", "bytes");
    let bare = "--edge\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nx\r\n--edge--\r\n";
    world.upload("/api/documents", FORM, bare).await.is_problem(422, "invalid", "the form has no file");
    world.upload("/api/documents", FORM, "no form at all").await.problem();
    world.upload("/api/documents?title=x", "text/plain", "x").await.is_problem(
        422,
        "invalid",
        "title: no such parameter",
    );
    world.get("/api/documents/nothing").await.is_problem(404, "not-found", "there is no document \"nothing\"");
    assert_eq!(world.get("/api/documents").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn attachments_hang_on_a_memory_and_are_only_ever_saved() {
    let world = World::new();
    let memory = world.post("/api/memories", r#"{"content": "Sparky at the lake."}"#).await.json();
    let path = format!("/api/memories/{}/attachments", memory["id"].as_str().unwrap());
    let sent = world.upload(&format!("{path}?name=d%C3%B6g%22.svg"), "image/svg+xml", "<svg onload='x'/>").await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert_eq!(sent.json()["attachments"].as_array().unwrap().len(), 1);
    let got = world.get(&format!("{path}/0")).await;
    assert_eq!((got.status.as_u16(), got.bytes.as_slice()), (200, b"<svg onload='x'/>".as_slice()));
    assert_eq!(got.header("x-content-type-options"), "nosniff");
    let disposition = got.header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\"d"), "{disposition}");
    assert!(
        disposition.contains("filename*=UTF-8''d%C3%B6g") && disposition.matches('"').count() == 2,
        "{disposition}"
    );

    world.upload(&path, FORM, form("note.md", "hello")).await;
    assert_eq!(world.get(&format!("{path}/1")).await.bytes, b"hello");
    let link = r#"{"url": "https://example.org/dog", "name": "the dog"}"#;
    assert_eq!(world.post(&path, link).await.status, 201);
    assert!(world.get(&format!("{path}/2")).await.ok().to_string().contains("https://example.org/dog"));

    world.post(&path, r#"{"url": "javascript:alert(1)"}"#).await.is_problem(422, "invalid", "url: it must begin with");
    world.post(&path, r#"{"url": "https://a.b", "size": 1}"#).await.is_problem(422, "invalid", "unknown field `size`");
    world.upload(&format!("{path}?name=a"), "text/plain", "").await.is_problem(409, "refused", "it is empty");
    let big = vec![0; 11 * 1024 * 1024];
    world.upload(&format!("{path}?name=a"), "image/png", big).await.is_problem(409, "refused", "up to 10 MB");
    world.upload("/api/memories/nothing/attachments", "text/plain", "x").await.is_problem(
        404,
        "not-found",
        "no memory",
    );
    world.get(&format!("{path}/x")).await.is_problem(422, "invalid", "\"x\" is no number");
    world.get(&format!("{path}/3")).await.is_problem(404, "not-found", "there is no attachment");
    let mut bens = request(Method::GET, &format!("{path}/0"), "");
    bens.headers_mut().insert("x-philia-user", HeaderValue::from_static("ben"));
    world.send(bens).await.is_problem(404, "not-found", "no memory");

    for left in [2, 1, 0] {
        let memory = world.delete(&format!("{path}/0")).await.ok();
        assert_eq!(memory["attachments"].as_array().map_or(0, Vec::len), left, "{memory}");
    }
    world.delete(&format!("{path}/0")).await.is_problem(404, "not-found", "there is no attachment");
}
