//! `POST /api/admin/backup`: everything into a new file in the directory of backups.

use crate::Door;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use philia_companion::moving::Kept;

/// Writes everything to a new file in the directory of backups, reads it again, and removes the oldest that are too many.
#[utoipa::path(
    post,
    path = "/api/admin/backup",
    tag = "Admin",
    responses((status = 201, description = "The backup is made and sound", body = Kept))
)]
pub(crate) async fn post(State(door): State<Door>, params: Params) -> Result<(StatusCode, Json<Kept>), Problem> {
    params.done()?;
    Ok((StatusCode::CREATED, Json(door.philia.keep_backup().await?)))
}
