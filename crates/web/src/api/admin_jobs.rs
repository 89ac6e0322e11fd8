//! `GET /api/admin/jobs`: work that is to be done, the longest due first.

use super::Page;
use crate::Door;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::JobView;

/// Work that is to be done, the longest due first.
#[utoipa::path(
    get,
    path = "/api/admin/jobs",
    tag = "Admin",
    params(("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 1000)),
    responses((status = 200, description = "It is so", body = Page<JobView>))
)]
pub(crate) async fn get(State(door): State<Door>, mut params: Params) -> Result<Json<Page<JobView>>, Problem> {
    let limit = params.number("limit", 1..=1000).unwrap_or(50);
    params.done()?;
    Ok(Json(Page { items: door.philia.accounts().jobs(limit).await?, next: None }))
}
