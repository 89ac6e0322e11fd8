//! `GET /api/memories/retention`: what would go by its age, were it kept for so many days.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::memories::{MOST_DAYS, Retention};

/// What would go by its age, were it kept for so many days.
#[utoipa::path(
    get,
    path = "/api/memories/retention",
    tag = "Memories",
    params(("days" = u32, Query, minimum = 1, maximum = 36500)),
    responses((status = 200, description = "It is so", body = Retention))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Json<Retention>, Problem> {
    let days = params.number("days", 1..=MOST_DAYS as usize);
    params.done()?;
    let days = days.and_then(|days| u32::try_from(days).ok());
    let days = days.ok_or_else(|| Problem::invalid("days: missing; say how many, as in days=365"))?;
    Ok(Json(caller.person().await?.would_go_by_age(days).await?))
}
