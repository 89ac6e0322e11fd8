//! `GET` and `PATCH /api/settings`: the person's own settings. A patch is merged: what it does not name stays.

use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_mind::Profile;
use serde_json::{Map, Value};

pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Profile>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.profile().await?))
}

pub(crate) async fn patch(
    caller: Caller,
    params: Params,
    Body(patch): Body<Map<String, Value>>,
) -> Result<Json<Profile>, Problem> {
    params.done()?;
    Ok(Json(caller.person().await?.patch_profile(&patch).await?))
}
