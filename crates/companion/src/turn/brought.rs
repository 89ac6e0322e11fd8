//! Brought: what an application that speaks for a person hands in beside the message: its own instructions, the
//! conversation as it holds it, tools it offers.
//!
//! Only the message is a turn. The conversation is read by the model in place of the thread's recent turns, and teaches
//! nothing: what in it was said here is known, and what was said elsewhere was not said to the companion. The log tells
//! which thread it goes on with ([`Person::take_up`]).

use super::hear::cleaned;
use super::{Incoming, Result};
use crate::error::Error;
use crate::person::Person;
use crate::tokens::estimate_tokens;
use jiff::SignedDuration;
use philia_mind::{Interaction, ThreadId};
use philia_ports::model::{ChatMessage, Role, ToolSpec};
use philia_ports::store::{Cursor, Kind, Scan};

/// How far back in the log a conversation is looked for, in turns.
const BACK: usize = 2000;
/// Turns that are read at once.
const PAGE: usize = 50;

/// A message that is delivered again comes within so long after the first time.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// What comes with a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brought {
    /// Instructions of the application. They come after the persona's own.
    pub instructions: Vec<String>,
    /// The conversation before the message, oldest first.
    pub history: Vec<ChatMessage>,
    /// What came after the message: calls of tools, and their results.
    pub since: Vec<ChatMessage>,
    /// Tools the model may want called; the application calls them.
    pub tools: Vec<ToolSpec>,
    /// 0..=2; none leaves it to the configuration.
    pub temperature: Option<f64>,
    /// The most tokens of the reply; none leaves it to the configuration.
    pub max_tokens: Option<u32>,
    /// The reply is to be one JSON object, and nothing is added to it.
    pub json: bool,
}

impl Brought {
    /// Of the conversation, the newest part that fits, oldest first. A tool's result never stands there without its
    /// call.
    pub(super) fn fitting(&self, budget: usize) -> &[ChatMessage] {
        let mut left = budget;
        let mut first = self.history.len();
        while let Some(earlier) = first.checked_sub(1) {
            let Some(rest) = left.checked_sub(cost(&self.history[earlier])) else { break };
            (left, first) = (rest, earlier);
        }
        let whole = self.history[first..].iter().position(|message| message.role != Role::Tool);
        &self.history[whole.map_or(self.history.len(), |skipped| first + skipped)..]
    }

    /// Tokens that do not depend on what is left out.
    pub(super) fn tokens(&self) -> usize {
        let instructions: usize = self.instructions.iter().map(|text| estimate_tokens(text)).sum();
        let tools = self.tools.iter().map(|tool| estimate_tokens(&tool.description) + 50).sum::<usize>();
        instructions + tools + self.since.iter().map(cost).sum::<usize>()
    }
}

fn cost(message: &ChatMessage) -> usize {
    let calls = message.tool_calls.iter().map(|call| estimate_tokens(&call.arguments) + 10).sum::<usize>();
    estimate_tokens(&message.content) + calls + 4
}

/// A conversation as an application resends it with every message, and what else it says of it.
#[derive(Clone, Debug, Default)]
pub struct Resent {
    /// All of it, oldest first: what the person said last is the message.
    pub messages: Vec<ChatMessage>,
    /// The thread, where the application names it.
    pub thread: Option<ThreadId>,
    /// The application says that it sends this for another time, because it got no answer.
    pub again: bool,
    /// Whom they talk with; the persona of their settings if none is named.
    pub persona: Option<String>,
    /// Nothing of it is to be kept.
    pub unrecorded: bool,
    /// What else it hands in. Its instructions and its conversation are filled in.
    pub with: Brought,
}

impl Person {
    /// What is new in a conversation that an application resends, and the thread it belongs to: where its last exchange
    /// was heard, or a new one.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a conversation in which nobody has said anything, or that ends with the companion's words.
    pub async fn take_up(&self, channel: &str, resent: Resent) -> Result<Incoming> {
        let Resent { messages, thread, again, persona, unrecorded, with } = resent;
        let (system, said): (Vec<_>, Vec<_>) = messages.into_iter().partition(|message| message.role == Role::System);
        let last = said.iter().rposition(|message| message.role == Role::User);
        let last = last.ok_or_else(|| Error::Invalid("messages: there is none of the user's".into()))?;
        let since = &said[last + 1..];
        if since.last().is_some_and(|message| message.role != Role::Tool) {
            return Err(Error::Invalid("messages: the last one must be the user's, or a tool's result".into()));
        }
        let (first, message) = self.not_heard_yet(&said[..=last]).await?;
        let known = match (unrecorded, since.is_empty()) {
            (true, _) | (false, true) if !again => None,
            _ => self.heard_as(&message, None).await?,
        };
        let recent = |turn: &Interaction| self.now().duration_since(turn.at) < AGAIN;
        let known = known.filter(|turn| turn.channel == channel && recent(turn) && !unrecorded);
        let thread = match (thread, &known) {
            (Some(named), _) => named,
            (None, Some(turn)) => turn.thread.clone(),
            (None, None) => self
                .thread_of(&said[..first])
                .await?
                .unwrap_or_else(|| ThreadId::new(format!("{channel}-{}", self.philia().fresh_id()))),
        };
        let brought = Brought {
            instructions: system.into_iter().map(|message| message.content).chain(with.instructions).collect(),
            history: said[..first].to_vec(),
            since: since.to_vec(),
            ..with
        };
        Ok(Incoming {
            thread: Some(thread),
            persona,
            brought: Some(brought),
            goes_on: known.map(|turn| turn.id),
            unrecorded,
            ..Incoming::new(channel, message)
        })
    }

    /// What the person said last, in one message or several, without those that were heard before; and where it begins.
    async fn not_heard_yet(&self, said: &[ChatMessage]) -> Result<(usize, String)> {
        let mut first = said.len() - 1;
        while let Some(earlier) = first.checked_sub(1).filter(|earlier| said[*earlier].role == Role::User) {
            if self.heard_as(&said[earlier].content, None).await?.is_some() {
                break;
            }
            first = earlier;
        }
        let texts: Vec<&str> = said[first..].iter().map(|message| message.content.as_str()).collect();
        Ok((first, texts.join("\n\n")))
    }

    /// The thread in which a conversation's last exchange was heard.
    async fn thread_of(&self, said: &[ChatMessage]) -> Result<Option<ThreadId>> {
        let answered = |message: &ChatMessage| message.role == Role::Assistant && !message.content.trim().is_empty();
        let Some(reply) = said.iter().rposition(answered) else { return Ok(None) };
        let Some(message) = said[..reply].iter().rfind(|message| message.role == Role::User) else { return Ok(None) };
        let found = self.heard_as(&message.content, Some(&said[reply].content)).await?;
        Ok(found.map(|turn| turn.thread))
    }

    /// The newest turn in which this was said and, if `reply` is given, so answered: where an application's
    /// conversation was before. None if it is not among the last 2,000 turns.
    async fn heard_as(&self, message: &str, reply: Option<&str>) -> Result<Option<Interaction>> {
        let Ok(message) = cleaned(message, usize::MAX) else { return Ok(None) };
        let answered = |turn: &Interaction| {
            let said = turn.reply.as_deref().unwrap_or_default().trim();
            // What broke off and was begun anew stands before it, where a stream could not be taken back.
            reply.is_none_or(|reply| !said.is_empty() && reply.trim_end().ends_with(said))
        };
        let mut seen = 0;
        let mut cursor: Option<Cursor> = None;
        while seen < BACK {
            let scan = Scan { cursor, ..Scan::newest(Kind::Interaction, PAGE) };
            let page = match self.page::<Interaction>(&scan).await {
                // It is answered all the same, as something new.
                Err(error) if error.is_passing() => {
                    tracing::warn!(%error, "the log cannot be read; the conversation counts as a new one");
                    return Ok(None);
                }
                page => page?,
            };
            seen += page.items.len();
            let found = page.items.into_iter().find(|turn| turn.message == message && !turn.redacted && answered(turn));
            if found.is_some() || page.next.is_none() {
                return Ok(found);
            }
            cursor = page.next;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use philia_ports::model::ToolCall;

    #[test]
    fn what_does_not_fit_is_left_out_from_the_beginning_and_no_result_without_its_call() {
        let call = ToolCall { id: "1".into(), name: "f".into(), arguments: "{}".into() };
        let calling = ChatMessage { tool_calls: vec![call], ..ChatMessage::new(Role::Assistant, "") };
        let result = ChatMessage { tool_call_id: Some("1".into()), ..ChatMessage::new(Role::Tool, "sunny") };
        let history = vec![
            ChatMessage::new(Role::User, "What is it like outside?"),
            calling,
            result,
            ChatMessage::new(Role::Assistant, "Sunny."),
        ];
        let brought = Brought { history, ..Brought::default() };
        let all: usize = brought.history.iter().map(cost).sum();
        let first = cost(&brought.history[0]);
        let second = cost(&brought.history[1]);
        for (budget, kept) in [(all, 4), (all - 1, 3), (all - first - 1, 1), (all - first - second, 1), (1, 0), (0, 0)]
        {
            assert_eq!(brought.fitting(budget).len(), kept, "{budget}");
        }
        assert!(Brought::default().fitting(100).is_empty());
    }
}
