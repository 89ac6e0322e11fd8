//! `GET /api/admin/incidents`: attempts to make a companion something else, newest first, without the words.

use super::Page;
use crate::Door;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::IncidentView;

/// Attempts to make a companion something else, newest first, without the words.
#[utoipa::path(
    get,
    path = "/api/admin/incidents",
    tag = "Admin",
    params(
        ("open" = Option<bool>, Query, description = "Only those that nobody has reviewed"),
        ("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "It is so", body = Page<IncidentView>))
)]
pub(crate) async fn get(State(door): State<Door>, mut params: Params) -> Result<Json<Page<IncidentView>>, Problem> {
    let open = params.flag("open");
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let cursor = params.cursor();
    params.done()?;
    Ok(Json(door.philia.accounts().incidents(open, limit, cursor).await?.into()))
}
