//! `GET` and `PATCH /api/settings`: the person's own settings. A patch is merged: what it does not name stays.

use crate::extract::{Body, Caller, Params, whole};
use crate::problem::Problem;
use axum::Json;
use philia_mind::Profile;
use serde_json::{Map, Value};

/// The person's own settings.
#[utoipa::path(
    get,
    path = "/api/settings",
    tag = "Settings",
    responses((status = 200, description = "It is so", body = Profile))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Profile>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.profile().await?))
}

/// Changes the settings that are named.
#[utoipa::path(
    patch,
    path = "/api/settings",
    tag = "Settings",
    request_body = Profile,
    responses((status = 200, description = "It is so", body = Profile))
)]
pub(crate) async fn patch(
    caller: Caller,
    params: Params,
    Body(mut patch): Body<Map<String, Value>>,
) -> Result<Json<Profile>, Problem> {
    params.done()?;
    patch.values_mut().for_each(whole);
    Ok(Json(caller.person().await?.patch_profile(&patch).await?))
}
