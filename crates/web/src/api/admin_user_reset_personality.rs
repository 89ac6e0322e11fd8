//! `POST /api/admin/users/{id}/reset-personality`: makes a companion a newborn again; memories stay.

use crate::Door;
use crate::auth::Me;
use crate::extract::{Body, Name, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::{Actor, OWN_SUBJECT};
use philia_companion::personality::Personality;
use serde::Deserialize;
use utoipa::ToSchema;

/// Whose companion, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonalityReset)]
pub(crate) struct Wanted {
    /// Which of the account's people; its owner if nobody is named.
    #[schema(min_length = 1, max_length = 128, pattern = r"^[^/\x00-\x1f\x7f-\x9f]*$")]
    subject: Option<String>,
    /// Which companion; whom they have chosen if none is named.
    persona: Option<String>,
    /// Why, 1 to 500 characters; kept with the new version.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Makes a companion a newborn again, as a new version; what is remembered stays.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/reset-personality",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    request_body = Wanted,
    responses((status = 200, description = "It is so", body = Personality))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    Me(me): Me,
    Name(id): Name,
    params: Params,
    Body(Wanted { subject, persona, reason }): Body<Wanted>,
) -> Result<Json<Personality>, Problem> {
    params.done()?;
    let subject = subject.as_deref().unwrap_or(OWN_SUBJECT);
    let (accounts, by) = (door.philia.accounts(), Actor::of(&me));
    Ok(Json(accounts.reset_personality(&id, subject, persona.as_deref(), &reason, &by).await?))
}
