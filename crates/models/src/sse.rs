//! Server-sent events out of bytes as they arrive, cut anywhere, even inside a character.

/// More than this for one event is no event but an attack or a bug.
const LARGEST_EVENT: usize = 4 * 1024 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its type; empty where none was given.
    pub(crate) name: String,
    /// Its data lines, joined by line feeds.
    pub(crate) data: String,
}

/// An event was larger than 4 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// Puts events together.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    line: Vec<u8>,
    after_cr: bool,
    begun: bool,
    event: Event,
    has_data: bool,
}

impl Decoder {
    /// Takes the next bytes; gives the events they complete.
    ///
    /// # Errors
    /// If an event grows beyond all measure.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLarge> {
        let mut events = Vec::new();
        for &byte in bytes {
            let follows_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
            match byte {
                b'\n' if follows_cr => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ => self.line.push(byte),
            }
            if self.line.len() + self.event.data.len() > LARGEST_EVENT {
                return Err(TooLarge);
            }
        }
        Ok(events)
    }

    /// The event that stands when the bytes end without the closing blank line. Strictly it would be void; in
    /// practice it is the last one of a server that saves itself a line.
    pub(crate) fn finish(mut self) -> Option<Event> {
        let last = self.end_line();
        last.or_else(|| self.end_event())
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = if self.begun { &line } else { line.trim_start_matches('\u{feff}') };
        self.begun = true;
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            "event" => value.clone_into(&mut self.event.name),
            // `id`, `retry`, comments (nothing before the colon) and what else there may be.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(chunks: &[&[u8]]) -> Vec<(String, String)> {
        let mut decoder = Decoder::default();
        let mut events: Vec<Event> = chunks.iter().flat_map(|chunk| decoder.feed(chunk).unwrap()).collect();
        events.extend(decoder.finish());
        events.into_iter().map(|event| (event.name, event.data)).collect()
    }

    fn one(data: &str) -> Vec<(String, String)> {
        vec![(String::new(), data.to_owned())]
    }

    #[test]
    fn the_dialects_of_servers() {
        assert_eq!(decode(&[b"data: a\n\n"]), one("a"));
        assert_eq!(decode(&[b"data:a\r\n\r\n"]), one("a"));
        assert_eq!(decode(&[b"data: a\r\r"]), one("a"));
        assert_eq!(decode(&["\u{feff}data: a\n\n".as_bytes()]), one("a"));
        assert_eq!(decode(&[b": keep-alive\n\n:\n\ndata: a\n\n"]), one("a"));
        assert_eq!(decode(&[b"id: 1\nretry: 5\ndata: a\nwhatever\n\n"]), one("a"));
        assert_eq!(decode(&[b"data: a\ndata: b\n\n"]), one("a\nb"));
        assert_eq!(decode(&[b"data: a"]), one("a"));
        assert_eq!(decode(&[b"data: a\r", b"\n\r", b"\n"]), one("a"));
        assert_eq!(decode(&[b"event: ping\ndata: {}\n\n"]), [("ping".into(), "{}".into())]);
        assert_eq!(decode(&[b"event: lonely\n\n"]), []);
        assert_eq!(decode(&[b"data:\n\n"]), one(""));
        assert_eq!(decode(&[b""]), []);
    }

    #[test]
    fn a_character_cut_in_two_is_whole_again() {
        let bytes = "data: grün 😀\n\n".as_bytes();
        for cut in 0..bytes.len() {
            assert_eq!(decode(&[&bytes[..cut], &bytes[cut..]]), one("grün 😀"));
        }
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut decoder = Decoder::default();
        let mut fed = Ok(Vec::new());
        for _ in 0..6 {
            fed = decoder.feed(&vec![b'x'; 1024 * 1024]);
        }
        assert_eq!(fed, Err(TooLarge));
    }

    proptest! {
        #[test]
        fn cutting_changes_nothing(text in "[ -~äß\n\r:]{0,200}", cut in 0..200_usize) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            prop_assert_eq!(decode(&[bytes]), decode(&[&bytes[..cut], &bytes[cut..]]));
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            decode(&[&bytes]);
        }
    }
}
