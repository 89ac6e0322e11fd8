//! Characters: a person's own, made, changed, blended, compiled, brought in and taken out.

use crate::world::World;
use serde_json::{Value, json};

/// A character that builds on nobody.
pub(crate) fn wren() -> Value {
    json!({
        "id": "wren",
        "name": "Wren",
        "description": "Wren keeps a lighthouse and likes short sentences.",
        "temperament": {
            "openness": 0.7, "conscientiousness": 0.6, "extraversion": 0.3, "agreeableness": 0.8, "neuroticism": 0.2
        },
        "traits": { "warmth": 70, "humor": 40 },
        "greetings": ["Mind the step."],
        "extensions": { "elsewhere": { "kept": [1, null] } },
    })
}

pub(crate) async fn create(world: &World, persona: &Value) -> Value {
    let id = persona["id"].as_str().unwrap();
    world.post("/api/personas", persona.to_string()).await.created(&format!("/api/personas/{id}"))
}

pub(crate) async fn ids(world: &World, user: &str) -> Vec<(String, bool)> {
    let all = world.get(&format!("/api/personas?user={user}")).await.ok();
    let one = |one: &Value| (one["id"].as_str().unwrap().to_owned(), one["own"].as_bool().unwrap());
    all["items"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test]
async fn an_own_character_lives_from_its_making_to_its_end() {
    let world = World::new();
    let made = create(&world, &wren()).await;
    assert_eq!((&made["name"], &made["extensions"]), (&json!("Wren"), &wren()["extensions"]));
    assert_eq!(world.get("/api/personas/wren").await.ok(), made);
    let own: Vec<_> = ids(&world, "me").await.into_iter().filter(|(_, own)| *own).collect();
    assert_eq!(own, [("wren".to_owned(), true)]);

    let said = world.post("/api/chat/message", r#"{"message":"Hello!","persona":"wren"}"#).await.ok();
    assert!(said["reply"].is_string(), "{said}");
    world.philia.idle().await;
    assert_eq!(world.get("/api/personality?persona=wren").await.ok()["name"], "Wren");

    let mut changed = wren();
    changed["name"] = json!("Old Wren");
    changed.as_object_mut().unwrap().remove("id");
    changed.as_object_mut().unwrap().remove("greetings");
    let after = world.put("/api/personas/wren", changed).await.ok();
    assert_eq!((&after["id"], &after["name"], &after["greetings"]), (&json!("wren"), &json!("Old Wren"), &json!(null)));
    assert_eq!(world.get("/api/personas/wren").await.ok(), after);

    world.patch("/api/settings", json!({ "persona": "wren" })).await.ok();
    world.delete("/api/personas/wren").await.is_problem(409, "refused", "choose another first");
    world.patch("/api/settings", json!({ "persona": "base_assistant" })).await.ok();
    assert_eq!(world.delete("/api/personas/wren").await.ok()["removed"], after);
    world.get("/api/personas/wren").await.is_problem(404, "not-found", "there is no persona \"wren\"");
    world.delete("/api/personas/wren").await.is_problem(404, "not-found", "wren");
    world.put("/api/personas/wren", wren()).await.is_problem(404, "not-found", "wren");
}

#[tokio::test]
async fn nobody_else_sees_it() {
    let world = World::new();
    create(&world, &wren()).await;
    assert!(ids(&world, "bob").await.iter().all(|(id, own)| id != "wren" && !own));
    for path in ["/api/personas/wren", "/api/personas/wren/export?format=png", "/api/personality?persona=wren"] {
        let mark = if path.contains('?') { '&' } else { '?' };
        world.get(&format!("{path}{mark}user=bob")).await.is_problem(404, "not-found", "no persona \"wren\"");
    }
    world.delete("/api/personas/wren?user=bob").await.is_problem(404, "not-found", "wren");
    world.put("/api/personas/wren?user=bob", wren()).await.is_problem(404, "not-found", "wren");
    for (path, body) in [
        ("/api/personas/compile?user=bob", json!({ "id": "wren" })),
        ("/api/personas/blend?user=bob", json!({ "personas": [{ "id": "wren", "weight": 1 }], "id": "x" })),
        ("/api/chat/message?user=bob", json!({ "message": "hi", "persona": "wren" })),
    ] {
        world.post(path, body.to_string()).await.is_problem(404, "not-found", "wren");
    }
    let child = json!({ "id": "chick", "parent": "wren" }).to_string();
    let answer = world.post("/api/personas?user=bob", child).await;
    answer.is_problem(409, "refused", "there is no persona \"wren\"");
    // The same id is theirs to have, and is another character.
    let mut bobs = wren();
    bobs["name"] = json!("Bob's");
    world.post("/api/personas?user=bob", bobs.to_string()).await.created("/api/personas/wren");
    assert_eq!(world.get("/api/personas/wren").await.ok()["name"], "Wren");
}

#[tokio::test]
async fn it_may_build_on_others_and_changes_with_them() {
    let world = World::new();
    create(&world, &wren()).await;
    let chick = create(&world, &json!({ "id": "chick", "parent": "wren", "name": "Chick" })).await;
    assert_eq!((&chick["name"], &chick["description"]), (&json!("Chick"), &wren()["description"]));
    let mut changed = wren();
    changed["traits"]["warmth"] = json!(11);
    world.put("/api/personas/wren", changed).await.ok();
    assert_eq!(world.get("/api/personas/chick").await.ok()["traits"]["warmth"], 11.0);
    world.delete("/api/personas/wren").await.is_problem(409, "refused", "\"chick\" builds on \"wren\"");

    let circle = world.put("/api/personas/wren", json!({ "parent": "chick" })).await;
    circle.is_problem(409, "refused", "in a circle: wren -> chick -> wren");
    let circle = world.put("/api/personas/wren", json!({ "parent": "wren" })).await;
    circle.is_problem(409, "refused", "in a circle: wren -> wren");
    assert_eq!(world.get("/api/personas/wren").await.ok()["traits"]["warmth"], 11.0, "nothing was changed");
}

#[tokio::test]
async fn taken_ids_are_said_with_a_free_one() {
    let world = World::new();
    create(&world, &wren()).await;
    create(&world, &{
        let mut second = wren();
        second["id"] = json!("wren_2");
        second
    })
    .await;
    for (id, says) in [
        ("wren", "a character of your own, which PUT replaces; choose another, such as \"wren_3\""),
        ("curious_companion", "everybody here has; choose another, such as \"curious_companion_2\""),
        ("schema", "has another meaning here; choose another, such as \"schema_2\""),
    ] {
        let mut persona = wren();
        persona["id"] = json!(id);
        world.post("/api/personas", persona.to_string()).await.is_problem(409, "taken", says);
        let file = world.upload(&format!("/api/personas/import?id={id}"), "application/json", wren().to_string()).await;
        file.is_problem(409, "taken", says);
    }
    let mut mira = wren();
    mira["id"] = json!("curious_companion");
    world.put("/api/personas/curious_companion", mira).await.is_problem(409, "taken", "everybody here has");
    world.delete("/api/personas/base_assistant").await.is_problem(409, "refused", "only your own");
    assert_eq!(world.get("/api/personas/curious_companion").await.ok()["name"], "Mira");
    let other = world.put("/api/personas/wren", json!({ "id": "robin" })).await;
    other.is_problem(409, "refused", "the id in the body is not \"wren\"");
}

#[tokio::test]
async fn the_prompt_is_shown_for_every_dialect() {
    let world = World::new();
    create(&world, &wren()).await;
    let ask = async |body: Value| world.post("/api/personas/compile", body.to_string()).await;
    for (dialect, place) in
        [("system", "system"), ("developer", "system"), ("gemini", "system_instruction"), ("plain", "text")]
    {
        let made = ask(json!({ "id": "wren", "dialect": dialect })).await.ok();
        assert_eq!((&made["persona"], &made["dialect"]), (&json!("wren"), &json!(dialect)));
        let sections = made["sections"].as_array().unwrap();
        assert_eq!(sections[0]["place"], place);
        assert!(sections[0]["text"].as_str().unwrap().contains("keeps a lighthouse"), "{made}");
        let sum: u64 = sections.iter().map(|section| section["tokens"].as_u64().unwrap()).sum();
        assert_eq!(made["tokens"], sum);
        assert!(0 < sum && sum <= made["budget"].as_u64().unwrap());
    }
    let by_id = ask(json!({ "id": "wren" })).await;
    assert_eq!(by_id.body, ask(json!({ "persona": wren() })).await.body, "written out it makes the same");
    let short = ask(json!({ "id": "curious_companion", "budget": 700 })).await.ok();
    let long = ask(json!({ "id": "curious_companion", "budget": 9000 })).await.ok();
    assert!(short["tokens"].as_u64() < long["tokens"].as_u64());
    let built = ask(json!({ "persona": { "id": "chick", "parent": "wren" } })).await.ok();
    assert!(built.to_string().contains("keeps a lighthouse"), "{built}");
}

#[tokio::test]
async fn a_blend_is_shown_or_kept() {
    let world = World::new();
    create(&world, &wren()).await;
    let blend = |keep: bool| {
        let parts = json!([{ "id": "wren", "weight": 3 }, { "id": "curious_companion", "weight": 1 }]);
        json!({ "personas": parts, "id": "mix", "name": "Mix", "keep": keep }).to_string()
    };
    let mira = world.get("/api/personas/curious_companion").await.ok();
    let made = world.post("/api/personas/blend", blend(false)).await.ok();
    let expected = (3.0 * 0.7 + mira["temperament"]["openness"].as_f64().unwrap()) / 4.0;
    assert!((made["temperament"]["openness"].as_f64().unwrap() - expected).abs() < 1e-9, "{made}");
    assert_eq!((&made["id"], &made["name"]), (&json!("mix"), &json!("Mix")));
    world.get("/api/personas/mix").await.is_problem(404, "not-found", "mix");
    assert_eq!(world.post("/api/personas/blend", blend(true)).await.created("/api/personas/mix"), made);
    assert_eq!(world.get("/api/personas/mix").await.ok(), made);
    world.post("/api/personas/blend", blend(true)).await.is_problem(409, "taken", "\"mix_2\"");
}

#[tokio::test]
async fn what_goes_out_comes_in_as_it_was() {
    let world = World::new();
    let made = create(&world, &wren()).await;
    for (format, kind, file) in [
        ("toml", "application/toml", "wren.toml"),
        ("json", "application/json", "wren.json"),
        ("card-v2", "application/json", "wren.card-v2.json"),
        ("card-v3", "application/json", "wren.card-v3.json"),
        ("png", "image/png", "wren.png"),
        ("charx", "application/zip", "wren.charx"),
        ("luminora", "application/json", "wren.luminora.json"),
    ] {
        let out = world.get(&format!("/api/personas/wren/export?format={format}")).await;
        assert_eq!((out.status.as_u16(), out.header("content-type")), (200, kind), "{format}: {}", out.body);
        assert_eq!(out.header("content-disposition"), format!("attachment; filename=\"{file}\""));
        for kind in [kind, "application/octet-stream", "text/plain; charset=utf-8"] {
            let path = format!("/api/personas/import?id=back&user={format}");
            let back = world.upload(&format!("{path}&replace=true"), kind, out.bytes.clone()).await;
            let back = back.created("/api/personas/back");
            for field in ["name", "description"] {
                assert_eq!(back["persona"][field], made[field], "{format}");
            }
            if format != "luminora" {
                let mut persona = back["persona"].clone();
                persona["id"] = json!("wren");
                assert_eq!(persona["temperament"], made["temperament"], "{format}");
            }
            let kept = back["notes"].to_string().contains("the picture is not kept");
            assert_eq!(kept, format == "png", "{back}");
        }
    }
    let json = world.get("/api/personas/wren/export").await;
    assert_eq!(json.json(), made, "JSON is what nobody asks otherwise for");
    let mira = world.get("/api/personas/curious_companion/export?format=toml").await;
    let answer = world.upload("/api/personas/import", "text/plain", mira.bytes).await;
    answer.is_problem(409, "taken", "such as \"curious_companion_2\"");
}

#[tokio::test]
async fn a_file_may_build_on_others() {
    let world = World::new();
    create(&world, &wren()).await;
    let file = "id = \"chick\"\nparent = \"wren\"\nname = \"Chick\"\n";
    let made = world.upload("/api/personas/import", "text/plain", file).await.created("/api/personas/chick");
    assert_eq!(made["persona"]["description"], wren()["description"]);
    let file = "id = \"egg\"\nparent = \"wern\"\n";
    world.upload("/api/personas/import", "text/plain", file).await.is_problem(409, "refused", "did you mean \"wren\"");
}

#[tokio::test]
async fn a_card_talks_and_goes_out_with_what_nobody_here_knows() {
    let world = World::new();
    let card = json!({
        "spec": "chara_card_v3", "spec_version": "3.0", "from_elsewhere": { "x": [1, null] },
        "data": {
            "name": "Captain Teal", "description": "{{char}} sails alone and is kind to {{user}}.", "first_mes": "Ahoy.",
            "personality": "", "scenario": "", "mes_example": "", "creator_notes": "", "system_prompt": "",
            "post_history_instructions": "", "alternate_greetings": [], "group_only_greetings": [], "tags": ["sea"],
            "creator": "somebody", "character_version": "1", "extensions": { "depth": 3 }, "unknown": true,
        },
    });
    let path = "/api/personas/import";
    let made = world.upload(path, "application/json", card.to_string()).await.created("/api/personas/captain_teal");
    assert_eq!(made["persona"]["name"], "Captain Teal");
    world.post("/api/chat/message", r#"{"message":"Hello!","persona":"captain_teal"}"#).await.ok();
    world.philia.idle().await;
    let out = world.get("/api/personas/captain_teal/export?format=card-v3").await.ok();
    assert_eq!(out, card);
}

#[tokio::test]
async fn the_schema_is_published() {
    let world = World::new();
    let schema = world.get("/api/personas/schema").await;
    assert_eq!(schema.header("content-type"), "application/schema+json");
    assert_eq!(schema.ok(), philia_mind::persona::schema::json_schema());
}
