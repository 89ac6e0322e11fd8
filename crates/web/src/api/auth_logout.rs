//! `POST /api/auth/logout`: ends the session that asks.

use crate::Door;
use crate::auth::{Me, clear_cookie};
use crate::extract::Params;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Ends the session that asks.
#[utoipa::path(
    post,
    path = "/api/auth/logout",
    tag = "Accounts",
    responses((status = 204, description = "It has ended"))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    Me(me): Me,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.done()?;
    door.philia.accounts().sign_out(&me).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(clear_cookie(&headers).map(|line| (header::SET_COOKIE, line)));
    Ok(response)
}
