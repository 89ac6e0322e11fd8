//! Care and guard: the turns that no model answers.

use super::hear::Turn;
use super::settle::{ChangeOfState, keep};
use super::{Reply, Result, Sink, TurnEvent, Walked};
use crate::accounts::incidents;
use crate::person::Person;
use crate::state::CompanionState;
use jiff::{SignedDuration, Timestamp};
use philia_mind::guard::care::{Crisis, Language};
use philia_mind::guard::threat::{self, Escalation, Severity, Threat, ThreatKind};
use philia_ports::cache::CacheKey;
use philia_ports::store::{Kind, Page, Scan};
use philia_ports::{CacheError, PartitionId};
use serde_json::{Value, json};
use std::time::Duration;

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
        Walked { reply: answer, learn: None, steps: Vec::new(), counted: true }
    })
}

/// Answers an attempt to turn the companion into something else: in character, giving nothing away. It is kept
/// as an incident, without the words, and nothing is learned from it. Who goes on trying is answered slowly, then not for
/// a while.
pub(super) async fn deflect(person: &Person, mut turn: Turn, threat: &Threat, sink: &Sink) -> Result<Walked> {
    let at = turn.interaction.at;
    let escalation = match threat.severity {
        Severity::Low => Escalation::Warning,
        _ => Escalation::after(person.offences(at).await),
    };
    let mut besides = Vec::new();
    if turn.version > 0 {
        let id = turn.interaction.id.as_str();
        let mut incident = incident(threat);
        incident["interaction"] = id.into();
        incident["escalation"] = escalation.as_str().into();
        besides.extend(incidents::changes(id, at, &incident)?);
    }
    match escalation {
        Escalation::Warning => {}
        Escalation::Restriction => tokio::time::sleep(person.app.parts.settings.held_back).await,
        Escalation::Suspension => person.pause(person.app.parts.settings.pause).await,
    }
    let language = Language::of_text(&turn.interaction.message, &turn.profile.language);
    let text = threat::reply(threat.kind, &turn.persona, language);
    turn.interaction.security = Some(threat.kind.as_str().into());
    sink.send(TurnEvent::Text(text.clone())).await;
    let hurt = threat.severity == Severity::High && turn.version > 0;
    let state = match hurt.then_some(person.rested(&turn.persona, &turn.profile, at)) {
        Some(state) => Some(state.await?),
        None => None,
    };
    let config = &person.app.parts.settings.life;
    let apply = |state: &mut CompanionState| {
        let life = &mut state.life;
        life.mood = life.mood.felt(threat::HURT, life.baseline.pad, config.half_life_hours, at);
    };
    if let Some(born) = state.as_ref().filter(|state| state.version == 0) {
        besides.push(person.version_record(&born.value.persona, &born.value.life.version)?);
    }
    if let Some(state) = &state {
        let mut after = state.value.clone();
        turn.interaction.mood_before = Some(after.life.mood_at(at, config));
        apply(&mut after);
        turn.interaction.mood_after = Some(after.life.mood_at(at, config));
    }
    let state = state.map(|state| (state, &apply as &ChangeOfState<'_>));
    let walked = keep(person, turn, text, "guard".into(), state, besides).await?;
    if walked.reply.saved {
        person.note_incident(walked.reply.interaction_id.as_str()).await;
    }
    Ok(walked)
}

/// Answers whatever is said while the talk pauses.
pub(super) async fn pause(person: &Person, mut turn: Turn, sink: &Sink) -> Result<Walked> {
    let language = Language::of_text(&turn.interaction.message, &turn.profile.language);
    let text = threat::pause(&turn.persona, language);
    turn.interaction.security = Some(PAUSED.into());
    sink.send(TurnEvent::Text(text.clone())).await;
    keep(person, turn, text, PAUSED.into(), None, Vec::new()).await
}

/// Who answers during a pause, and what the log says of it.
const PAUSED: &str = "paused";

/// An incident, without the words.
pub(crate) fn incident(threat: &Threat) -> Value {
    json!({ "kind": threat.kind.as_str(), "confidence": threat.confidence, "severity": threat.severity })
}

/// What an incident is named by that counts against nobody: what it stood in, or that a reply gave it away.
const NOBODYS: [&str; 5] = ["document", "memory", "conversation", "persona", "leak"];

/// Where it is noted that a person's talk pauses.
pub(crate) fn pause_key(of: &PartitionId) -> std::result::Result<CacheKey, CacheError> {
    CacheKey::new(of, "guard/paused")
}

impl Person {
    /// Attempts of theirs in the last days, without those that were none.
    async fn offences(&self, now: Timestamp) -> usize {
        let since = now.saturating_sub(SignedDuration::from_hours(24 * threat::REMEMBERED_DAYS)).ok();
        let scan = Scan { from: since, ..Scan::newest(Kind::Incident, 20) };
        let page = self.page::<Value>(&scan).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "incidents cannot be read; this one counts as the first");
            Page { items: Vec::new(), next: None }
        });
        // What came in from elsewhere, or what a model let slip, is nobody's doing.
        let counts = |incident: &&Value| {
            !NOBODYS.iter().any(|what| incident.get(what).is_some())
                && incident["review"]["verdict"] != "false_positive"
                && incident["severity"] != Severity::Low.as_str()
        };
        page.items.iter().filter(counts).count()
    }

    /// Notes that an answer gave its instructions away. Nobody is blamed for it; whoever runs the place may want to know.
    pub(super) async fn note_leak(&self, turn: &Turn) {
        if turn.version == 0 {
            return;
        }
        let id = turn.interaction.id.as_str();
        let leak = Threat { kind: ThreatKind::SystemQuery, confidence: 1.0, severity: Severity::Medium };
        let mut incident = incident(&leak);
        incident["leak"] = true.into();
        incident["interaction"] = id.into();
        let noted = async {
            self.commit(incidents::changes(&format!("{id}-leak"), turn.interaction.at, &incident)?.into()).await
        };
        match noted.await {
            Ok(_) => self.note_incident(&format!("{id}-leak")).await,
            Err(error) => tracing::warn!(%error, "that an answer was taken back cannot be noted"),
        }
    }

    /// Stops the talk for a while.
    async fn pause(&self, length: Duration) {
        if length.is_zero() {
            return;
        }
        let paused = async { self.app.parts.cache.set(&pause_key(self.id())?, vec![1], length).await };
        if let Err(error) = paused.await {
            tracing::warn!(%error, "the pause cannot be noted; the talk goes on");
        }
    }

    /// Does the talk pause? A cache that does not answer lets it go on.
    pub(super) async fn is_paused(&self) -> bool {
        let Ok(key) = pause_key(self.id()) else { return false };
        matches!(self.app.parts.cache.get(&key).await, Ok(Some(_)))
    }
}
