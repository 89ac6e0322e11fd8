//! `GET` and `PATCH /api/consents`: what a person has agreed to, and when.

use super::Page;
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::privacy::{Consent, Purpose};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is decided; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decisions {
    /// May the companion write first?
    proactive: Option<bool>,
    /// May words go to the remote models that are configured?
    remote_models: Option<bool>,
    /// May what is said become memories?
    learning: Option<bool>,
    /// May turns count in the operator's figures, without a name?
    statistics: Option<bool>,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// What the person has agreed to, and when.
#[utoipa::path(
    get,
    path = "/api/consents",
    tag = "Privacy",
    responses((status = 200, description = "It is so", body = Page<Consent>))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Page<Consent>>, Problem> {
    params.done()?;
    Ok(Json(Page::of(caller.person().await?.consents().await?, None)))
}

/// Notes what the person decides.
#[utoipa::path(
    patch,
    path = "/api/consents",
    tag = "Privacy",
    request_body = Decisions,
    responses((status = 200, description = "It is so", body = Page<Consent>))
)]
pub(crate) async fn patch(
    caller: Caller,
    params: Params,
    Body(asked): Body<Decisions>,
) -> Result<Json<Page<Consent>>, Problem> {
    params.done()?;
    let named = [
        (Purpose::Proactive, asked.proactive),
        (Purpose::RemoteModels, asked.remote_models),
        (Purpose::Learning, asked.learning),
        (Purpose::Statistics, asked.statistics),
    ];
    let decided: BTreeMap<Purpose, bool> =
        named.into_iter().filter_map(|(purpose, given)| Some((purpose, given?))).collect();
    Ok(Json(Page::of(caller.person_or(asked.user).await?.decide(&decided).await?, None)))
}
