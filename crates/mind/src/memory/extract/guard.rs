//! What of a message are the person's own words, meant as they stand: not quotations, not pasted text, not play.

use super::pattern::Pattern;
use std::borrow::Cow;

/// Sets aside what is not the person's own word.
#[derive(Debug)]
pub(crate) struct Guard {
    quoted: Pattern,
    playful: Pattern,
    header: Pattern,
    pasted: Pattern,
}

impl Guard {
    pub(crate) fn new() -> Self {
        Self {
            quoted: Pattern::new(
                r#"“[^”]*”|"[^"]*"|«[^»]*»|„[^“”]*[“”]|(?:^|\s)'[^']+ [^']+'(?:[\s.,!?]|$)|(?:^|\s)[*_][^*_\n]{3,}[*_](?:\s|$)|♪[^♪\n]*♪?|🎵[^🎵\n]*🎵?"#,
            ),
            playful: Pattern::new(
                r"(?i)\b(?:just kidding|only kidding|i'm kidding|i am kidding|kidding!|just joking|only joking|i'm joking|joking aside|jk|j/k|as a joke|april fools?|role[- ]?play(?:ing)?|in character|let's pretend|let's play|pretend (?:that |to )?(?:i|you|we)|knock knock|walks into a bar|once upon a time|the joke goes|said no one ever|not!)(?:\b|$|\s)|(?:^|\s)/s(?:\s|$)|^\s*\*[^*]+\*\s*$|🤡",
            ),
            header: Pattern::new(
                r"(?im)^(?:from|to|cc|bcc|subject|date|sent|reply-to|message-id|received|von|an|betreff|gesendet|de|para|asunto|objet):\s.*$",
            ),
            pasted: Pattern::new(
                r"(?i)\b(?:forwarded message|original message|begin forwarded|he wrote|she wrote|they wrote|\bwrote:|(?:here(?:'s| is)|this is|look at|read|see) (?:the|an?|this|my \w+'s) (?:e-?mail|article|text|message|letter|lyrics|song|poem|transcript|quote|post|tweet|review|paragraph|excerpt|story|script|bio|profile|character)\b[^.\n]{0,60}:)",
            ),
        }
    }

    /// The person's own words: without quotations, quoted lines, fenced code, and whatever follows the head of a
    /// pasted letter.
    pub(crate) fn own_words<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let text = if text.contains(['’', 'ʼ']) {
            Cow::Owned(text.replace(['’', 'ʼ'], "'"))
        } else {
            Cow::Borrowed(text)
        };
        let text = if text.contains('\n') || text.contains("```") || text.trim_start().starts_with('>') {
            Cow::Owned(self.without_blocks(&text))
        } else {
            text
        };
        let text = match self.pasted.find(&text) {
            Some(paste) => Cow::Owned(text[..paste.start()].to_owned()),
            None => text,
        };
        if text.contains(['"', '\'', '“', '«', '„', '*', '_', '♪', '🎵']) {
            Cow::Owned(self.quoted.regex().replace_all(&text, " ").into_owned())
        } else {
            text
        }
    }

    /// Lines that quote, code between fences, and a letter from its head on.
    fn without_blocks(&self, text: &str) -> String {
        let mut own = String::with_capacity(text.len());
        let mut fenced = false;
        let mut heads = 0;
        for line in text.lines() {
            let start = line.trim_start();
            if start.starts_with("```") || start.starts_with("~~~") {
                fenced = !fenced;
                continue;
            }
            heads = if self.header.is_match(line) {
                heads + 1
            } else if heads >= 2 {
                heads
            } else {
                0
            };
            if heads >= 2 {
                // What follows the head of a letter is the letter.
                break;
            }
            if fenced || heads > 0 || start.starts_with('>') || start.starts_with("| ") {
                continue;
            }
            own.push_str(line);
            own.push('\n');
        }
        own
    }

    /// Is the whole message a joke or a play?
    pub(crate) fn is_play(&self, text: &str) -> bool {
        self.playful.is_match(text)
    }
}
