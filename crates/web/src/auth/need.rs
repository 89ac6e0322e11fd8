//! What a route asks of who calls it, by its address. One table, so that a new route is closed until somebody says
//! whom it is for.

use axum::http::Method;
use philia_companion::accounts::Scope;

/// What a route asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: it is for everybody, and tells nothing of anybody.
    Nothing,
    /// It makes do with whoever it is, or nobody.
    Whoever,
    /// Anybody who has shown who they are, suspended or not.
    Anybody,
    /// Somebody; what they may do is judged by what they ask for.
    Somebody,
    /// Somebody who may say something; care answers even those who may not, so the turn itself decides.
    Words,
    /// Somebody who may do this.
    Scope(Scope),
}

/// What the route asks.
pub(crate) fn of(route: &str, method: &Method) -> Need {
    if let Some(rest) = route.strip_prefix("/v1/agents/") {
        return of_agents(rest, method);
    }
    let mut parts = route.split('/').filter(|part| !part.is_empty());
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Need::Whoever,
        (Some("assets" | "health" | "login" | "docs"), ..) | (Some("api"), Some("openapi.json"), None) => Need::Nothing,
        (Some("metrics"), None, None) => Need::Scope(Scope::Admin),
        (Some("ws"), None, None) => Need::Words,
        (Some("mcp"), None, None) => Need::Somebody,
        (Some("api"), Some("auth"), Some("setup" | "register" | "login" | "refresh" | "reset")) => Need::Nothing,
        (Some("api"), Some("auth"), Some("me" | "logout")) => Need::Anybody,
        (Some("api"), Some("chat"), Some("message" | "stream")) if method == Method::POST => Need::Words,
        (Some("v1"), Some("chat"), _) => Need::Words,
        (Some("v1"), Some("health"), _) => Need::Nothing,
        (Some("v1"), Some("blocks"), _) => Need::Scope(Scope::Memories),
        (Some("v1"), Some("models" | "embeddings"), _) => Need::Scope(Scope::Chat),
        (Some("v1" | "v2" | "v3"), Some("memories" | "ping" | "event" | "entities" | "batch" | "exports"), _)
        | (Some("memories" | "search" | "reset"), ..) => Need::Scope(Scope::Memories),
        (Some("api"), Some(part), third) => Need::Scope(scope(part, third)),
        _ => Need::Scope(Scope::All),
    }
}

/// What the routes of Letta's agents ask.
fn of_agents(rest: &str, method: &Method) -> Need {
    match rest.split('/').nth(1) {
        Some("messages") if method == Method::POST => Need::Words,
        Some("messages") => Need::Scope(Scope::Chat),
        Some("core-memory" | "archival-memory") => Need::Scope(Scope::Memories),
        _ => Need::Scope(Scope::Personas),
    }
}

/// Is the route one of those that clients of other servers call?
pub(crate) fn is_of_clients(route: &str) -> bool {
    let first = route.split('/').find(|part| !part.is_empty());
    !matches!(first, None | Some("api" | "ws" | "metrics" | "assets" | "login" | "health" | "docs"))
}

/// The scope of a part of the API.
fn scope(part: &str, third: Option<&str>) -> Scope {
    match (part, third) {
        ("admin", _) => Scope::Admin,
        ("chat", _) => Scope::Chat,
        ("memories" | "blocks", _) => Scope::Memories,
        ("mood" | "bond" | "personality", _) => Scope::Personality,
        ("personas", _) => Scope::Personas,
        ("documents", _) => Scope::Documents,
        ("tasks", _) => Scope::Tasks,
        ("settings" | "privacy" | "consents", _) => Scope::Settings,
        // Whoever is not named here needs everything: nobody forgets to close a new door.
        _ => Scope::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_ask_for_what_they_are_about() {
        for (route, need) in [
            ("/", Need::Whoever),
            ("/health", Need::Nothing),
            ("/health/{part}", Need::Nothing),
            ("/assets/{version}/{file}", Need::Nothing),
            ("/api/auth/login", Need::Nothing),
            ("/api/auth/me", Need::Anybody),
            ("/api/auth/keys/{id}", Need::Scope(Scope::All)),
            ("/api/chat/message", Need::Words),
            ("/api/chat/history", Need::Scope(Scope::Chat)),
            ("/api/memories/{id}/attachments", Need::Scope(Scope::Memories)),
            ("/api/admin/users", Need::Scope(Scope::Admin)),
            ("/v1/chat/completions", Need::Words),
            ("/v1/agents/", Need::Scope(Scope::Personas)),
            ("/v1/agents/{id}/core-memory/blocks", Need::Scope(Scope::Memories)),
            ("/v1/health/", Need::Nothing),
            ("/v1/models/{id}", Need::Scope(Scope::Chat)),
            ("/metrics", Need::Scope(Scope::Admin)),
            ("/api/new", Need::Scope(Scope::All)),
            ("/new", Need::Scope(Scope::All)),
        ] {
            let method = if route == "/api/chat/message" { Method::POST } else { Method::GET };
            assert_eq!(of(route, &method), need, "{route}");
        }
    }
}
