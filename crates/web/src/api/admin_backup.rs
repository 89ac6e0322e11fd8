//! `POST /api/admin/backup`: everything into a new file in the directory of backups.

use crate::Door;
use crate::auth::Me;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use philia_companion::accounts::Actor;
use philia_companion::moving::Kept;
use serde_json::json;

/// Writes everything to a new file in the directory of backups, reads it again, and removes the oldest that are too many.
#[utoipa::path(
    post,
    path = "/api/admin/backup",
    tag = "Admin",
    responses((status = 201, description = "The backup is made and sound", body = Kept))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    Me(me): Me,
    params: Params,
) -> Result<(StatusCode, Json<Kept>), Problem> {
    params.done()?;
    let kept = door.philia.keep_backup().await?;
    door.philia.accounts().note(&Actor::of(&me), "backup.make", "-", json!({ "file": kept.file })).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}
