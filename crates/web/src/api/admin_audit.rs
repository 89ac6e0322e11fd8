//! `GET /api/admin/audit`: what admins did, newest first.

use super::Page;
use crate::Door;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::AuditView;

/// What admins did, newest first.
#[utoipa::path(
    get,
    path = "/api/admin/audit",
    tag = "Admin",
    params(("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200), ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "It is so", body = Page<AuditView>))
)]
pub(crate) async fn get(State(door): State<Door>, mut params: Params) -> Result<Json<Page<AuditView>>, Problem> {
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let cursor = params.cursor();
    params.done()?;
    Ok(Json(door.philia.accounts().audit(limit, cursor).await?.into()))
}
