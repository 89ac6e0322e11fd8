//! `GET` and `POST /api/auth/keys`: the API keys of who asks; a new one, which is shown this once.

use super::Page;
use crate::Door;
use crate::auth::Me;
use crate::extract::{Body, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use philia_companion::accounts::{KeyView, NewKey, Reach, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A new key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewKey)]
pub(crate) struct Wanted {
    /// What to call it, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    label: String,
    /// What it may do; everything if nothing is said.
    #[serde(default = "everything")]
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: BTreeSet<Scope>,
    /// The only person it may speak for; anybody of the account if none is named.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 128, pattern = r"^[^/\x00-\x1f\x7f-\x9f]*$")]
    subject: Option<String>,
    /// For how many days it holds; until it is revoked if nothing is said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u32>,
}

fn everything() -> BTreeSet<Scope> {
    BTreeSet::from([Scope::All])
}

impl Wanted {
    pub(crate) fn into_new(self) -> NewKey {
        let Self { label, scopes, subject, days } = self;
        NewKey { label, scopes, reach: subject.map_or(Reach::Any, Reach::One), days }
    }
}

/// A key, and what opens.
#[derive(Serialize, ToSchema)]
#[schema(as = MadeKey)]
pub(crate) struct Made {
    /// The key itself: it is not kept, and never shown again.
    key: String,
    #[serde(flatten)]
    view: KeyView,
}

/// The API keys of who asks.
#[utoipa::path(
    get,
    path = "/api/auth/keys",
    tag = "Accounts",
    responses((status = 200, description = "It is so", body = Page<KeyView>))
)]
pub(crate) async fn get(State(door): State<Door>, Me(me): Me, params: Params) -> Result<Json<Page<KeyView>>, Problem> {
    params.done()?;
    Ok(Json(Page { items: door.philia.accounts().keys(&me).await?, next: None }))
}

/// Makes an API key, which is shown this once.
#[utoipa::path(
    post,
    path = "/api/auth/keys",
    tag = "Accounts",
    request_body = Wanted,
    responses((status = 201, description = "It is made", body = Made))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    Me(me): Me,
    params: Params,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<Made>), Problem> {
    params.done()?;
    let (key, view) = door.philia.accounts().add_key(&me, wanted.into_new()).await?;
    let place = format!("/api/auth/keys/{}", view.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(Made { key, view })))
}
