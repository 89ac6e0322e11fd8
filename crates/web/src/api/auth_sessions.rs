//! `GET` and `DELETE /api/auth/sessions`: where who asks is signed in; signs them out everywhere.

use super::Page;
use crate::Door;
use crate::auth::Me;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::SessionView;
use serde::Serialize;
use utoipa::ToSchema;

/// What was ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ended {
    /// How many sessions.
    pub(crate) ended: usize,
}

/// Where who asks is signed in, newest first.
#[utoipa::path(
    get,
    path = "/api/auth/sessions",
    tag = "Accounts",
    responses((status = 200, description = "It is so", body = Page<SessionView>))
)]
pub(crate) async fn get(
    State(door): State<Door>,
    Me(me): Me,
    params: Params,
) -> Result<Json<Page<SessionView>>, Problem> {
    params.done()?;
    Ok(Json(Page { items: door.philia.accounts().sessions(&me).await?, next: None }))
}

/// Signs out everywhere.
#[utoipa::path(
    delete,
    path = "/api/auth/sessions",
    tag = "Accounts",
    params(("others" = Option<bool>, Query, description = "Everywhere else only")),
    responses((status = 200, description = "It is so", body = Ended))
)]
pub(crate) async fn delete(State(door): State<Door>, Me(me): Me, mut params: Params) -> Result<Json<Ended>, Problem> {
    let others = params.flag("others");
    params.done()?;
    Ok(Json(Ended { ended: door.philia.accounts().end_sessions(&me, others).await? }))
}
