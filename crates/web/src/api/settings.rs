//! `GET` and `PATCH /api/settings`: the person's own settings. A patch is merged: what it does not name stays.

use crate::extract::{Body, Caller, Params, whole};
use crate::problem::Problem;
use crate::revision::{Editor, Revised};
use philia_companion::revision::Thing;
use philia_mind::Profile;
use serde_json::{Map, Value};

/// The person's own settings.
#[utoipa::path(
    get,
    path = "/api/settings",
    tag = "Settings",
    responses((status = 200, description = "It is so", body = Profile))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Revised<Profile>, Problem> {
    params.done()?;
    let person = caller.person().await?;
    let version = person.revision(Thing::Profile).await?;
    Ok(Revised(version, person.profile().await?))
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
    editor: Editor,
    params: Params,
    Body(mut patch): Body<Map<String, Value>>,
) -> Result<Revised<Profile>, Problem> {
    params.done()?;
    patch.values_mut().for_each(whole);
    let person = editor.of(Thing::Profile, None).await?;
    let profile = person.patch_profile(&patch).await?;
    Ok(Revised(person.revised(), profile))
}
