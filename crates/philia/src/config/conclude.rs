//! What is concluded where nothing is said: the data directory, the store in it, the chain from the keys that
//! are there, and the person's settings from the machine's.

use super::layers::{Origin, Problem, Settings};
use super::surroundings::Surroundings;
use philia_models::providers::KNOWN;
use toml::Value;

/// Fills what is not set. What cannot be concluded is a problem.
pub(super) fn fill(settings: &mut Settings, around: &Surroundings, problems: &mut Vec<Problem>) {
    match around.data_dir() {
        Some(dir) => settings.conclude("data.dir", dir.display().to_string(), "the platform's place for data"),
        None if settings.get("data.dir").is_none() => problems.push(Problem {
            place: "data.dir".into(),
            what: "there is no home directory to keep data in; name a place with --data DIR".into(),
        }),
        None => {}
    }
    if let Some(dir) = text(settings, "data.dir") {
        let path = std::path::Path::new(&dir).join("philia.db");
        settings.conclude("store.url", format!("sqlite://{}", path.display()), "in the data directory");
    }
    conclude_chain(settings, around);
    let zone = around.time_zone.clone();
    let from = if zone.is_some() { "this machine's time zone" } else { "this machine names none" };
    settings.conclude("person.time_zone", zone.unwrap_or_else(|| "UTC".into()), from);
    let (language, country) = around.locale().unwrap_or_else(|| ("en".into(), None));
    settings.conclude("person.language", language, "this machine's locale");
    if let Some(country) = country {
        settings.conclude("person.country", country, "this machine's locale");
    }
}

/// With no chain of one's own, every provider with a key is in it, in the order in which they are known. An address
/// of one's own will do without a key, as local servers need none. An Ollama has neither and is never used unasked.
fn conclude_chain(settings: &mut Settings, around: &Surroundings) {
    let chain_is_set = settings.get("models.chat.chain").is_some_and(|chain| chain.origin != Origin::Default);
    if chain_is_set {
        return;
    }
    let mut chain = Vec::new();
    let mut because = Vec::new();
    for provider in KNOWN {
        let Some(usual) = provider.chat_model else { continue };
        let set = |key: &str| settings.get(&format!("providers.{}.{key}", provider.name));
        let Some(found) = set("api_key").or_else(|| set("base_url")) else { continue };
        let named = around.variable("OPENAI_MODEL").filter(|_| provider.name == "openai");
        chain.push(Value::String(format!("{}:{}", provider.name, named.unwrap_or(usual))));
        because.push(found.origin.to_string());
    }
    if !chain.is_empty() {
        let from = format!("concluded from {}", because.join(", "));
        settings.set("models.chat.chain", Value::Array(chain), Origin::Concluded(from));
    }
}

fn text(settings: &Settings, name: &str) -> Option<String> {
    settings.get(name).and_then(|setting| setting.value.as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::layers::lay;
    use super::*;

    fn chain(variables: &[(&str, &str)]) -> Vec<String> {
        let around = Surroundings::of(variables.iter().copied());
        let (mut settings, mut problems) = lay(&around, None, &[]);
        fill(&mut settings, &around, &mut problems);
        let Value::Array(chain) = settings.get("models.chat.chain").unwrap().value.clone() else { panic!() };
        chain.iter().map(|model| model.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn keys_make_the_chain_in_the_stated_order() {
        assert_eq!(chain(&[]), Vec::<String>::new());
        let found = chain(&[("GROQ_API_KEY", "a"), ("ANTHROPIC_API_KEY", "b")]);
        let providers: Vec<_> = found.iter().filter_map(|name| name.split_once(':')).map(|(name, _)| name).collect();
        assert_eq!(providers, ["anthropic", "groq"]);
    }

    #[test]
    fn an_address_alone_is_enough_and_its_model_can_be_named() {
        let found = chain(&[("OPENAI_BASE_URL", "http://127.0.0.1:1/v1"), ("OPENAI_MODEL", "local")]);
        assert_eq!(found, ["openai:local"]);
    }

    #[test]
    fn an_ollama_is_never_used_unasked() {
        assert_eq!(chain(&[("OLLAMA_HOST", "127.0.0.1")]), Vec::<String>::new());
    }

    #[test]
    fn a_chain_of_ones_own_is_kept() {
        let variables = [("GROQ_API_KEY", "a"), ("PHILIA__MODELS__CHAT__CHAIN", "ollama:llama3.2")];
        assert_eq!(chain(&variables), ["ollama:llama3.2"]);
    }

    #[test]
    fn without_a_home_a_place_for_data_is_asked_for() {
        let around = Surroundings::default();
        let (mut settings, mut problems) = lay(&around, None, &[]);
        fill(&mut settings, &around, &mut problems);
        assert!(problems.iter().any(|problem| problem.what.contains("--data DIR")), "{problems:?}");
    }
}
