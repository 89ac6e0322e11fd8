//! `GET /health` and `/health/{part}`: what works and what does not. 503 where a part has failed; a part that others
//! stand in for is degraded, and that is 200. `/health/live` says that the process runs, whatever else, and
//! `/health/ready` that messages can be taken and kept.

use crate::Door;
use crate::extract::Name;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use philia_companion::health::{Health, Part, Status};

/// What works and what does not.
#[utoipa::path(
    get,
    path = "/health",
    tag = "Health",
    responses(
        (status = 200, description = "It is so", body = Health),
        (status = 503, description = "A part has failed", body = Health),
    )
)]
pub(crate) async fn all(State(door): State<Door>) -> (StatusCode, Json<Health>) {
    let health = door.philia.health().await;
    (code(health.status), Json(health))
}

/// One part of it.
#[utoipa::path(
    get,
    path = "/health/{part}",
    tag = "Health",
    params(("part" = String, Path, description = "`store`, `models`, `memory`, `personality`, `jobs`, `cache`, `live` or `ready`")),
    responses(
        (status = 200, description = "It is so", body = Part),
        (status = 503, description = "It has failed", body = Part),
    )
)]
pub(crate) async fn one(State(door): State<Door>, Name(name): Name) -> Result<(StatusCode, Json<Part>), Problem> {
    let part = match name.as_str() {
        "live" => Some(Part { name: "live", status: Status::Ok, detail: "it runs".into(), advice: None }),
        // Without any other part, messages are taken and kept all the same.
        "ready" => door.philia.part("store").await.map(|store| Part { name: "ready", ..store }),
        name => door.philia.part(name).await,
    };
    let part = part.ok_or_else(|| Problem::not_found("part", name))?;
    Ok((code(part.status), Json(part)))
}

fn code(status: Status) -> StatusCode {
    match status {
        Status::Ok | Status::Degraded => StatusCode::OK,
        Status::Failed => StatusCode::SERVICE_UNAVAILABLE,
    }
}
