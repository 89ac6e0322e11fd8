//! What can be typed after a slash.

use philia_companion::personas::nearest;

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    Memories(String),
    Mood,
    Tasks,
    Done(String),
    Personality,
    Forget(String),
    Why,
    Export(Option<String>),
    Read(String),
    Name(String),
    Settings(Option<(String, String)>),
    Thread(Option<String>),
    Quit,
}

/// Every command with what follows it and what it does.
pub(super) const HELP: &[(&str, &str, &str)] = &[
    ("/help", "", "show this"),
    ("/memories", "[words]", "what I remember, or what I remember about something"),
    ("/tasks", "", "what there is to do"),
    ("/done", "ID | words", "tick a task off"),
    ("/mood", "", "how I feel, and how that moves"),
    ("/personality", "", "who I have become with you"),
    ("/why", "", "what I felt and thought before my last answer, and which memories it drew on"),
    ("/forget", "ID | last | words", "forget a memory, our last exchange, or everything about something"),
    ("/read", "FILE", "read a text, Markdown, HTML or PDF file and remember what is in it"),
    ("/export", "[FILE]", "write everything about you to a file"),
    ("/name", "NAME", "what I call you"),
    ("/settings", "[KEY VALUE]", "see or change your settings"),
    ("/thread", "[NAME]", "see our conversations, or go to one; what I remember is shared between them"),
    ("/quit", "", "leave (Ctrl-D does it too)"),
];

/// Reads a line: a command, or none if it is a message. Two slashes begin a message that begins with one.
///
/// # Errors
/// What was wrong with the command, and what to type instead.
pub(super) fn parse(line: &str) -> Result<Option<Command>, String> {
    let line = line.trim();
    let Some(rest) = line.strip_prefix('/') else { return Ok(None) };
    if rest.starts_with('/') {
        return Ok(None);
    }
    let (name, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let rest = rest.trim();
    let optional = (!rest.is_empty()).then(|| rest.to_owned());
    let needed = |what: &str| optional.clone().ok_or_else(|| format!("say {what}, as in /{name} {what}"));
    let command = match name.to_lowercase().as_str() {
        "help" | "?" => Command::Help,
        "memories" | "memory" => Command::Memories(rest.to_owned()),
        "tasks" | "task" => Command::Tasks,
        "done" => Command::Done(needed("ID, or words of the task")?),
        "mood" => Command::Mood,
        "personality" => Command::Personality,
        "forget" => Command::Forget(needed("ID, last, or some words")?),
        "why" => Command::Why,
        "read" => Command::Read(needed("FILE")?),
        "export" => Command::Export(optional),
        "name" => Command::Name(needed("NAME")?),
        "settings" | "set" => Command::Settings(match rest.split_once(char::is_whitespace) {
            Some((key, value)) => Some((key.to_owned(), value.trim().to_owned())),
            None if rest.is_empty() => None,
            None => return Err(format!("say what {rest} is to be, as in /settings {rest} VALUE")),
        }),
        "thread" => Command::Thread(optional),
        "quit" | "exit" | "bye" => Command::Quit,
        other => {
            let known = HELP.iter().map(|(name, ..)| name.trim_start_matches('/'));
            let hint = match nearest(other, known) {
                Some(near) => format!("did you mean /{near}?"),
                None => "/help shows what there is".to_owned(),
            };
            return Err(format!("there is no command /{other}; {hint} (to say it as a message, begin with //)"));
        }
    };
    Ok(Some(command))
}

/// The message that a line says.
pub(super) fn message(line: &str) -> &str {
    line.strip_prefix('/').filter(|rest| rest.starts_with('/')).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_commands_or_messages() {
        let cases = [
            ("hello", None),
            ("//etc/hosts is a file", None),
            ("/mood", Some(Command::Mood)),
            ("  /MOOD  ", Some(Command::Mood)),
            ("/personality", Some(Command::Personality)),
            ("/memories  my dog ", Some(Command::Memories("my dog".into()))),
            ("/forget last", Some(Command::Forget("last".into()))),
            ("/settings country GB", Some(Command::Settings(Some(("country".into(), "GB".into()))))),
            ("/settings", Some(Command::Settings(None))),
            ("/export", Some(Command::Export(None))),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line), Ok(expected), "{line}");
        }
        assert_eq!(message("//etc/hosts is a file"), "/etc/hosts is a file");
        assert_eq!(message("hello"), "hello");
    }

    #[test]
    fn mistakes_say_what_to_type() {
        assert!(parse("/memoris").unwrap_err().contains("did you mean /memories?"));
        assert!(parse("/xyzzy").unwrap_err().contains("/help"));
        assert!(parse("/forget").unwrap_err().contains("/forget ID"));
        assert!(parse("/settings country").unwrap_err().contains("/settings country VALUE"));
    }
}
