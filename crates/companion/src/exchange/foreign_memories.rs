//! Memories from other memory systems: what they concluded, rather than what was said. Parsers are pure and tolerant, as
//! those of conversations; [`Person::import_memories`](crate::Person::import_memories) writes what they read.

use super::conversation::{Skipped, skip};
use super::dates;
use super::file::{FormatError, kind_of, looks_like, reason, value_looks_like};
use crate::edit::NewMemory;
use crate::knowledge::{Entity, Relation, notes_of};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A kind of file that holds memories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MemoryFormat {
    /// What Mem0 hands out: a list of memories, or an answer that holds one.
    Mem0,
    /// The file of the knowledge-graph memory server for MCP.
    McpMemory,
}

/// Memories of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForeignMemories {
    /// Each with the source's own name for it, or its text where it has none.
    pub memories: Vec<(String, NewMemory)>,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
}

impl MemoryFormat {
    /// Every format, in order.
    pub const ALL: &'static [Self] = &[Self::Mem0, Self::McpMemory];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mem0 => "mem0",
            Self::McpMemory => "mcp-memory",
        }
    }

    /// What a file of this kind is, for a person.
    pub const fn described(self) -> &'static str {
        match self {
            Self::Mem0 => "an export of Mem0 (a JSON list of memories, or an object with \"results\" or \"memories\")",
            Self::McpMemory => "the memory of MCP's knowledge-graph server (one entity or relation a line)",
        }
    }

    /// Reads a file of this kind. Of a file with several people's memories, `of` says whose are meant. Times that name
    /// no zone of their own are taken to be in `zone`.
    ///
    /// # Errors
    /// [`FormatError`] with what was expected, what was found, and where; and if the memories are of several people and
    /// `of` does not say whose are meant.
    pub fn parse(self, bytes: &[u8], of: Option<&str>, zone: &TimeZone) -> Result<ForeignMemories, FormatError> {
        let text = super::file::text_of(bytes, self.described())?;
        let read = match self {
            Self::Mem0 => mem0(text, of, zone)?,
            Self::McpMemory => mcp_memory(text)?,
        };
        if read.memories.is_empty() {
            return Err(FormatError::Nothing { expected: self.described() });
        }
        Ok(read)
    }

    /// The source that records of this import name.
    pub(super) fn source(self) -> String {
        format!("import:{self}")
    }
}

impl fmt::Display for MemoryFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MemoryFormat {
    type Err = crate::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|format| format.as_str() == name.to_lowercase()).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.as_str()).collect();
            crate::Error::Invalid(format!("{name:?} is no format of memories; there are {}", names.join(", ")))
        })
    }
}

fn mem0(text: &str, of: Option<&str>, zone: &TimeZone) -> Result<ForeignMemories, FormatError> {
    let expected = MemoryFormat::Mem0.described();
    let whole = super::file::json_of(text, expected)?;
    let list = [&whole, &whole["results"], &whole["memories"]].into_iter().find_map(Value::as_array);
    let list = list.ok_or_else(|| FormatError::WrongKind { expected, found: value_looks_like(&whole) })?;
    let owners: BTreeSet<&str> = list.iter().filter_map(|memory| memory["user_id"].as_str()).collect();
    if let (None, true) = (of, owners.len() > 1) {
        let some: Vec<&str> = owners.iter().copied().take(5).collect();
        return Err(FormatError::Malformed {
            place: "user_id".into(),
            expected: "the memories of one person, or to be told whose are meant".into(),
            found: format!(
                "those of {} ({}{})",
                owners.len(),
                some.join(", "),
                if owners.len() > 5 { ", ..." } else { "" }
            ),
        });
    }
    let mut read = ForeignMemories::default();
    for memory in list {
        let owner = memory["user_id"].as_str();
        if of.is_some() && owner != of {
            skip(&mut read.skipped, "memories of other people", 1);
            continue;
        }
        let told = [&memory["memory"], &memory["data"]["memory"], &memory["text"], &memory["content"]];
        let Some(content) = told.into_iter().find_map(Value::as_str).filter(|text| !text.trim().is_empty()) else {
            skip(&mut read.skipped, &format!("{} without a text", kind_of(memory)), 1);
            continue;
        };
        let mut metadata: Map<String, Value> = memory["metadata"].as_object().cloned().unwrap_or_default();
        for mark in ["agent_id", "app_id", "run_id", "expiration_date"] {
            if !memory[mark].is_null() {
                metadata.insert(mark.into(), memory[mark].clone());
            }
        }
        let tags = memory["categories"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let new = NewMemory {
            content: content.to_owned(),
            tags: tags.map(str::to_owned).collect(),
            occurred_at: ["created_at", "timestamp"].iter().find_map(|field| dates::instant(&memory[*field], zone)),
            metadata: metadata.into_iter().collect(),
            ..NewMemory::default()
        };
        read.memories.push((memory["id"].as_str().unwrap_or(content).to_owned(), new));
    }
    Ok(read)
}

fn mcp_memory(text: &str) -> Result<ForeignMemories, FormatError> {
    let expected = MemoryFormat::McpMemory.described();
    let mut read = ForeignMemories::default();
    let (mut entities, mut relations) = (Vec::new(), Vec::new());
    let mut take = |value: Value| -> bool {
        let is = value["type"].as_str().map(str::to_owned);
        let entity = || serde_json::from_value::<Entity>(value.clone()).ok();
        let relation = || serde_json::from_value::<Relation>(value.clone()).ok();
        match is.as_deref() {
            Some("relation") => relation().map(|relation| relations.push(relation)).is_some(),
            _ => {
                entity().map(|entity| entities.push(entity)).is_some()
                    || relation().map(|relation| relations.push(relation)).is_some()
            }
        }
    };
    // The file has a line for each; what the server's tool answers is one object.
    if let Ok(whole) = serde_json::from_str::<Value>(text)
        && (whole["entities"].is_array() || whole["relations"].is_array())
    {
        for part in ["entities", "relations"].iter().filter_map(|name| whole[*name].as_array()).flatten() {
            if !take(part.clone()) {
                skip(&mut read.skipped, "entries that are neither entity nor relation", 1);
            }
        }
    } else {
        let mut any = false;
        for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str::<Value>(line) {
                Ok(value) if take(value.clone()) => any = true,
                _ if !any => return Err(FormatError::WrongKind { expected, found: looks_like(text) }),
                Ok(_) => skip(&mut read.skipped, "lines that are neither entity nor relation", 1),
                Err(error) => skip(&mut read.skipped, &format!("line {}: no JSON ({})", n + 1, reason(&error)), 1),
            }
        }
    }
    read.memories = notes_of(entities, relations).into_iter().map(|new| (new.content.clone(), new)).collect();
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: MemoryFormat, text: &str, of: Option<&str>) -> Result<ForeignMemories, FormatError> {
        format.parse(text.as_bytes(), of, &TimeZone::UTC)
    }

    const MEM0: &str = r#"{"results":[
        {"id":"1","memory":"Keeps bees","user_id":"mira","categories":["hobbies"],"metadata":{"from":"a"},
         "created_at":"2024-07-01T12:00:00-07:00","run_id":"r"},
        {"id":"2","memory":"Sings bass","user_id":"tom"},
        {"id":"3","user_id":"mira"}]}"#;

    #[test]
    fn mem0s_memories_are_read_of_one_person() {
        let mine = read(MemoryFormat::Mem0, MEM0, Some("mira")).unwrap();
        assert_eq!(mine.memories.len(), 1);
        let (id, new) = &mine.memories[0];
        assert_eq!(
            (id.as_str(), new.content.as_str(), new.tags.as_slice()),
            ("1", "Keeps bees", &["hobbies".into()][..])
        );
        assert_eq!(new.occurred_at.unwrap().to_string(), "2024-07-01T19:00:00Z");
        assert_eq!((&new.metadata["from"], &new.metadata["run_id"]), (&Value::from("a"), &Value::from("r")));
        assert_eq!(mine.skipped.iter().map(|skipped| skipped.count).sum::<usize>(), 2);

        let error = read(MemoryFormat::Mem0, MEM0, None).unwrap_err().to_string();
        assert!(error.contains("mira, tom"), "{error}");
        assert_eq!(read(MemoryFormat::Mem0, r#"[{"memory":"Keeps bees"}]"#, None).unwrap().memories.len(), 1);
    }

    #[test]
    fn a_knowledge_graph_is_read_by_line_and_as_a_whole() {
        let entity = r#"{"type":"entity","name":"Ana","entityType":"person","observations":["sings in a choir"]}"#;
        let relation = r#"{"type":"relation","from":"Ana","to":"the choir","relationType":"belongs to"}"#;
        let lines = read(MemoryFormat::McpMemory, &format!("{entity}\n{relation}\n{{\"a\":1}}"), None).unwrap();
        let told: Vec<&str> = lines.memories.iter().map(|(_, new)| new.content.as_str()).collect();
        assert_eq!(told, ["Ana (person)", "Ana: sings in a choir", "Ana belongs to the choir"]);
        assert_eq!(lines.skipped[0].count, 1);
        let whole = format!(r#"{{"entities":[{entity}],"relations":[{relation}]}}"#);
        assert_eq!(read(MemoryFormat::McpMemory, &whole, None).unwrap().memories, lines.memories);
    }

    #[test]
    fn what_holds_no_memories_is_named() {
        for (format, text, found) in [
            (MemoryFormat::Mem0, "", "empty"),
            (MemoryFormat::Mem0, "{\"results\":[", "cut off"),
            (MemoryFormat::Mem0, "{\"mapping\":{}}", "ChatGPT"),
            (MemoryFormat::Mem0, "[]", "no message"),
            (MemoryFormat::McpMemory, "{\"a\":1}", "the fields \"a\""),
            (MemoryFormat::McpMemory, "hello", "plain text"),
        ] {
            let error = read(format, text, None).unwrap_err().to_string();
            assert!(error.contains(found), "{text:?}: {error}");
        }
    }
}
