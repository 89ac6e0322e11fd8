//! `GET /health` and `/health/{part}`: what works and what does not. 503 where nothing can be kept.

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
        (status = 503, description = "Nothing can be kept", body = Health),
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
    params(("part" = String, Path, description = "`store`, `models`, `memory`, ...")),
    responses(
        (status = 200, description = "It is so", body = Part),
        (status = 503, description = "It is down", body = Part),
    )
)]
pub(crate) async fn one(State(door): State<Door>, Name(name): Name) -> Result<(StatusCode, Json<Part>), Problem> {
    let part = door.philia.health().await.parts.into_iter().find(|part| part.name == name);
    let part = part.ok_or_else(|| Problem::not_found("part", name))?;
    Ok((code(part.status), Json(part)))
}

fn code(status: Status) -> StatusCode {
    match status {
        Status::Ok | Status::Degraded => StatusCode::OK,
        Status::Down => StatusCode::SERVICE_UNAVAILABLE,
    }
}
