//! Entities: users, agents, apps and runs, as far as there are memories of them.

use super::filter::MARKS;
use super::find::Wanted;
use super::one::forget_all;
use super::people::Asked;
use super::{Done, shape};
use crate::problem::Problem;
use axum::Json;
use axum::extract::Path;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What is known of one.
struct Entity {
    memories: usize,
    first: Timestamp,
    last: Timestamp,
}

/// Everybody and everything that there are memories of.
#[utoipa::path(
    get,
    path = "/v1/entities/",
    tag = "Mem0",
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn get(asked: Asked) -> Result<Json<Value>, Problem> {
    let everybody = Map::from_iter([("user_id".to_owned(), Value::from("*"))]);
    let all = Wanted::marked(everybody).all(&asked).await?;
    let mut entities: BTreeMap<(&str, String), Entity> = BTreeMap::new();
    for (person, memory) in all.iter().filter(|(_, memory)| shape::is_shown(memory)) {
        let marks = MARKS
            .iter()
            .filter_map(|name| Some((name.trim_end_matches("_id"), memory.metadata.get(*name)?.as_str()?.to_owned())));
        for key in marks.chain([("user", person.id().subject().to_owned())]) {
            let at = memory.created_at;
            let entity = entities.entry(key).or_insert(Entity { memories: 0, first: at, last: at });
            entity.memories += 1;
            (entity.first, entity.last) = (entity.first.min(at), entity.last.max(at));
        }
    }
    let results: Vec<Value> = entities
        .iter()
        .map(|((kind, name), entity)| {
            json!({
                "id": format!("{kind}:{name}"), "name": name, "type": kind, "total_memories": entity.memories,
                "created_at": entity.first, "updated_at": entity.last,
            })
        })
        .collect();
    Ok(Json(json!({ "count": results.len(), "next": null, "previous": null, "results": results })))
}

/// Forgets everything of one of them.
#[utoipa::path(
    delete,
    path = "/v2/entities/{type}/{name}/",
    tag = "Mem0",
    params(
        ("type" = String, Path, description = "`user`, `agent`, `app` or `run`"),
        ("name" = String, Path, description = "Its name"),
    ),
    responses((status = 200, description = "It is so", body = Done))
)]
pub(crate) async fn delete(asked: Asked, Path((kind, name)): Path<(String, String)>) -> Result<Json<Done>, Problem> {
    let mark = format!("{kind}_id");
    if mark != "user_id" && !MARKS.contains(&mark.as_str()) {
        return Err(Problem::not_found("kind of entity", kind));
    }
    let mut marks = Map::from_iter([(mark.clone(), Value::from(name.as_str()))]);
    if mark != "user_id" {
        marks.insert("user_id".to_owned(), "*".into());
    }
    if forget_all(&asked, &Wanted::marked(marks)).await? == 0 {
        return Err(Problem::not_found("entity", name));
    }
    Ok(Done::new("Entity deleted successfully!"))
}
