//! `PUT /api/admin/users/{id}/limits`: the limits of one account, instead of its role's.

use crate::Door;
use crate::auth::Me;
use crate::extract::{Fields, Name, Params};
use crate::problem::Problem;
use crate::revision::{Revised, Seen};
use axum::extract::State;
use philia_companion::accounts::{AccountView, Actor, OwnLimits};

/// The limits of one account, instead of its role's.
#[utoipa::path(
    put,
    path = "/api/admin/users/{id}/limits",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    request_body = OwnLimits,
    responses((status = 200, description = "It is so", body = AccountView))
)]
pub(crate) async fn put(
    State(door): State<Door>,
    Me(me): Me,
    seen: Seen,
    Name(id): Name,
    params: Params,
    Fields(limits): Fields<OwnLimits>,
) -> Result<Revised<AccountView>, Problem> {
    params.done()?;
    let fits = |account: &AccountView| seen.fits(account.revision());
    let account = door.philia.accounts().set_limits(&id, limits, &Actor::of(&me), fits).await?;
    Ok(Revised(account.revision(), account))
}
