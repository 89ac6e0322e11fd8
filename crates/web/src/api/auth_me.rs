//! `GET /api/auth/me`: who asks, and what they may do.

use crate::auth::Me;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use philia_companion::accounts::{Rates, Reach, Role, Scope, Standing, Way};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Who asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct Myself {
    /// The account everything belongs to.
    account: String,
    /// The name they sign in by; none where no login is asked.
    name: Option<String>,
    /// What they are.
    role: Role,
    /// How the account stands.
    standing: Standing,
    /// Whom they may speak for.
    reach: Reach,
    /// What they may do.
    scopes: BTreeSet<Scope>,
    /// By what they came in: `open`, `session` or `key`.
    way: &'static str,
    /// How much they may do; 0 is no limit.
    limits: Rates,
}

/// Who asks, and what they may do.
#[utoipa::path(
    get,
    path = "/api/auth/me",
    tag = "Accounts",
    responses((status = 200, description = "It is so", body = Myself))
)]
pub(crate) async fn get(Me(me): Me, params: Params) -> Result<Json<Myself>, Problem> {
    params.done()?;
    let way = match me.way {
        Way::Open => "open",
        Way::Session(_) => "session",
        Way::Key(_) => "key",
    };
    let identity = (*me).clone();
    Ok(Json(Myself {
        account: identity.account,
        name: identity.name,
        role: identity.role,
        standing: identity.standing,
        reach: identity.reach,
        scopes: identity.scopes,
        way,
        limits: identity.rates,
    }))
}
