//! The MCP door without a client: what a key may do, versions, and what is no request.

use crate::world::{Answer, World, json as request};
use axum::http::Method;
use philia_companion::accounts::{Actor, NewKey, Rates, Reach, Scope, Standing};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn message(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })
}

fn calling(tool: &str, arguments: Value) -> Value {
    message("tools/call", json!({ "name": tool, "arguments": arguments }))
}

async fn ask(world: &World, method: &str, params: Value) -> Answer {
    world.post("/mcp", message(method, params).to_string()).await
}

async fn names(world: &World, token: &str) -> Vec<String> {
    let listed = world.send_as(token, "POST", "/mcp", Some(message("tools/list", json!({})))).await.ok();
    let tools = listed["result"]["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_key_sees_and_calls_what_it_is_for_and_for_whom_it_is() {
    let world = World::housed(Rates::unlimited()).await;
    let key = async |scope, reach| {
        let new = NewKey { label: "one".into(), scopes: BTreeSet::from([scope]), reach, days: None };
        world.philia.accounts().add_key_for("adam", new, &Actor::command_line()).await.unwrap().0
    };
    assert_eq!(world.send_as("", "POST", "/mcp", Some(message("ping", json!({})))).await.status, 401);
    let memories = key(Scope::Memories, Reach::One("zoe".into())).await;
    let moods = key(Scope::Personality, Reach::Any).await;
    let tasks = key(Scope::Tasks, Reach::Any).await;
    assert_eq!(names(&world, &moods).await, ["mood"]);
    assert_eq!(names(&world, &tasks).await, [""; 0]);
    assert_eq!(names(&world, &memories).await.len(), 16);
    for (key, tool) in [(&moods, "list_memories"), (&tasks, "read_graph"), (&memories, "mood")] {
        let answer = world.send_as(key, "POST", "/mcp", Some(calling(tool, json!({})))).await.ok();
        assert_eq!(answer["result"]["isError"], true, "{tool}: {answer}");
    }
    let read = message("resources/read", json!({ "uri": "memory://knowledge-graph" }));
    assert_eq!(world.send_as(&tasks, "POST", "/mcp", Some(read)).await.ok()["error"]["code"], -32002);

    let note = calling("remember", json!({ "text": "The key is under the mat." }));
    world.send_as(&memories, "POST", "/mcp", Some(note.clone())).await.ok();
    assert_eq!(world.send_as(&memories, "POST", "/mcp?user=yan", Some(note)).await.status, 403);
    let any = key(Scope::All, Reach::Any).await;
    let list = calling("list_memories", json!({}));
    for (user, count) in [("zoe", 1), ("yan", 0)] {
        let path = format!("/mcp?user={user}");
        let listed = world.send_as(&any, "POST", &path, Some(list.clone())).await.ok();
        let found = listed["result"]["structuredContent"]["results"].as_array().unwrap().len();
        assert_eq!(found, count, "{listed}");
    }
    let by = Actor::command_line();
    world.philia.accounts().set_standing("adam", Standing::Suspended, &by).await.unwrap();
    world.send_as(&any, "POST", "/mcp", Some(list)).await.is_problem(403, "suspended", "");
}

#[tokio::test]
async fn versions_are_negotiated() {
    let world = World::new();
    for (asked, spoken) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let answer = ask(&world, "initialize", json!({ "protocolVersion": asked })).await.ok();
        assert_eq!(answer["result"]["protocolVersion"], spoken, "{asked}");
    }
    let itself = |version: &str| {
        let meta = json!({ "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {} });
        let message = message("server/discover", json!({ "_meta": meta }));
        let mut sent = request(Method::POST, "/mcp", message.to_string());
        sent.headers_mut().insert("mcp-protocol-version", version.parse().unwrap());
        sent.headers_mut().insert("mcp-method", "server/discover".parse().unwrap());
        sent
    };
    let found = world.send(itself("2026-07-28")).await.ok();
    assert_eq!(found["result"]["resultType"], "complete");
    assert!(found["result"]["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")));
    let unknown = world.send(itself("2027-01-01")).await;
    assert_eq!((unknown.status.as_u16(), &unknown.json()["error"]["code"]), (400, &json!(-32022)));
    let mut differs = itself("2026-07-28");
    differs.headers_mut().insert("mcp-method", "tools/list".parse().unwrap());
    assert_eq!(world.send(differs).await.json()["error"]["code"], -32020);
}

#[tokio::test]
async fn what_is_no_request_is_told_so() {
    let world = World::new();
    assert_eq!(world.post("/mcp", "{").await.json()["error"]["code"], -32700);
    for wrong in [json!({}), json!([]), json!(1), json!({ "method": "ping", "id": 1 })] {
        let answer = world.post("/mcp", wrong.to_string()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["code"]), (400, &json!(-32600)), "{wrong}");
    }
    assert_eq!(ask(&world, "sampling/createMessage", json!({})).await.ok()["error"]["code"], -32601);
    assert_eq!(ask(&world, "tools/call", json!({ "name": "sudo" })).await.ok()["error"]["code"], -32602);
    let noticed = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(world.post("/mcp", noticed.to_string()).await.status, 202);
    let both = json!([message("ping", json!({})), noticed]);
    assert_eq!(world.post("/mcp", both.to_string()).await.ok().as_array().unwrap().len(), 1);
    assert_eq!(world.get("/mcp").await.status, 405);
    assert_eq!(world.delete("/mcp").await.status, 405);
}
