//! What comes in from elsewhere and gives orders to whoever reads it: kept as the data it is, marked, and noted.

use crate::accounts::incidents;
use crate::error::Error;
use crate::person::Person;
use crate::turn::guard::incident;
use philia_mind::guard::threat::Threat;
use philia_mind::memory::Memory;
use philia_ports::StoreError;
use serde_json::Value;

/// Tag of a memory that gives orders.
pub(crate) const SUSPICIOUS: &str = "suspicious";

impl Person {
    /// Marks the memories that give orders to whoever reads them; the surest of them is handed back.
    pub(crate) fn suspect(&self, memories: &mut [Memory]) -> Option<Threat> {
        let mut surest: Option<Threat> = None;
        for memory in memories {
            let Some(threat) = self.app.threats.known(&memory.content) else { continue };
            if !memory.tags.iter().any(|tag| tag == SUSPICIOUS) {
                memory.tags.push(SUSPICIOUS.into());
            }
            surest = surest.filter(|known| known.confidence >= threat.confidence).or(Some(threat));
        }
        surest
    }

    /// Notes that memories which came in give orders: one incident for all that came together, named by the first. What
    /// fails is told in the log; the tags stand.
    pub(crate) async fn note_planted(&self, new: &[Memory]) {
        let planted = new.iter().filter(|memory| memory.tags.iter().any(|tag| tag == SUSPICIOUS));
        let found = planted.filter_map(|memory| Some((self.app.threats.known(&memory.content)?, memory)));
        let Some((threat, memory)) = found.max_by(|(a, _), (b, _)| a.confidence.total_cmp(&b.confidence)) else {
            return;
        };
        self.note_orders(&threat, "memory", memory.id.as_str()).await;
    }

    /// Writes down that something came in with orders in it, without its words: `what` it is (`memory`, `persona`), and its
    /// id. It counts against nobody.
    pub(crate) async fn note_orders(&self, threat: &Threat, what: &str, id: &str) {
        let name = format!("{what}-{id}");
        let mut incident = incident(threat);
        incident[what] = id.into();
        let noted = async { self.commit(incidents::changes(&name, self.now(), &incident)?.into()).await };
        match noted.await {
            Ok(_) => self.note_incident(&name).await,
            // It is known already.
            Err(Error::Store(StoreError::Conflict(_))) => {}
            Err(error) => tracing::warn!(%error, what, "that something came in with orders in it cannot be noted"),
        }
    }

    /// The surest attempt in a character's texts, if there is any. What cards write for names is none.
    pub(crate) fn suspect_character(&self, fields: &Value) -> Option<Threat> {
        let mut texts = Vec::new();
        gather(fields, &mut texts);
        let found = texts.iter().filter_map(|text| self.app.threats.known(&named(text)));
        found.max_by(|a, b| a.confidence.total_cmp(&b.confidence))
    }
}

/// Every text of a value.
fn gather<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.iter().for_each(|value| gather(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| gather(value, texts)),
        _ => {}
    }
}

/// A text with names where cards write `{{char}}` and `{{user}}`.
fn named(text: &str) -> String {
    ["{{char}}", "{{Char}}", "<BOT>"].iter().fold(
        ["{{user}}", "{{User}}", "<USER>"].iter().fold(text.to_owned(), |text, name| text.replace(name, "the person")),
        |text, name| text.replace(name, "the character"),
    )
}
