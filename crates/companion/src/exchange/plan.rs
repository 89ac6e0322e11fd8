//! From what was said elsewhere to turns of the log: cleaned, split, paired, in sessions, with lasting names.
//!
//! Pure: the same conversation gives the same plan, so that bringing it in twice changes nothing.

use super::conversation::{Conversation, Skipped, SpokenTurn, skip};
use crate::state::SessionState;
use crate::text::{id_of, legible};
use jiff::{SignedDuration, Timestamp};
use philia_mind::interaction::Stage;
use philia_mind::memory::Speaker;
use philia_mind::{Interaction, InteractionId, PersonaId, SessionId, ThreadId};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The most characters of a speaker's name, of a thread's title, and of a source's name for a message: a record
/// has an end.
const MAX_NAME: usize = 64;
const MAX_TITLE: usize = 120;
const MAX_NATIVE: usize = 256;

/// What a plan depends on besides the conversation.
pub(super) struct Terms {
    /// A gap of this length begins a new session, where the source has none of its own.
    pub(super) session_gap: SignedDuration,
    /// A longer message is split.
    pub(super) max_bytes: usize,
    /// When a turn was said that nothing dates.
    pub(super) now: Timestamp,
    /// Who answers in this person's log.
    pub(super) persona: PersonaId,
}

/// A conversation as it will stand in the log.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// Its thread.
    pub(super) thread: ThreadId,
    /// The thread's name for a person.
    pub(super) title: String,
    /// What the source calls the name of a message; none if it has no names for them.
    pub(super) native_name: Option<&'static str>,
    /// Its sessions, each named by a turn below.
    pub(super) sessions: Vec<SessionState>,
    /// Its turns, in order.
    pub(super) turns: Vec<Planned>,
    /// What is left out, by the parser or here.
    pub(super) skipped: Vec<Skipped>,
    /// Messages that were too long for one turn.
    pub(super) split: usize,
    /// Messages that nothing dates.
    pub(super) undated: usize,
}

/// A turn of the log, and what the source calls its parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Planned {
    pub(super) turn: Interaction,
    /// Index of its session in the plan.
    pub(super) session: usize,
    /// The source's name of the message, and of the reply.
    pub(super) native: [Option<String>; 2],
    /// How many of the source's messages are in it; a further part of a split one counts as none.
    pub(super) messages: usize,
}

/// A message, or a part of a long one.
struct Part<'a> {
    said: &'a SpokenTurn,
    text: String,
    at: Timestamp,
    /// Its number among the parts of its message.
    part: usize,
    /// Its place among the conversation's messages.
    position: usize,
}

/// One or two parts that become a turn.
struct Exchange<'a> {
    message: Option<Part<'a>>,
    reply: Option<Part<'a>>,
}

impl<'a> Exchange<'a> {
    fn first(&self) -> Option<&Part<'a>> {
        self.message.as_ref().or(self.reply.as_ref())
    }

    fn last(&self) -> Option<&Part<'a>> {
        self.reply.as_ref().or(self.message.as_ref())
    }
}

/// Plans a conversation.
pub(super) fn plan(conversation: &Conversation, terms: &Terms) -> Plan {
    let mut plan = Plan {
        thread: ThreadId::new(format!("{}-{}", conversation.format, name_of(conversation, &["thread"]))),
        title: short(&conversation.title, MAX_TITLE),
        native_name: conversation.format.native_name(),
        sessions: Vec::new(),
        turns: Vec::new(),
        skipped: conversation.skipped.clone(),
        split: 0,
        undated: conversation.turns.iter().filter(|turn| turn.at.is_none()).count(),
    };
    let parts = parts(conversation, terms, &mut plan);
    let mut names = HashMap::new();
    let mut sittings: HashMap<&str, usize> = HashMap::new();
    let mut last: Option<Timestamp> = None;
    for exchange in paired(parts) {
        let (Some(first), Some(end)) = (exchange.first(), exchange.last()) else { continue };
        let id = turn_id(conversation, first, &mut names);
        let fresh = || {
            let own = first.said.session.as_deref();
            let id = own.map_or_else(|| id.as_str().to_owned(), |own| format!("session {own}"));
            SessionState {
                id: SessionId::new(format!("{}-{}", conversation.format, name_of(conversation, &["session", &id]))),
                thread: plan.thread.clone(),
                started_at: first.at,
                last_at: first.at,
                turns: 0,
            }
        };
        let session = match first.said.session.as_deref() {
            Some(own) => *sittings.entry(own).or_insert_with(|| {
                plan.sessions.push(fresh());
                plan.sessions.len() - 1
            }),
            None => {
                let apart = last.is_none_or(|last| first.at.duration_since(last) >= terms.session_gap);
                if apart || plan.sessions.is_empty() {
                    plan.sessions.push(fresh());
                }
                plan.sessions.len() - 1
            }
        };
        last = Some(end.at);
        let sitting = &mut plan.sessions[session];
        let number = sitting.turns;
        sitting.turns += 1;
        sitting.started_at = sitting.started_at.min(first.at);
        sitting.last_at = sitting.last_at.max(first.at);
        let context = (&*sitting, number);
        let turn = interaction(conversation, terms, id, context, &exchange);
        let native = [&exchange.message, &exchange.reply]
            .map(|part| Some(short(part.as_ref()?.said.native_id.as_deref()?, MAX_NATIVE)));
        let whole = [&exchange.message, &exchange.reply].into_iter().flatten().filter(|part| part.part == 0).count();
        plan.turns.push(Planned { turn, session, native, messages: whole });
    }
    plan
}

/// The messages without what cannot be kept, each short enough, each with a time of its own.
fn parts<'a>(conversation: &'a Conversation, terms: &Terms, plan: &mut Plan) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = Vec::with_capacity(conversation.turns.len());
    let mut clock = Clock::default();
    for (position, said) in conversation.turns.iter().enumerate() {
        let text = legible(&said.text);
        let text = text.trim();
        if text.is_empty() {
            skip(&mut plan.skipped, "messages without words", 1);
            continue;
        }
        let pieces = pieces(text, terms.max_bytes);
        plan.split += usize::from(pieces.len() > 1);
        parts.extend(pieces.into_iter().enumerate().map(|(part, text)| Part {
            said,
            text: text.to_owned(),
            at: clock.next(said.at.unwrap_or(terms.now)),
            part,
            position,
        }));
    }
    parts
}

/// Keeps messages of one time in their order, each a microsecond after the one before. Nothing else moves a time:
/// a message with a wrong date must not drag the rest along.
#[derive(Default)]
struct Clock {
    /// The last time as the source gave it, and as it was kept.
    last: Option<(Timestamp, Timestamp)>,
}

impl Clock {
    fn next(&mut self, given: Timestamp) -> Timestamp {
        let after = |kept: Timestamp| kept.saturating_add(SignedDuration::from_micros(1)).unwrap_or(kept);
        let kept = match self.last {
            Some((before, kept)) if given >= before && given <= kept => after(kept),
            _ => given,
        };
        self.last = Some((given, kept));
        kept
    }
}

/// A message of the person's with the companion's answer, where that comes next in the same session.
fn paired(parts: Vec<Part<'_>>) -> Vec<Exchange<'_>> {
    let mut exchanges: Vec<Exchange<'_>> = Vec::with_capacity(parts.len());
    for part in parts {
        let open = exchanges.last_mut().filter(|last| {
            let asks =
                |message: &Part<'_>| message.said.speaker == Speaker::User && message.said.session == part.said.session;
            last.reply.is_none() && last.message.as_ref().is_some_and(asks)
        });
        match (&part.said.speaker, open) {
            (Speaker::Companion, Some(open)) => open.reply = Some(part),
            (Speaker::Companion, None) => exchanges.push(Exchange { message: None, reply: Some(part) }),
            _ => exchanges.push(Exchange { message: Some(part), reply: None }),
        }
    }
    exchanges
}

fn interaction(
    conversation: &Conversation,
    terms: &Terms,
    id: InteractionId,
    (session, number): (&SessionState, u64),
    exchange: &Exchange<'_>,
) -> Interaction {
    let at = exchange.first().map_or(terms.now, |first| first.at);
    let speaker = match exchange.message.as_ref().map(|message| &message.said.speaker) {
        Some(Speaker::Other(name)) => Some(short(name, MAX_NAME)),
        _ => None,
    };
    let text = |part: &Option<Part<'_>>| part.as_ref().map(|part| part.text.clone());
    Interaction {
        id,
        thread: session.thread.clone(),
        session: session.id.clone(),
        turn: number,
        persona: terms.persona.clone(),
        channel: conversation.format.source(),
        at,
        message: text(&exchange.message).unwrap_or_default(),
        speaker,
        stage: Stage::Imported,
        reply: text(&exchange.reply),
        replied_at: exchange.reply.as_ref().map(|reply| reply.at),
        cancelled: false,
        redacted: false,
        mood_before: None,
        mood_after: None,
        felt: None,
        thought: None,
        bond: None,
        used: Vec::new(),
        model: None,
        fallback: Vec::new(),
        prompt_tokens: 0,
        completion_tokens: 0,
        latency: Vec::new(),
        security: None,
        degraded: Vec::new(),
    }
}

/// The name of a turn, from the source's name of its first message (or its position) and the words. The same
/// words under the same name are told apart by their order.
fn turn_id(conversation: &Conversation, first: &Part<'_>, names: &mut HashMap<String, usize>) -> InteractionId {
    let position = first.position.to_string();
    let native = first.said.native_id.as_deref().unwrap_or(&position);
    let name = name_of(conversation, &["turn", native, &first.part.to_string(), &first.said.text]);
    let times = names.entry(name.clone()).and_modify(|times| *times += 1).or_insert(0);
    let again = if *times == 0 { String::new() } else { format!("-{times}") };
    InteractionId::new(format!("{}-{name}{again}", conversation.format))
}

/// A short name from what makes a conversation this one, and what makes a part of it this part.
fn name_of(conversation: &Conversation, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in [conversation.format.as_str(), &conversation.identity].iter().chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    id_of(hash)
}

/// The first characters of a name, without those that cannot be shown.
fn short(name: &str, max: usize) -> String {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(max).collect();
    shown.trim().to_owned()
}

/// A text in pieces of at most `max` bytes (never fewer than 4), cut after a paragraph, a line, a sentence or a
/// word, as late as possible.
fn pieces(mut text: &str, max: usize) -> Vec<&str> {
    const SEAMS: &[&str] = &["\n\n", "\n", ". ", "! ", "? ", "。", " "];
    let max = max.max(4);
    let mut pieces = Vec::new();
    while text.len() > max {
        let head = &text[..text.floor_char_boundary(max)];
        // A seam in the first half would make crumbs of the text.
        let seam = SEAMS.iter().find_map(|seam| {
            let end = head.rfind(seam)? + seam.len();
            (end > head.len() / 2).then_some(end)
        });
        let (piece, rest) = text.split_at(seam.unwrap_or(head.len()));
        pieces.push(piece.trim_end());
        text = rest.trim_start();
    }
    if !text.is_empty() {
        pieces.push(text);
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::*;
    use proptest::prelude::*;

    fn terms() -> Terms {
        Terms {
            session_gap: SignedDuration::from_mins(30),
            max_bytes: 1000,
            now: "2026-01-01T00:00:00Z".parse().unwrap(),
            persona: PersonaId::new("ori"),
        }
    }

    fn said(speaker: Speaker, text: &str, at: &str) -> SpokenTurn {
        SpokenTurn {
            speaker,
            text: text.into(),
            at: (!at.is_empty()).then(|| format!("2024-03-01T{at}Z").parse().unwrap()),
            native_id: None,
            session: None,
        }
    }

    fn chat(turns: Vec<SpokenTurn>) -> Conversation {
        Conversation { turns, ..Conversation::new(Format::SillyTavern, "one".into(), "Tea".into()) }
    }

    #[test]
    fn answers_join_their_questions_and_gaps_part_sessions() {
        let plan = plan(
            &chat(vec![
                said(Speaker::Companion, "Hello.", "09:00:00"),
                said(Speaker::User, "First,", "09:01:00"),
                said(Speaker::User, "and second.", "09:01:00"),
                said(Speaker::Companion, "Both heard.", "09:40:00"),
                said(Speaker::Companion, "Really.", "09:41:00"),
                said(Speaker::Other("Pel".into()), "Me too!", "10:11:00"),
                said(Speaker::User, " \u{7} ", "10:12:00"),
            ]),
            &terms(),
        );
        let told: Vec<_> = plan
            .turns
            .iter()
            .map(|p| {
                (p.turn.message.as_str(), p.turn.reply.as_deref(), p.turn.speaker.as_deref(), p.session, p.turn.turn)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("", Some("Hello."), None, 0, 0),
                ("First,", None, None, 0, 1),
                ("and second.", Some("Both heard."), None, 0, 2),
                ("", Some("Really."), None, 0, 3),
                ("Me too!", None, Some("Pel"), 1, 0),
            ]
        );
        assert_eq!(plan.turns[2].turn.at.to_string(), "2024-03-01T09:01:00.000001Z", "same time, later in order");
        assert_eq!(plan.skipped, [Skipped { why: "messages without words".into(), count: 1 }]);
        assert_eq!(plan.sessions.iter().map(|s| s.turns).collect::<Vec<_>>(), [4, 1]);
    }

    #[test]
    fn a_wrong_date_drags_nothing_along() {
        let turns = ["09:00:00", "23:00:00", "09:01:00", "09:01:00"].map(|at| said(Speaker::User, "Hm.", at));
        let plan = plan(&chat(turns.into()), &terms());
        let kept: Vec<String> = plan.turns.iter().map(|planned| planned.turn.at.to_string()).collect();
        assert_eq!(
            kept,
            ["2024-03-01T09:00:00Z", "2024-03-01T23:00:00Z", "2024-03-01T09:01:00Z", "2024-03-01T09:01:00.000001Z"]
        );
    }

    #[test]
    fn names_last_and_differ() {
        let base = chat(vec![said(Speaker::User, "Hm.", ""), said(Speaker::User, "Hm.", "")]);
        let ids = |conversation: &Conversation| -> Vec<String> {
            plan(conversation, &terms()).turns.into_iter().map(|planned| planned.turn.id.into()).collect()
        };
        let mut longer = base.clone();
        longer.turns.push(said(Speaker::User, "More.", "11:00:00"));
        assert_eq!(ids(&base), ids(&longer)[..2], "an export that has grown keeps its names");
        let mut other = base.clone();
        other.identity = "another".into();
        let all: std::collections::HashSet<String> = ids(&base).into_iter().chain(ids(&other)).collect();
        assert_eq!(all.len(), 4);

        let mut same = base.clone();
        same.turns.iter_mut().for_each(|turn| turn.native_id = Some("n".into()));
        assert_eq!(ids(&same).into_iter().collect::<std::collections::HashSet<_>>().len(), 2);
    }

    #[test]
    fn a_long_message_becomes_several_turns() {
        let long = "One sentence that says a little. ".repeat(100);
        let plan = plan(
            &chat(vec![said(Speaker::User, &long, "09:00:00"), said(Speaker::Companion, "I see.", "09:01:00")]),
            &terms(),
        );
        assert_eq!((plan.split, plan.turns.len()), (1, 4));
        assert!(
            plan.turns.iter().all(|planned| planned.turn.message.ends_with('.') && planned.turn.message.len() <= 1000)
        );
        assert_eq!(plan.turns[3].turn.reply.as_deref(), Some("I see."));
        assert_eq!(plan.turns.iter().map(|planned| planned.messages).sum::<usize>(), 2);
    }

    proptest! {
        #[test]
        fn pieces_lose_nothing_but_space(text in "[a-z ñ漢👩\u{200d}\n.]{0,300}", max in 1usize..60) {
            let words = |text: &str| text.split_whitespace().collect::<String>();
            let cut = pieces(text.trim(), max);
            prop_assert!(cut.iter().all(|piece| piece.len() <= max.max(4) && !piece.is_empty()));
            prop_assert_eq!(words(&cut.concat()), words(&text));
        }
    }
}
