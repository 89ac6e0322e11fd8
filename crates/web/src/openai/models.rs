//! `GET /v1/models` and `/v1/models/{id}`: the characters, as models.

use super::CHOSEN;
use crate::extract::{Caller, Name, Params};
use crate::problem::Problem;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// A character, as a model.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenAiModel)]
pub(crate) struct Model {
    id: String,
    #[schema(pattern = "^model$")]
    object: &'static str,
    /// In seconds since 1970; always 0.
    created: i64,
    owned_by: &'static str,
    /// Who it is.
    name: String,
}

/// All of them.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenAiModels)]
pub(crate) struct Models {
    #[schema(pattern = "^list$")]
    object: &'static str,
    data: Vec<Model>,
}

impl Model {
    fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), object: "model", created: 0, owned_by: "philia", name: name.into() }
    }
}

async fn all(caller: Caller) -> Result<Vec<Model>, Problem> {
    let person = caller.person().await?;
    let all = person.personas().await?;
    let chosen = person.profile().await?.persona;
    let name = all.get(&chosen).map_or_else(|_| chosen.clone(), |persona| persona.name.clone());
    let one_by_one = all.all().map(|persona| Model::new(&persona.id, &persona.name));
    Ok([Model::new(CHOSEN, name)].into_iter().chain(one_by_one).collect())
}

/// The characters, as models; `philia` is whomever the person has chosen.
#[utoipa::path(
    get,
    path = "/v1/models",
    tag = "OpenAI",
    responses((status = 200, description = "It is so", body = Models))
)]
pub(crate) async fn list(caller: Caller, params: Params) -> Result<Json<Models>, Problem> {
    params.done()?;
    Ok(Json(Models { object: "list", data: all(caller).await? }))
}

/// One character, as a model.
#[utoipa::path(
    get,
    path = "/v1/models/{id}",
    tag = "OpenAI",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is so", body = Model))
)]
pub(crate) async fn one(caller: Caller, Name(id): Name, params: Params) -> Result<Json<Model>, Problem> {
    params.done()?;
    let found = all(caller).await?.into_iter().find(|model| model.id == id);
    found.map(Json).ok_or_else(|| Problem::not_found("model", id))
}
