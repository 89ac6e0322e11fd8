//! `GET /api/privacy` and `POST /api/privacy/rotate`: how a person's records are kept and where their words may go; a
//! new key for them. The tier itself is one of the settings.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use axum::http::StatusCode;
use philia_companion::privacy::PrivacyView;

/// How the person's records are kept, and where their words may go.
#[utoipa::path(
    get,
    path = "/api/privacy",
    tag = "Privacy",
    responses((status = 200, description = "It is so", body = PrivacyView))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<PrivacyView>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.privacy().await?))
}

/// Begins to seal everything anew with a new key.
#[utoipa::path(
    post,
    path = "/api/privacy/rotate",
    tag = "Privacy",
    responses((status = 202, description = "It has begun", body = PrivacyView))
)]
pub(crate) async fn rotate(caller: Caller, params: Params) -> Result<(StatusCode, Json<PrivacyView>), Problem> {
    params.done()?;
    let person = caller.person().await?;
    person.rotate_key().await?;
    Ok((StatusCode::ACCEPTED, Json(person.privacy().await?)))
}
