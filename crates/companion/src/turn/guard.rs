//! Care and guard: the turns that no model answers.

use super::hear::Turn;
use super::settle::keep;
use super::{Reply, Result, Sink, TurnEvent, Walked};
use crate::person::Person;
use crate::records::draft;
use philia_mind::guard::care::Crisis;
use philia_mind::guard::threat::{self, Threat};
use philia_ports::store::{Change, Kind};
use serde_json::json;

/// The name of the care protocol in the log.
const CARE: &str = "care";

/// Answers someone in need: the persona steps aside, nothing else is asked, no lock is waited for. Such a turn
/// moves neither mood nor bond, and no failure behind it becomes an error before them.
pub(super) async fn care(person: &Person, mut turn: Turn, crisis: Crisis, sink: &Sink) -> Walked {
    let text = person.app.care.answer(crisis, turn.profile.country.as_deref(), turn.profile.display_name.as_deref());
    turn.interaction.security = Some(crisis.as_str().into());
    sink.send(TurnEvent::Text(text.clone())).await;
    let answer = Reply {
        reply: text.clone(),
        model: CARE.into(),
        saved: false,
        degraded: vec!["store".into()],
        ..turn.reply_of(&turn.interaction)
    };
    keep(person, turn, text, CARE.into(), None, Vec::new()).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the care answer was given but could not be kept");
        Walked { reply: answer, learn: None, steps: Vec::new() }
    })
}

/// Answers an attempt to turn the companion into something else: in character, giving nothing away. It is kept
/// as an incident, without the words, and nothing is learned from it.
pub(super) async fn deflect(person: &Person, mut turn: Turn, threat: &Threat, sink: &Sink) -> Result<Walked> {
    let text = threat::reply(threat.kind, &turn.persona);
    turn.interaction.security = Some(threat.kind.as_str().into());
    sink.send(TurnEvent::Text(text.clone())).await;
    let mut besides = Vec::new();
    if turn.version > 0 {
        let incident = json!({
            "interaction": turn.interaction.id,
            "kind": threat.kind.as_str(),
            "confidence": threat.confidence,
            "severity": threat.severity,
        });
        let id = turn.interaction.id.as_str();
        besides.push(Change::Insert(draft(Kind::Incident, id, turn.interaction.at, &incident)?));
    }
    keep(person, turn, text, "guard".into(), None, besides).await
}
