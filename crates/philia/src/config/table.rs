//! Every key of the configuration: its type, its range, its default and what it is for, in one table.

use super::schema::{Key, Takes};

const fn key(name: &'static str, takes: Takes, default: Option<&'static str>, doc: &'static str) -> Key {
    Key { name, takes, default, doc }
}

/// The keys of one model role.
macro_rules! role {
    ($role:literal, $chain:literal, $temperature:literal, $max_tokens:literal, $timeout:literal, $concurrency:literal) => {
        [
            key(concat!("models.", $role, ".chain"), Takes::Models, Some("[]"), $chain),
            key(
                concat!("models.", $role, ".temperature"),
                Takes::Number(0.0, 2.0, ""),
                Some($temperature),
                "How freely the model chooses its words: 0 is always the likeliest.",
            ),
            key(
                concat!("models.", $role, ".max_tokens"),
                Takes::Whole(16, 65_536, "tokens"),
                Some($max_tokens),
                "The longest answer.",
            ),
            key(
                concat!("models.", $role, ".timeout_seconds"),
                Takes::Number(0.1, 3600.0, "seconds"),
                Some($timeout),
                "How long a whole answer may take before the next model of the chain is asked.",
            ),
            key(
                concat!("models.", $role, ".idle_timeout_seconds"),
                Takes::Number(0.1, 600.0, "seconds"),
                Some("20.0"),
                "How long a streamed answer may pause before the next model of the chain is asked.",
            ),
            key(
                concat!("models.", $role, ".concurrency"),
                Takes::Whole(1, 1024, "calls"),
                Some($concurrency),
                "How many calls may run side by side; others wait.",
            ),
        ]
    };
}

/// The limits of one role.
macro_rules! limits {
    ($role:literal, $minute:literal, $hour:literal, $burst:literal, $requests:literal, $concurrent:literal) => {
        [
            key(
                concat!("limits.", $role, ".per_minute"),
                Takes::Whole(0, 1_000_000, "messages"),
                Some($minute),
                "Messages in a minute; 0 is no limit, here and below. Somebody in need is answered all the same.",
            ),
            key(
                concat!("limits.", $role, ".per_hour"),
                Takes::Whole(0, 1_000_000, "messages"),
                Some($hour),
                "Messages in an hour.",
            ),
            key(
                concat!("limits.", $role, ".burst"),
                Takes::Whole(0, 1_000_000, "messages"),
                Some($burst),
                "Messages at once, before the minute's rate is kept to.",
            ),
            key(
                concat!("limits.", $role, ".requests_per_minute"),
                Takes::Whole(0, 1_000_000, "requests"),
                Some($requests),
                "Other requests in a minute.",
            ),
            key(
                concat!("limits.", $role, ".concurrent"),
                Takes::Whole(0, 1_000_000, "requests"),
                Some($concurrent),
                "Messages, and other requests, that may run at the same time.",
            ),
        ]
    };
}

/// Every key, section by section, in the order they are shown.
pub(super) static SECTIONS: &[&[Key]] = &[
    &[key(
        "data.dir",
        Takes::Path,
        None,
        "Where everything is kept; by default the platform's place for it. Created so that only you can read it.",
    )],
    &[key(
        "store.url",
        Takes::StoreUrl,
        None,
        "The engine that keeps everything; philia.db in the data directory by default. memory:// keeps nothing. See docs/engines.md.",
    )],
    &[
        key(
            "server.listen",
            Takes::Address,
            Some("\"127.0.0.1:7707\""),
            "Where `philia serve` listens; port 0 takes a free one and prints it.",
        ),
        key(
            "server.allowed_hosts",
            Takes::Texts,
            Some("[]"),
            "Names besides localhost and IP addresses of this machine by which the server may be called.",
        ),
        key(
            "server.cors_origins",
            Takes::Origins,
            Some("[]"),
            "Other sites whose pages may call the API, each with a token of its own; none if it is empty.",
        ),
        key(
            "server.client_address",
            Takes::Choice(&["direct", "forwarded"]),
            Some("\"direct\""),
            "Where a client's address is read, by which guessing is stopped: of the connection, or the last one in X-Forwarded-For, where a proxy of yours stands before Philia and sets it.",
        ),
        key(
            "server.head_seconds",
            Takes::Whole(1, 3600, "seconds"),
            Some("30"),
            "How long the head of a request may take to come, and an open connection may be idle.",
        ),
        key(
            "server.body_seconds",
            Takes::Whole(1, 3600, "seconds"),
            Some("30"),
            "How long a body may take to come, besides a second for each 8 KiB of it.",
        ),
        key(
            "server.answer_seconds",
            Takes::Whole(1, 86_400, "seconds"),
            Some("300"),
            "How long an answer may take to begin. What comes as it is made (replies, exports, WebSockets) may take longer.",
        ),
        key(
            "server.write_seconds",
            Takes::Whole(1, 3600, "seconds"),
            Some("30"),
            "How long a client may take none of an answer while there is something to take; then it is let go of.",
        ),
        key(
            "server.grace_seconds",
            Takes::Whole(0, 3600, "seconds"),
            Some("8"),
            "How long running turns may take to end when the server is asked to; what takes longer is resumed at its next start.",
        ),
    ],
    &[
        key(
            "auth.mode",
            Takes::Choice(&["auto", "required", "off"]),
            Some("\"auto\""),
            "Is a login asked? `auto`: as soon as there is an account, and wherever other machines reach the server; `required`: always; `off`: never, and whoever reaches the server runs it.",
        ),
        key(
            "auth.registration",
            Takes::Choice(&["closed", "approval", "open"]),
            Some("\"approval\""),
            "May strangers make themselves an account? `closed`: admins make them; `approval`: an admin lets them in; `open`: they are in.",
        ),
        key("auth.access_minutes", Takes::Whole(1, 1440, "minutes"), Some("15"), "How long an access token holds."),
        key(
            "auth.session_days",
            Takes::Whole(1, 3650, "days"),
            Some("30"),
            "How long a session holds that nobody uses.",
        ),
        key("auth.link_hours", Takes::Whole(1, 720, "hours"), Some("24"), "How long a link to set a password holds."),
        key(
            "auth.signing_key_days",
            Takes::Whole(1, 3650, "days"),
            Some("30"),
            "After how long tokens are signed with a new key; what the former one signed holds until it runs out.",
        ),
        key(
            "auth.attempts",
            Takes::Whole(0, 10_000, "attempts"),
            Some("10"),
            "Wrong passwords for one name from one address in a quarter of an hour; ten times as many for one name, or from one address. 0 is no limit.",
        ),
        key(
            "auth.hash_memory_mb",
            Takes::Whole(1, 4096, "MB"),
            Some("19"),
            "Memory that hashing a password takes (argon2id): the more, the dearer it is to guess.",
        ),
        key("auth.hash_passes", Takes::Whole(1, 100, "passes"), Some("2"), "Passes over that memory."),
        key(
            "auth.hash_at_once",
            Takes::Whole(1, 64, "hashes"),
            Some("1"),
            "Passwords that are hashed at the same time; others wait, so that logins never starve conversations.",
        ),
    ],
    &limits!("public", "10", "100", "5", "300", "8"),
    &limits!("admin", "0", "0", "0", "0", "0"),
    &role!(
        "chat",
        "Who answers, first choice first (`PROVIDER:MODEL`). Empty: chosen from the keys that are set, or the built-in offline voice.",
        "0.8",
        "1024",
        "60.0",
        "8"
    ),
    &role!(
        "fast",
        "Who is to help with small judgements behind the scenes, first choice first: what messages teach, what many memories have in common. Without one, built-in rules decide.",
        "0.2",
        "1024",
        "30.0",
        "4"
    ),
    &[
        key(
            "models.embed.embedder",
            Takes::Embedder,
            Some("\"static\""),
            "What turns texts into vectors: `static` is built in and sends nothing anywhere; `minilm` is better, needs its files, and sends nothing anywhere either; or `openai`, `gemini`, `mistral`, `ollama`, with a model or without.",
        ),
        key(
            "models.embed.path",
            Takes::Path,
            None,
            "Directory with model.safetensors and tokenizer.json of all-MiniLM-L6-v2, for `minilm`.",
        ),
        key(
            "models.embed.dimensions",
            Takes::Whole(1, 8192, ""),
            None,
            "Length of the vectors of a remote embedder; by default the provider's own.",
        ),
        key(
            "models.embed.timeout_seconds",
            Takes::Number(0.1, 600.0, "seconds"),
            Some("20.0"),
            "How long a remote embedder may take.",
        ),
        key(
            "models.embed.patience_seconds",
            Takes::Number(0.1, 60.0, "seconds"),
            Some("5.0"),
            "How long an embedder may hold up a reply before memories are searched by their words alone.",
        ),
    ],
    &[
        key(
            "providers.*.base_url",
            Takes::Url,
            None,
            "Where this provider is reached, when not at its usual address (a proxy, or a server of your own).",
        ),
        key(
            "providers.*.api_key",
            Takes::Secret,
            None,
            "The key for this provider. Better set by its environment variable.",
        ),
        key(
            "providers.*.context_tokens",
            Takes::Whole(512, 10_000_000, "tokens"),
            None,
            "How much its models read and write at once, if more or less than usual (for Ollama: what num_ctx says).",
        ),
    ],
    &[
        key(
            "index.url",
            Takes::IndexUrl,
            Some("\"embedded://\""),
            "What finds memories: the index within this process, which is exact and filled from the store; or one on a server, for which that stands in.",
        ),
        key(
            "index.budget_mb",
            Takes::Whole(1, 65_536, "MB"),
            Some("64"),
            "Memory for the embedded index; what was used longest ago leaves first and is loaded again when needed.",
        ),
        key(
            "index.patience_seconds",
            Takes::Number(0.1, 60.0, "seconds"),
            Some("2.0"),
            "How long an index on a server may hold up a question before the embedded one stands in.",
        ),
        key(
            "index.rest_seconds",
            Takes::Number(1.0, 3600.0, "seconds"),
            Some("10.0"),
            "How long an index on a server that did not answer is left alone before it is asked again.",
        ),
    ],
    &[
        key(
            "cache.url",
            Takes::CacheUrl,
            Some("\"local://\""),
            "Where running conversations are kept at hand: in this process, where it is the only one; on a Redis, where several share a store.",
        ),
        key(
            "cache.budget_mb",
            Takes::Whole(1, 65_536, "MB"),
            Some("16"),
            "Memory for that in this process; it is read from the store again when needed.",
        ),
    ],
    &[
        key(
            "prompt.budget_tokens",
            Takes::Whole(512, 1_000_000, "tokens"),
            Some("6000"),
            "The longest prompt: character, mood, memories and the last turns together.",
        ),
        key(
            "prompt.context_turns",
            Takes::Whole(0, 500, "turns"),
            Some("20"),
            "How many of the last turns of a conversation go into a prompt.",
        ),
        key(
            "prompt.context_hours",
            Takes::Number(0.0, 8760.0, "hours"),
            Some("24.0"),
            "Turns older than this do not; they are recalled like any memory.",
        ),
        key(
            "prompt.facts_tokens",
            Takes::Whole(0, 100_000, "tokens"),
            Some("300"),
            "Room in every prompt for what is known of the person, the most important first.",
        ),
    ],
    &[
        key(
            "blocks.most",
            Takes::Whole(2, 100, "blocks"),
            Some("20"),
            "How many core blocks (small texts that stand in every prompt) a person may have.",
        ),
        key("blocks.max_characters", Takes::Whole(100, 100_000, "characters"), Some("2000"), "The longest core block."),
    ],
    &[
        key("documents.max_mb", Takes::Whole(1, 100, "MB"), Some("20"), "The biggest document that is taken."),
        key(
            "documents.max_parts",
            Takes::Whole(1, 1_000_000, "parts"),
            Some("20000"),
            "The most parts that a document's text may make.",
        ),
        key(
            "documents.patience_seconds",
            Takes::Whole(1, 3600, "seconds"),
            Some("60"),
            "How long reading a document may take before it is given up.",
        ),
        key(
            "documents.part_characters",
            Takes::Whole(100, 10_000, "characters"),
            Some("800"),
            "What a part of a document is filled up to; a table or code may take half as much again.",
        ),
        key(
            "documents.overlap_characters",
            Takes::Whole(0, 1000, "characters"),
            Some("120"),
            "What a part repeats of the one before, at most.",
        ),
        key(
            "documents.attachment_max_mb",
            Takes::Whole(1, 100, "MB"),
            Some("10"),
            "The biggest attachment of a memory.",
        ),
    ],
    &[
        key("turn.max_message_kb", Takes::Whole(1, 256, "KB"), Some("32"), "The longest message that is taken."),
        key(
            "turn.session_gap_minutes",
            Takes::Number(1.0, 1440.0, "minutes"),
            Some("30.0"),
            "After a silence this long, a new session begins.",
        ),
    ],
    &[
        key(
            "guard.held_back_seconds",
            Takes::Number(0.0, 60.0, "seconds"),
            Some("2.0"),
            "How long the answer to the second attempt of a week to take the companion over is held back.",
        ),
        key(
            "guard.pause_minutes",
            Takes::Number(0.0, 1440.0, "minutes"),
            Some("15.0"),
            "How long the third attempt of a week, and each after it, stops the talk. Who is in need is answered all the same.",
        ),
        key(
            "guard.patience_seconds",
            Takes::Number(0.1, 30.0, "seconds"),
            Some("3.0"),
            "How long the fast model may take over a message that guard and care are in doubt of.",
        ),
    ],
    &[
        key(
            "learn.batch",
            Takes::Whole(1, 20, "turns"),
            Some("8"),
            "Turns that the fast model is asked about at once, where they come quickly. It is asked at most once a turn.",
        ),
        key(
            "learn.wait_seconds",
            Takes::Number(0.0, 600.0, "seconds"),
            Some("2.0"),
            "How long more turns are waited for before it is asked. Nobody waits for it.",
        ),
    ],
    &[
        key("recall.k", Takes::Whole(1, 50, "memories"), Some("5"), "How many memories a reply may draw on."),
        key(
            "recall.lambda",
            Takes::Number(0.0, 1.0, ""),
            Some("0.7"),
            "Relevance (1) against variety (0) among recalled memories.",
        ),
        key(
            "recall.importance_weight",
            Takes::Number(0.0, 1.0, ""),
            Some("0.1"),
            "How much a memory's importance adds to its rank.",
        ),
        key(
            "recall.recency_weight",
            Takes::Number(0.0, 1.0, ""),
            Some("0.05"),
            "How much a memory's freshness adds to its rank.",
        ),
        key(
            "recall.half_life_days",
            Takes::Number(0.1, 36_500.0, "days"),
            Some("30.0"),
            "After so many days freshness counts half.",
        ),
    ],
    &[key(
        "mood.half_life_hours",
        Takes::Number(0.1, 1000.0, "hours"),
        Some("6.0"),
        "After so many hours half of a mood has worn off.",
    )],
    &[
        key(
            "backup.dir",
            Takes::Path,
            None,
            "Where backups are kept that are made by the clock or asked for without a place; `backups` in the data directory by default.",
        ),
        key(
            "backup.every_hours",
            Takes::Number(0.0, 8760.0, "hours"),
            Some("0.0"),
            "How often `philia serve` makes one; 0 is never.",
        ),
        key("backup.keep", Takes::Whole(1, 1000, "backups"), Some("7"), "How many are kept; the oldest go."),
        key(
            "backup.passphrase",
            Takes::Secret,
            None,
            "What they are sealed with, at least 12 characters. Without it they are as clear as the store is. Keep it where the backups are not.",
        ),
    ],
    &[key(
        "persona.default",
        Takes::Text,
        Some("\"curious_companion\""),
        "Who you meet if you choose nobody; see `philia persona list`.",
    )],
    &[
        key(
            "person.time_zone",
            Takes::TimeZone,
            None,
            "Time zone of people who have not said theirs (`Europe/London`); by default this machine's.",
        ),
        key(
            "person.language",
            Takes::Text,
            None,
            "Language of people who have not said theirs (`en`); by default this machine's.",
        ),
        key(
            "person.country",
            Takes::Text,
            None,
            "Country of people who have not said theirs (`GB`), for help lines; by default this machine's.",
        ),
    ],
    &[
        key(
            "privacy.local_hosts",
            Takes::Texts,
            Some("[\"loopback\"]"),
            "Hosts whose models count as this machine's own, for those whose words may not leave it. `loopback` is every address of this machine itself; leave it out if what listens there hands on what it is asked.",
        ),
        key(
            "privacy.retention_days",
            Takes::Whole(0, 36_500, "days"),
            Some("0"),
            "After so many days what is unimportant goes, for those who have not chosen themselves; 0 keeps everything.",
        ),
        key(
            "privacy.key_file",
            Takes::Path,
            None,
            "The file with the master key that wraps the keys of sealed people; master.key in the data directory by default. Made when it is first needed, readable by you alone.",
        ),
        key(
            "privacy.master_key",
            Takes::Secret,
            None,
            "The master key itself instead of a file: 32 bytes in base64. Better set by PHILIA__PRIVACY__MASTER_KEY.",
        ),
        key(
            "privacy.passphrase",
            Takes::Secret,
            None,
            "A passphrase from which the master key is made instead (Argon2id), of at least 12 characters. Better set by PHILIA__PRIVACY__PASSPHRASE.",
        ),
        key(
            "privacy.next_master_key",
            Takes::Secret,
            None,
            "The master key to change to with `philia privacy --rotate-master`, where it is given rather than in a file.",
        ),
        key(
            "privacy.next_passphrase",
            Takes::Secret,
            None,
            "The passphrase to change to with `philia privacy --rotate-master`.",
        ),
    ],
    &[
        key(
            "metrics.listen",
            Takes::Address,
            None,
            "A second address at which `serve` answers /metrics and nothing else, for a Prometheus on another machine; it asks for no sign-in.",
        ),
        key(
            "metrics.prices",
            Takes::Texts,
            Some("[]"),
            "What models cost, as PROVIDER:MODEL=IN/OUT in US dollars for a million tokens, for philia_model_cost_dollars.",
        ),
    ],
    &[
        key(
            "traces.endpoint",
            Takes::Url,
            None,
            "Where an OpenTelemetry collector takes OTLP over HTTP, such as http://127.0.0.1:4318, for programs built with `--features otel`. Spans hold names of parts, counts and times, and nothing that was said.",
        ),
        key(
            "traces.sample",
            Takes::Number(0.0, 1.0, ""),
            Some("1.0"),
            "The share of requests and turns that is traced.",
        ),
    ],
    &[
        key(
            "log.level",
            Takes::LogFilter,
            None,
            "error, warn, info, debug or trace, or a filter by part (`warn,philia_web=debug`); by default info in `serve` and warn elsewhere. What is said is never logged at info or above.",
        ),
        key(
            "log.format",
            Takes::Choice(&["text", "json"]),
            Some("\"text\""),
            "Lines for people or for machines, on stderr.",
        ),
        key(
            "log.dir",
            Takes::Path,
            None,
            "Where `serve` keeps its log as JSON in daily files that only you can read; `logs` in the data directory by default.",
        ),
        key(
            "log.keep_files",
            Takes::Whole(0, 3650, "files"),
            Some("30"),
            "How many of them are kept; 0 keeps none at all.",
        ),
        key(
            "log.max_file_mb",
            Takes::Whole(1, 100_000, "MB"),
            Some("100"),
            "The biggest of them; what comes then goes into the next one of that day.",
        ),
    ],
];
