//! `POST /api/personality/restore`: brings the traits of an earlier version back, as a new version.

use super::personality_set::BY;
use crate::extract::{Body, Params};
use crate::problem::Problem;
use crate::revision::{Editor, Revised};
use philia_companion::personality::{Personality, Setting};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to be brought back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RestorePersonality)]
pub(crate) struct Restore {
    /// Whose traits, by id.
    persona: Option<String>,
    /// The number of the version.
    #[schema(maximum = 4294967295_u64)]
    version: u32,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "\\S")]
    reason: String,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// Brings the traits of an earlier version back, as a new version.
#[utoipa::path(
    post,
    path = "/api/personality/restore",
    tag = "Personality",
    request_body = Restore,
    responses((status = 200, description = "It is so", body = Personality))
)]
pub(crate) async fn post(
    editor: Editor,
    params: Params,
    Body(asked): Body<Restore>,
) -> Result<Revised<Personality>, Problem> {
    params.done()?;
    let person = editor.of_companion(asked.persona.as_deref(), asked.user).await?;
    let setting = Setting::Restore { version: asked.version };
    let personality = person.set_personality(asked.persona.as_deref(), &setting, BY, &asked.reason).await?;
    Ok(Revised(person.revised(), personality))
}
