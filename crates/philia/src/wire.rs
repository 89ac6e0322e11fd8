//! The wiring: from a configuration to a running companion, read from top to bottom.

use crate::apart::Apart;
use crate::config::{Config, Role};
use crate::engines;
use crate::system::{SystemChance, SystemClock};
use crate::traces;
use anyhow::{Context as _, anyhow, bail};
use philia_companion::jobs::Recovered;
use philia_companion::moving::unfinished;
use philia_companion::privacy::{Embedders, Models};
use philia_companion::reembed::Former;
use philia_companion::turn::Unanswered;
use philia_companion::{Parts, Personas, Philia, cards};
use philia_index_embedded::{EmbeddedIndex, Thesaurus};
use philia_mind::Profile;
#[cfg(any(feature = "postgres", feature = "qdrant"))]
use philia_mind::memory::recall::judge::Kindred;
use philia_mind::persona::PersonaFile;
use philia_models::Http;
use philia_models::cached::Cached;
use philia_models::chain::Chain;
use philia_models::minilm::{self, MiniLm};
use philia_models::providers::{self, EmbeddingSettings, Settings};
use philia_models::static_table::{self, StaticTable};
use philia_ports::{Chance, ChatModel, Embedder, Index, StoreAdmin};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

const MB: usize = 1024 * 1024;
/// The account of those who use this machine itself, rather than a key.
pub(crate) const LOCAL_ACCOUNT: &str = "local";
/// The person at this machine, if they do not say who they are.
pub(crate) const LOCAL_USER: &str = "me";

/// How many texts' vectors are remembered of an embedder that takes milliseconds.
const QUERIES: NonZeroUsize = NonZeroUsize::new(2000).unwrap();

/// No prompt is cut below so many tokens, however little a model says that it reads.
const LEAST_PROMPT: usize = 512;

/// Puts a companion together. Nothing is asked of a network.
pub(crate) async fn philia(config: &Config) -> anyhow::Result<Philia> {
    Ok(recovered(config).await?.0)
}

/// The same for a door through which people talk: what an earlier run had heard and not answered is answered now, by a
/// model if there is one.
pub(crate) async fn talking(config: &Config) -> anyhow::Result<Philia> {
    let (philia, unanswered) = recovered(config).await?;
    let turns = philia.resume(unanswered).await;
    if turns > 0 {
        tracing::info!(turns, "turns that an earlier run was cut off in are resumed");
    }
    Ok(philia)
}

/// The same without doing what was left over: for what only looks at what is kept.
pub(crate) async fn beside(config: &Config) -> anyhow::Result<Philia> {
    Ok(Philia::new(parts(config).await?))
}

async fn recovered(config: &Config) -> anyhow::Result<(Philia, Vec<Unanswered>)> {
    let parts = parts(config).await?;
    if let Some(from) = unfinished(&*parts.store).await? {
        bail!(
            "the store at {} is half full: everything of {from} was being moved into it. Do that again to its end, or \
             begin with an empty store",
            config.store.url
        );
    }
    let philia = Philia::new(parts);
    philia.unlock().await?;
    let Recovered { done, unanswered } = philia.recover().await?;
    if done > 0 {
        tracing::info!(jobs = done, "what an earlier run had left to do is done");
    }
    Ok((philia, unanswered))
}

/// What a companion is put together from.
pub(crate) async fn parts(config: &Config) -> anyhow::Result<Parts> {
    private_dir(&config.data.dir)
        .with_context(|| format!("the data directory {} cannot be made", config.data.dir.display()))?;
    parts_over(config, store(config).await?).await
}

/// The same over a store that is open.
pub(crate) async fn parts_over(config: &Config, store: Arc<dyn StoreAdmin>) -> anyhow::Result<Parts> {
    let index = warmed_index(config);
    let remote_index = match config.index.url.scheme() {
        "embedded" => None,
        _ => Some(engines::open(engines::INDEXES, &config.index.url, config).await.context("index.url")?),
    };
    let cache = engines::open(engines::CACHES, &config.cache.url, config).await.context("cache.url")?;
    let (store, index, remote_index, cache) = match is_traced(config) {
        true => (traces::store(store), traces::index(index), remote_index.map(traces::index), traces::cache(cache)),
        false => (store, index, remote_index, cache),
    };
    let clock = Arc::new(SystemClock);
    let embedder = Embedders::new(embedder(config)?, Arc::new(StaticTable::load()?));
    let former: Box<Former> = {
        let config = config.clone();
        Box::new(move |id| former_embedder(&config, id))
    };
    let chat = models(config, &config.models.chat)?;
    let fast = models(config, &config.models.fast)?;
    let personas = personas(config)?;
    personas.get(&config.persona.default).context("persona.default")?;
    let mut settings = config.companion_settings();
    settings.prices = config.metrics.prices()?;
    if let Some(chat) = chat.info() {
        // Prompt and answer share what the model reads at once.
        let room = chat.context_tokens.saturating_sub(config.models.chat.max_tokens) as usize;
        settings.prompt_tokens = settings.prompt_tokens.min(room.max(LEAST_PROMPT));
    }

    Ok(Parts {
        store,
        index,
        remote_index,
        cache,
        embedder,
        former: Some(former),
        chat,
        fast,
        clock,
        chance: Arc::new(SystemChance),
        personas,
        default_profile: default_profile(config)?,
        hooks: Vec::new(),
        master_keys: crate::keys::master_keys(config)?,
        settings,
    })
}

/// Is anybody told how long each call of an adapter takes?
fn is_traced(config: &Config) -> bool {
    config.traces.endpoint.is_some()
}

/// The store that `store.url` names.
pub(crate) async fn store(config: &Config) -> anyhow::Result<Arc<dyn StoreAdmin>> {
    engines::open(engines::STORES, &config.store.url, config).await
}

/// A persona file that is left out, and everything that is wrong with it.
#[derive(Debug)]
pub(crate) struct Broken {
    /// Which.
    pub(crate) file: PathBuf,
    /// What is wrong with it.
    pub(crate) why: String,
}

/// The characters: the built-in ones, and those of the data directory's `personas/`. A broken file is left out with a
/// warning; the others are there all the same.
pub(crate) fn personas(config: &Config) -> anyhow::Result<Personas> {
    let (personas, broken) = personas_and_broken(config)?;
    for Broken { file, why } in broken {
        tracing::warn!("the persona file {} is left out: {why}", file.display());
    }
    Ok(personas)
}

/// The characters, and the files that none could be made of.
pub(crate) fn personas_and_broken(config: &Config) -> anyhow::Result<(Personas, Vec<Broken>)> {
    let mut sound = Vec::new();
    let mut broken = Vec::new();
    for path in persona_files(&personas_dir(config))? {
        match read_persona_file(&path) {
            Ok(file) => sound.push((path, file)),
            Err(why) => broken.push(Broken { file: path, why }),
        }
    }
    let mut personas = Personas::built_in()?;
    broken.extend(add_all(&mut personas, sound));
    Ok((personas, broken))
}

/// Where the characters that everybody at this machine can talk with are kept.
pub(crate) fn personas_dir(config: &Config) -> PathBuf {
    config.data.dir.join("personas")
}

/// The persona files of a directory, by name. `ID.card.*` is the card that a character came in, not a file of its own.
fn persona_files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let unreadable = || format!("{} cannot be read", dir.display());
    let mut files = match std::fs::read_dir(dir) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => Err(error),
    }
    .with_context(unreadable)?;
    files.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (name.ends_with(".toml") || name.ends_with(".json")) && !name.ends_with(".card.json")
    });
    files.sort();
    Ok(files)
}

fn read_persona_file(path: &Path) -> Result<PersonaFile, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    cards::parse(&text).map_err(|error| {
        if cards::read(text.as_bytes()).is_ok() {
            return format!(
                "it is a character from elsewhere; `philia persona import {}` brings it in",
                path.display()
            );
        }
        error.to_string()
    })
}

/// Adds files that may build on each other, in whatever order they come. Hands back those that do not hold: they keep
/// nobody else out but those who build on them.
pub(crate) fn add_all(personas: &mut Personas, files: Vec<(PathBuf, PersonaFile)>) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut left: Vec<(PathBuf, PersonaFile)> = Vec::new();
    for (path, file) in files {
        match left.iter().find(|(_, earlier)| earlier.id() == file.id()) {
            Some((earlier, _)) => {
                let why =
                    format!("id is {:?}, and so it is in {}; allowed: an id of its own", file.id(), earlier.display());
                broken.push(Broken { file: path, why });
            }
            None => left.push((path, file)),
        }
    }
    if personas.add_files(left.iter().map(|(_, file)| file.clone())).is_ok() {
        return broken;
    }
    // One by one, again and again as long as somebody finds their parent.
    loop {
        let before = left.len();
        let mut refused = Vec::new();
        left.retain(|(path, file)| match personas.add_files([file.clone()]) {
            Ok(()) => false,
            Err(error) => {
                refused.push(Broken { file: path.clone(), why: error.to_string() });
                true
            }
        });
        if left.len() == before {
            broken.extend(refused);
            return broken;
        }
    }
}

fn default_profile(config: &Config) -> anyhow::Result<Profile> {
    let profile = Profile {
        time_zone: config.person.time_zone.clone(),
        language: config.person.language.clone(),
        country: config.person.country.clone(),
        persona: config.persona.default.clone(),
        ..Profile::default()
    };
    match profile.problems().as_slice() {
        [] => Ok(profile),
        problems => Err(anyhow!("the [person] section: {}", problems.join("; "))),
    }
}

/// Makes a directory that only its owner can read. One that is there is left as it is.
pub(crate) fn private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The embedded index, which warms up by itself.
pub(crate) fn warmed_index(config: &Config) -> Arc<dyn Index> {
    let index = embedded_index(config);
    let warm = Arc::clone(&index);
    std::thread::spawn(move || warm.warm());
    // Somebody who alone is larger than the budget is held all the same.
    Arc::new(Apart::new(index, 2 * config.index.budget_mb * MB + 4096 * MB))
}

/// The same, not warmed up yet.
pub(crate) fn embedded_index(config: &Config) -> Arc<EmbeddedIndex> {
    // Blocks of many sizes take a little more than is asked for: measured, 4 to 6 %.
    let index = EmbeddedIndex::new(config.index.budget_mb * MB / 16 * 15);
    Arc::new(index.with_thesaurus(|| Arc::clone(&WORDS)))
}

/// Words that mean nearly the same are found whatever embeds the texts: the table's words are always there.
static WORDS: LazyLock<Arc<Thesaurus>> =
    LazyLock::new(|| Arc::new(StaticTable::load().map(|table| Thesaurus::new(table.words())).unwrap_or_default()));

/// The same words, for an index on a server. They are read when the first is asked about.
#[cfg(any(feature = "postgres", feature = "qdrant"))]
pub(crate) struct Words;

#[cfg(any(feature = "postgres", feature = "qdrant"))]
impl Kindred for Words {
    fn near(&self, stem: &str) -> Option<Vec<(Arc<str>, f32)>> {
        Kindred::near(&**WORDS, stem)
    }
}

/// What turns texts into vectors.
pub(crate) fn embedder(config: &Config) -> anyhow::Result<Arc<dyn Embedder>> {
    let embed = &config.models.embed;
    let embedder = embedder_named(config, &embed.embedder, embed.dimensions)?;
    Ok(if is_traced(config) { traces::embedder(embedder) } else { embedder })
}

fn embedder_named(config: &Config, name: &str, dimensions: Option<usize>) -> anyhow::Result<Arc<dyn Embedder>> {
    let embed = &config.models.embed;
    match name {
        "static" => return Ok(Arc::new(StaticTable::load()?)),
        "minilm" => {
            let dir = embed.path.as_deref().context(
                "models.embed.embedder is \"minilm\", so models.embed.path must name the directory with its files",
            )?;
            let minilm: Arc<dyn Embedder> = Arc::new(MiniLm::open(dir).context("models.embed.path")?);
            return Ok(Arc::new(Cached::new(minilm, QUERIES)));
        }
        _ => {}
    }
    let (name, model) = split(name);
    let provider = config.providers.get(name).cloned().unwrap_or_default();
    let settings = EmbeddingSettings {
        base_url: provider.base_url,
        api_key: provider.api_key,
        model: model.map(str::to_owned),
        dimensions,
        timeout: embed.timeout,
        ..EmbeddingSettings::of(name)
    };
    Ok(providers::embedder(&settings, &http(config), Arc::new(SystemChance))?)
}

/// The embedder that made vectors of that id, if what is configured now suffices to make it again.
fn former_embedder(config: &Config, id: &str) -> Option<Arc<dyn Embedder>> {
    let made = match id {
        static_table::ID => embedder_named(config, "static", None),
        minilm::ID => embedder_named(config, "minilm", None),
        remote => {
            // PROVIDER:MODEL:DIMENSIONS, and a model's name may have a colon of its own.
            let (name, dimensions) = remote.rsplit_once(':')?;
            embedder_named(config, name, Some(dimensions.parse().ok()?))
        }
    };
    match made {
        Ok(embedder) => Some(embedder),
        Err(error) => {
            tracing::info!("the former embedder {id} cannot be made: {error:#}");
            None
        }
    }
}

/// One model, by its name in a chain.
pub(crate) fn model(config: &Config, role: &Role, name: &str) -> anyhow::Result<Arc<dyn ChatModel>> {
    Ok(providers::chat(&model_settings(config, role, name), &http(config), Arc::new(SystemChance))?)
}

/// The models of a role, the first that answers wins; none if none is configured. Those whose words stay here have the
/// models of the chain that are no remote ones.
fn models(config: &Config, role: &Role) -> anyhow::Result<Models> {
    let settings: Vec<Settings> = role.chain.iter().map(|name| model_settings(config, role, name)).collect();
    let chance: Arc<dyn Chance> = Arc::new(SystemChance);
    let all = settings.iter().map(|settings| providers::chat(settings, &http(config), Arc::clone(&chance)));
    let mut all = all.collect::<Result<Vec<_>, _>>()?;
    if is_traced(config) {
        all = all.into_iter().map(traces::chat).collect();
    }
    let here: Vec<_> = all.iter().filter(|model| !model.info().remote).cloned().collect();
    let chain = |models: Vec<_>| -> Option<Arc<dyn ChatModel>> {
        if models.is_empty() { None } else { Some(Arc::new(Chain::new(models))) }
    };
    Ok(Models::new(chain(all), chain(here)))
}

/// The HTTP clients, and which hosts count as this machine's own.
fn http(config: &Config) -> Http {
    Http::new().trusting(config.privacy.local_hosts.iter().cloned())
}

fn model_settings(config: &Config, role: &Role, name: &str) -> Settings {
    let (name, model) = split(name);
    let provider = config.providers.get(name).cloned().unwrap_or_default();
    Settings {
        base_url: provider.base_url,
        api_key: provider.api_key,
        model: model.map(str::to_owned),
        temperature: Some(role.temperature),
        max_tokens: Some(role.max_tokens),
        timeout: role.timeout,
        idle_timeout: role.idle_timeout,
        concurrency: role.concurrency,
        context_tokens: provider.context_tokens,
        ..Settings::of(name)
    }
}

/// `PROVIDER:MODEL` in its parts; the model may be left away.
fn split(name: &str) -> (&str, Option<&str>) {
    name.split_once(':').map_or((name, None), |(provider, model)| (provider, Some(model)))
}
