//! The house rules that no compiler checks: who may depend on whom, and how files begin and end.

#![allow(clippy::expect_used, reason = "a test ends where something is not as it must be")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the mind may be built from: no async runtime, no I/O, no clock, no chance.
const MIND: &[&str] = &[
    "compact_str",
    "hashbrown",
    "jiff",
    "regex",
    "rust-stemmers",
    "serde",
    "serde_json",
    "smallvec",
    "thiserror",
    "unicode-normalization",
    "unicode-properties",
    "unicode-segmentation",
    // Descriptions of its types, only with the feature `schema`.
    "utoipa",
];

/// What an adapter may name of the house, if nothing else is said below.
const LEAF: &[&str] = &["philia-mind", "philia-ports"];

/// The direction of the house: each crate that is no adapter, and those that share something, and which of its own it may
/// name.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("philia-mind", &[]),
    ("philia-ports", &["philia-mind"]),
    ("philia-companion", &["philia-mind", "philia-ports"]),
    ("philia-models", LEAF),
    // What its store and its cache share: the connection.
    ("philia-redis", LEAF),
    ("philia-store-redis", &["philia-mind", "philia-ports", "philia-redis"]),
    ("philia-cache-redis", &["philia-mind", "philia-ports", "philia-redis"]),
    ("philia-web", &["philia-mind", "philia-ports", "philia-companion"]),
    ("philia-testkit", LEAF),
];

/// Is it an adapter, by its name?
fn is_adapter(name: &str) -> bool {
    let kinds = ["philia-store-", "philia-index-", "philia-cache-"];
    name == "philia-models" || kinds.iter().any(|kind| name.starts_with(kind))
}

/// What a crate may name of the house.
fn may_name(name: &str) -> &'static [&'static str] {
    let listed = MAY_NAME.iter().find(|(known, _)| *known == name);
    match listed {
        Some((_, allowed)) => allowed,
        None => {
            assert!(is_adapter(name), "{name} is missing from the list above");
            LEAF
        }
    }
}

/// Crates that must not be in the program at all: a second TLS, C tool chains, code that phones home.
const BANNED: &[&str] = &["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys", "cmake", "sentry"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace's root")
}

fn metadata() -> Value {
    // Only this platform's packages: those of others may not have been downloaded.
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&rustc.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("the host's name");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo's metadata")
}

/// The normal and build dependencies that each crate of the workspace names itself.
fn named(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let members: BTreeSet<&str> =
        metadata["workspace_members"].as_array().expect("members").iter().filter_map(Value::as_str).collect();
    let packages = metadata["packages"].as_array().expect("packages");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    packages
        .iter()
        .filter(|package| members.contains(package["id"].as_str().unwrap_or_default()))
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            let names = dependencies.iter().filter(|d| d["kind"] != "dev").map(|d| text(&d["name"])).collect();
            (text(&package["name"]), names)
        })
        .collect()
}

#[test]
fn dependencies_point_inwards() {
    let named = named(&metadata());
    for (name, dependencies) in named.iter().filter(|(name, _)| *name != "philia") {
        let own: BTreeSet<&str> =
            dependencies.iter().map(String::as_str).filter(|d| *d == "philia" || d.starts_with("philia-")).collect();
        let allowed: BTreeSet<&str> = may_name(name).iter().copied().collect();
        assert!(own.is_subset(&allowed), "{name} may name {allowed:?} of the house, and names {own:?}");
    }
    let gone: Vec<&str> = MAY_NAME.iter().map(|(name, _)| *name).filter(|name| !named.contains_key(*name)).collect();
    assert!(gone.is_empty(), "{gone:?} of the list above are gone");
}

#[test]
fn only_the_binary_names_an_adapter() {
    for (name, dependencies) in named(&metadata()) {
        let adapters: Vec<&String> = dependencies.iter().filter(|name| is_adapter(name)).collect();
        assert!(name == "philia" || adapters.is_empty(), "{name} names {adapters:?}");
    }
}

#[test]
fn the_mind_is_pure() {
    let named = named(&metadata());
    let allowed: BTreeSet<&str> = MIND.iter().copied().collect();
    let found: BTreeSet<&str> = named["philia-mind"].iter().map(String::as_str).collect();
    assert!(found.is_subset(&allowed), "the mind may be built from {allowed:?}, and names {found:?}");
}

#[test]
fn nothing_unwanted_is_linked() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().expect("the resolved graph");
    let by_id: BTreeMap<&str, &Value> = nodes.iter().map(|n| (n["id"].as_str().unwrap_or_default(), n)).collect();
    let name_of: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|p| (p["id"].as_str().unwrap_or_default(), p["name"].as_str().unwrap_or_default()))
        .collect();
    let start = name_of.iter().find(|(_, name)| **name == "philia").map(|(id, _)| *id).expect("the binary");
    let mut seen = BTreeSet::from([start]);
    let mut todo = vec![start];
    while let Some(id) = todo.pop() {
        for dependency in by_id[id]["deps"].as_array().expect("deps") {
            let kinds = dependency["dep_kinds"].as_array().expect("kinds");
            let id = dependency["pkg"].as_str().expect("an id");
            // Only what is really built for this platform and not only for tests.
            let built = kinds.iter().any(|kind| kind["kind"] != "dev");
            if built && seen.insert(id) {
                todo.push(id);
            }
        }
    }
    assert!(seen.len() > 50, "the walk found only {} packages", seen.len());
    let found: Vec<&str> = seen.iter().map(|id| name_of[id]).filter(|name| BANNED.contains(name)).collect();
    assert!(found.is_empty(), "the program links {found:?}");
}

#[test]
fn files_say_what_they_are_and_hold_one_idea() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in rust_files(&root().join("crates")) {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        count += 1;
        if !text.starts_with("//!") {
            wrong.push(format!("{} does not begin with //!", file.display()));
        }
        let lines = text.lines().count();
        if lines > 800 {
            wrong.push(format!("{} has {lines} lines; 800 is the most", file.display()));
        }
    }
    assert!(count > 50, "only {count} files were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
