//! `POST /api/admin/incidents/{id}/review`: says what an incident was.

use crate::Door;
use crate::auth::Me;
use crate::extract::{Body, Name, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::{Actor, IncidentView, Verdict};
use philia_ports::PartitionId;
use serde::Deserialize;
use utoipa::ToSchema;

/// What it was.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IncidentReview)]
pub(crate) struct Said {
    /// Whose account, as the list has it.
    #[schema(min_length = 1, max_length = 128, pattern = r"^[^/\x00-\x1f\x7f-\x9f]*$")]
    account: String,
    /// Which of its people, as the list has it.
    #[schema(min_length = 1, max_length = 128, pattern = r"^[^/\x00-\x1f\x7f-\x9f]*$")]
    #[serde(alias = "subject")]
    user: String,
    /// `confirmed` or `false_positive`.
    verdict: Verdict,
}

/// Says what an incident was.
#[utoipa::path(
    post,
    path = "/api/admin/incidents/{id}/review",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id")),
    request_body = Said,
    responses((status = 200, description = "It is so", body = IncidentView))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    Me(me): Me,
    Name(id): Name,
    params: Params,
    Body(Said { account, user, verdict }): Body<Said>,
) -> Result<Json<IncidentView>, Problem> {
    params.done()?;
    let whose = PartitionId::new(account, user).map_err(philia_companion::Error::from)?;
    Ok(Json(door.philia.accounts().review(&whose, &id, verdict, &Actor::of(&me)).await?))
}
