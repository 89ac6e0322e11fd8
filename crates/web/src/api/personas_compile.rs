//! `POST /api/personas/compile`: the system prompt that a character makes, as a provider's dialect wants it.

use super::characters;
use crate::MAX_CARD_BYTES;
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::tokens::estimate_tokens;
use philia_mind::prompt::{CompileInput, Dialect, Living, Place, compile};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The tokens of a prompt, where nothing is said of them.
const BUDGET: usize = 4_000;

/// The most tokens of a prompt.
const MOST: usize = 1_000_000;

/// What is to be compiled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Compile)]
pub(crate) struct Asked {
    /// A character by id,
    id: Option<String>,
    /// or as it is written.
    #[schema(value_type = Option<super::openapi::Character>)]
    persona: Option<Value>,
    /// For whom: `system`, `developer`, `gemini` or `plain`.
    #[schema(pattern = "^(system|developer|gemini|plain)$")]
    dialect: Option<String>,
    /// Tokens that all of it may take, 1 to [`MOST`].
    #[schema(minimum = 1, maximum = 1000000)]
    budget: Option<usize>,
}

/// What it makes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Compiled {
    persona: String,
    dialect: &'static str,
    budget: usize,
    /// About how many tokens it takes. More than the budget only where the rules of care need them.
    tokens: usize,
    sections: Vec<Section>,
}

/// A part of the prompt.
#[derive(Serialize, ToSchema)]
struct Section {
    /// Where it goes.
    place: &'static str,
    text: String,
    tokens: usize,
}

impl From<(Place, String)> for Section {
    fn from((place, text): (Place, String)) -> Self {
        let place = match place {
            Place::System => "system",
            Place::Developer => "developer",
            Place::SystemInstruction => "system_instruction",
            Place::Text => "text",
        };
        Self { place, tokens: estimate_tokens(&text), text }
    }
}

/// The system prompt that a character makes, as a provider's dialect wants it.
#[utoipa::path(
    post,
    path = "/api/personas/compile",
    tag = "Characters",
    request_body = Asked,
    responses((status = 200, description = "It is so", body = Compiled))
)]
pub(crate) async fn post(
    caller: Caller,
    params: Params,
    Body(asked): Body<Asked, MAX_CARD_BYTES>,
) -> Result<Json<Compiled>, Problem> {
    params.done()?;
    let dialect = dialect(asked.dialect.as_deref())?;
    let budget = asked.budget.unwrap_or(BUDGET);
    if !(1..=MOST).contains(&budget) {
        return Err(Problem::invalid(format!("budget is {budget}; allowed: 1 to {MOST} tokens")));
    }
    let person = caller.person().await?;
    let persona = match (asked.id, asked.persona) {
        (Some(id), None) => person.find_persona(&id).await?,
        (None, Some(written)) => {
            let read = characters::read(written, &person.personas().await?);
            read.map_err(|findings| characters::unsound(&findings))?.1
        }
        _ => return Err(Problem::refused("name one character: by id, or written out in persona")),
    };
    let profile = person.profile().await?;
    let prompt = compile(&CompileInput {
        persona: &persona,
        living: Living::default(),
        mood: None,
        user: profile.display_name.as_deref(),
        budget,
        estimate: &estimate_tokens,
    });
    let sections: Vec<Section> = prompt.sections(dialect).into_iter().map(Section::from).collect();
    let tokens = sections.iter().map(|section| section.tokens).sum();
    Ok(Json(Compiled { persona: persona.id.clone(), dialect: dialect.as_str(), budget, tokens, sections }))
}

fn dialect(name: Option<&str>) -> Result<Dialect, Problem> {
    let Some(name) = name else { return Ok(Dialect::System) };
    Dialect::ALL.into_iter().find(|dialect| dialect.as_str() == name).ok_or_else(|| {
        let known = Dialect::ALL.map(Dialect::as_str).join(", ");
        Problem::invalid(format!("dialect is {name:?}; allowed: {known}"))
    })
}
