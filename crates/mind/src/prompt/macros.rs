//! Macros of character cards: `{{char}}` and `{{user}}`, and the few others that can be expanded without chance.

use std::borrow::Cow;

/// Expands the macros of a text. `{{char}}` and `<bot>` become the character's name, `{{user}}` and `<user>` the
/// person's; comments disappear; of a random choice the first is taken, so that the same text always reads the same.
/// What is not known stays as it is written.
pub fn expand<'a>(text: &'a str, char: &str, user: &str) -> Cow<'a, str> {
    if !text.contains("{{") && !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match whole(rest).and_then(|(inner, len)| Some((meaning(inner, char, user)?, len))) {
            Some((said, len)) => {
                out.push_str(&said);
                rest = &rest[len..];
            }
            None => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The most bytes between the braces: further off there is no end to be looked for.
const LONGEST: usize = 2000;

/// What stands in the macro with which this text begins, and how long it is with its marks.
fn whole(text: &str) -> Option<(&str, usize)> {
    let (open, close) = if text.starts_with("{{") { ("{{", "}}") } else { ("<", ">") };
    let inner = text.strip_prefix(open)?;
    let bytes = inner.as_bytes();
    let most = bytes.len().min(if open == "<" { 6 } else { LONGEST });
    let end = bytes[..most].windows(close.len()).position(|window| window == close.as_bytes())?;
    Some((&inner[..end], open.len() + end + close.len()))
}

fn meaning<'a>(inner: &'a str, char: &'a str, user: &'a str) -> Option<Cow<'a, str>> {
    let name = inner.trim();
    if name.starts_with("//") {
        return Some(Cow::Borrowed(""));
    }
    let (name, rest) = name.split_once(':').map_or((name, None), |(name, rest)| (name.trim_end(), Some(rest)));
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    match rest {
        None if is("char") || is("bot") => Some(Cow::Borrowed(char)),
        None if is("user") => Some(Cow::Borrowed(user)),
        None if is("original") => Some(Cow::Borrowed("")),
        Some(_) if is("comment") || is("hidden_key") => Some(Cow::Borrowed("")),
        Some(list) if is("random") || is("pick") => {
            Some(Cow::Borrowed(list.trim_start_matches(':').split("::").next()?.split(',').next()?.trim()))
        }
        Some(text) if is("reverse") => Some(Cow::Owned(text.trim().chars().rev().collect())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_become_what_they_stand_for() {
        for (text, expected) in [
            ("{{char}} waves at {{user}}.", "Mira waves at Tom."),
            ("{{ Char }} and {{USER}}, <BOT> and <user>", "Mira and Tom, Mira and Tom"),
            ("a{{// not for you}}b{{comment: nor this}}c", "abc"),
            ("{{random:red,blue}} {{pick::one::two}} {{reverse:abc}}", "red one cba"),
            ("{{unknown}} {{ {user} 1 < 2 <b>", "{{unknown}} {{ {user} 1 < 2 <b>"),
            ("{{{char}}}", "{Mira}"),
            ("日本{{char}}語<", "日本Mira語<"),
            ("{{user", "{{user"),
        ] {
            assert_eq!(expand(text, "Mira", "Tom"), expected, "{text}");
        }
        assert_eq!(expand("{{user}}", "Mira", "{{char}}"), "{{char}}", "a name is not expanded again");
    }
}
