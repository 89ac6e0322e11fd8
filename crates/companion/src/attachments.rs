//! Attachments: bytes or a link that hang on a memory.
//!
//! Bytes are named by their SHA-256, so that the same bytes are kept once per person, and go with the last memory that
//! names them.

use crate::blobs::{drop_job, held_by, sha256};
use crate::documents::{bytes_in_words, line};
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::person::Person;
use crate::unit::Unit;
use philia_mind::MemoryId;
use philia_mind::memory::{Attachment, Held, Memory};
use philia_ports::StoreError;
use philia_ports::store::{Change, Kind};

/// The most attachments of a memory.
pub const MOST: usize = 20;
/// The most bytes of a link.
const MOST_LINK: usize = 2000;

impl Person {
    /// Hangs bytes on a memory. The same bytes under the same name again change nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such memory; [`Error::Refused`] for bytes that are too many or none at all,
    /// or a memory that has [`MOST`] attachments already.
    pub async fn attach(&self, id: &MemoryId, name: &str, media_type: Option<&str>, bytes: &[u8]) -> Result<Memory> {
        let most = self.app.parts.settings.attachment_max_bytes;
        let name = named(name);
        if bytes.is_empty() {
            return Err(Error::Refused(format!("{name}: it is empty")));
        }
        if bytes.len() > most {
            let (is, may) = (bytes_in_words(bytes.len()), bytes_in_words(most));
            return Err(Error::Refused(format!("{name}: it has {is}; up to {may} are taken")));
        }
        let blob = sha256(bytes);
        let attachment = Attachment { name, media_type: media(media_type), held: Held::Blob(blob.clone()) };
        let _one_at_a_time = self.among_files().await;
        self.room_on(id, &attachment).await?;
        // Should this break off, the job drops the bytes again.
        let job = drop_job(&[blob.clone()].into(), self.now())?;
        let done = Change::Delete { key: job.key.clone(), expected: None };
        self.commit(vec![Change::Insert(job)]).await?;
        self.put_blob(&blob, bytes).await?;
        self.hang(id, attachment, vec![done]).await
    }

    /// Hangs a link on a memory.
    ///
    /// # Errors
    /// As for [`attach`](Self::attach); [`Error::Invalid`] for what is no link to a web page.
    pub async fn attach_link(&self, id: &MemoryId, name: &str, link: &str) -> Result<Memory> {
        if !is_link(link) || link.len() > MOST_LINK {
            return Err(Error::Invalid(format!(
                "url: it must begin with https:// or http:// and a host (in ASCII, as in xn--mnchen-3ya.de), and have up to \
                 {MOST_LINK} bytes and no space"
            )));
        }
        let attachment =
            Attachment { name: named(name), media_type: "text/uri-list".into(), held: Held::Link(link.into()) };
        let _one_at_a_time = self.among_files().await;
        self.room_on(id, &attachment).await?;
        self.hang(id, attachment, Vec::new()).await
    }

    /// The attachment of that number (counted from 0), and its bytes if it is no link.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such memory or attachment; [`Error::Damaged`] if its bytes are not whole.
    pub async fn attachment(&self, id: &MemoryId, number: usize) -> Result<(Attachment, Option<Vec<u8>>)> {
        let memory = self.memory(id).await?.ok_or_else(|| no_memory(id))?;
        let attachment = memory.attachments.into_iter().nth(number).ok_or_else(|| no_attachment(number))?;
        let Held::Blob(name) = &attachment.held else { return Ok((attachment, None)) };
        let bytes = self.blob(name).await?.ok_or_else(|| Error::Damaged {
            what: "attachment",
            id: name.clone(),
            detail: "its bytes are not whole".into(),
        })?;
        Ok((attachment, Some(bytes)))
    }

    /// Takes an attachment off a memory; its bytes go if no other memory names them.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such memory or attachment.
    pub async fn detach(&self, id: &MemoryId, number: usize) -> Result<Memory> {
        self.app.tell(&self.partition.id, &Event::UserAction("detach"));
        loop {
            let mut unit = Unit::new(self);
            let mut memory: Memory = unit.get(Kind::Memory, id.as_str()).await?.ok_or_else(|| no_memory(id))?;
            if number >= memory.attachments.len() {
                return Err(no_attachment(number));
            }
            let before = held_by([&memory]);
            memory.attachments.remove(number);
            unit.put(Kind::Memory, id.as_str(), memory.occurred_at, &memory)?;
            let mut changes = unit.changes();
            let gone = before.difference(&held_by([&memory])).cloned().collect();
            let job = drop_job(&gone, self.now())?;
            changes.push(Change::Insert(job.clone()));
            match self.commit(changes).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    self.drop_now(job).await?;
                    return Ok(memory);
                }
            }
        }
    }

    /// Is there room on a memory for this?
    async fn room_on(&self, id: &MemoryId, attachment: &Attachment) -> Result<()> {
        let memory = self.memory(id).await?.ok_or_else(|| no_memory(id))?;
        if memory.attachments.len() >= MOST && !memory.attachments.contains(attachment) {
            return Err(Error::Refused(format!("the memory has {MOST} attachments already, and may have no more")));
        }
        Ok(())
    }

    async fn hang(&self, id: &MemoryId, attachment: Attachment, with: Vec<Change>) -> Result<Memory> {
        self.app.tell(&self.partition.id, &Event::UserAction("attach"));
        loop {
            let mut unit = Unit::new(self);
            let mut memory: Memory = unit.get(Kind::Memory, id.as_str()).await?.ok_or_else(|| no_memory(id))?;
            if !memory.attachments.contains(&attachment) {
                memory.attachments.push(attachment.clone());
            }
            unit.put(Kind::Memory, id.as_str(), memory.occurred_at, &memory)?;
            let mut changes = unit.changes();
            changes.extend(with.iter().cloned());
            match self.commit(changes).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => return other.map(|_| memory),
            }
        }
    }
}

fn named(name: &str) -> String {
    Some(line(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "attachment".into())
}

/// A media type as a header may say it; anything else is only bytes.
fn media(said: Option<&str>) -> String {
    let essence = said.and_then(|said| said.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty()
            && part.len() <= 60
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    match essence.split_once('/') {
        Some((kind, of)) if token(kind) && token(of) && kind != "multipart" => essence,
        _ => "application/octet-stream".into(),
    }
}

fn no_memory(id: &MemoryId) -> Error {
    Error::NotFound { what: "memory", name: id.as_str().to_owned(), nearest: None }
}

fn no_attachment(number: usize) -> Error {
    Error::NotFound { what: "attachment", name: number.to_string(), nearest: None }
}

/// Does it lead to a web page: a host, perhaps a port, and whatever comes behind?
fn is_link(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let (place, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = place.split_once(':').unwrap_or((place, "0"));
    let digits = |text: &str| (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && digits(port)
        && !behind.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_has_a_host() {
        for link in [
            "https://example.org",
            "http://localhost:8080/a?b=[c]#d",
            "https://xn--mnchen-3ya.de/ü",
            "http://10.0.0.1?q",
        ] {
            assert!(is_link(link), "{link}");
        }
        for none in [
            "",
            "https://",
            "https:///a",
            "ftp://a",
            "javascript:a",
            "https://[a",
            "https://[::1]/",
            "https://me@a",
            "https://a:b",
            "https://a:",
            "https://a b",
            "https://a/ b",
            "https://a/\u{7f}",
            "https://\u{2100}",
        ] {
            assert!(!is_link(none), "{none}");
        }
    }
}
