//! The graph of memories: whom they are about, and how they hang together.

use crate::memory::{Memory, Relation};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Something in the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Node {
    /// A memory's id, or `subject:` and whom or what it is.
    pub id: String,
    /// What to show.
    pub label: String,
    /// `memory` or `subject`.
    pub kind: &'static str,
}

/// How two things hang together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Edge {
    /// From this one.
    pub from: String,
    /// To that one.
    pub to: String,
    /// A link's relation, `about`, or a fact's key.
    pub label: String,
}

/// A part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Graph {
    /// Nodes, the nearest to what was asked first.
    pub nodes: Vec<Node>,
    /// Edges between them.
    pub edges: Vec<Edge>,
    /// There is more than was asked for.
    pub more: bool,
}

/// The part of the graph within `depth` edges of what `about` names (a memory's id, or a word of a subject or value),
/// `limit` nodes at most; of everything if nothing is named. Only what is linked, or states a fact, is in it.
pub fn graph(memories: &[Memory], about: Option<&str>, depth: usize, limit: usize) -> Graph {
    let subject = |name: &str| format!("subject:{}", name.to_lowercase());
    let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
    let mut edges: BTreeSet<Edge> = BTreeSet::new();
    let known: BTreeSet<&str> = memories.iter().map(|memory| memory.id.as_str()).collect();
    for memory in memories {
        let id = memory.id.as_str().to_owned();
        let label: String = memory.content.chars().take(120).collect();
        nodes.insert(id.clone(), Node { id: id.clone(), label, kind: "memory" });
        for link in memory.links.iter().filter(|link| known.contains(link.to.as_str())) {
            let label = match link.relation {
                Relation::Related => "related",
                Relation::Parent => "parent",
                Relation::Child => "child",
                Relation::Supersedes => "supersedes",
                Relation::Contradicts => "contradicts",
            };
            edges.insert(Edge { from: id.clone(), to: link.to.as_str().to_owned(), label: label.to_owned() });
        }
        let whom = memory.fact.as_ref().map(|fact| fact.subject.as_str()).or(memory.subject.as_deref());
        if let Some(whom) = whom {
            let at = subject(whom);
            nodes.entry(at.clone()).or_insert_with(|| Node { id: at.clone(), label: whom.to_owned(), kind: "subject" });
            edges.insert(Edge {
                from: at,
                to: id,
                label: memory.fact.as_ref().map_or_else(|| "about".into(), |f| f.key.clone()),
            });
        }
    }
    let mut near: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in &edges {
        near.entry(&edge.from).or_default().insert(&edge.to);
        near.entry(&edge.to).or_default().insert(&edge.from);
    }
    let wanted = about.map(str::to_lowercase);
    let begins = |node: &Node| match &wanted {
        None => near.contains_key(node.id.as_str()),
        Some(words) => {
            node.id.to_lowercase() == *words
                || node.kind == "subject" && node.label.to_lowercase() == *words
                || node.kind == "memory"
                    && near.contains_key(node.id.as_str())
                    && node.label.to_lowercase().contains(words.as_str())
        }
    };
    let mut queue: VecDeque<(&str, usize)> =
        nodes.values().filter(|node| begins(node)).map(|node| (node.id.as_str(), 0)).collect();
    let mut taken: Vec<&str> = Vec::new();
    let mut seen: BTreeSet<&str> = queue.iter().map(|(id, _)| *id).collect();
    while let Some((id, steps)) = queue.pop_front() {
        if taken.len() == limit {
            break;
        }
        taken.push(id);
        for next in near.get(id).into_iter().flatten().filter(|_| steps < depth) {
            if seen.insert(*next) {
                queue.push_back((*next, steps + 1));
            }
        }
    }
    let inside: BTreeSet<&str> = taken.iter().copied().collect();
    Graph {
        nodes: taken.iter().filter_map(|id| nodes.get(*id).cloned()).collect(),
        edges: edges
            .iter()
            .filter(|edge| inside.contains(edge.from.as_str()) && inside.contains(edge.to.as_str()))
            .cloned()
            .collect(),
        more: seen.len() > taken.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryId;
    use crate::memory::{Fact, Link, Provenance, Speaker};

    #[test]
    fn a_graph_goes_as_far_as_it_is_asked() {
        let at = "2026-05-03T10:00:00Z".parse().unwrap();
        let plain = |id: &str| Memory::new(MemoryId::new(id), id, Speaker::User, "test", at, Provenance::Hand);
        let link = |to: &str| Link { to: MemoryId::new(to), relation: Relation::Related, strength: 1.0 };
        let fact = Fact { subject: "Ana".into(), key: "home".into(), value: "Rome".into() };
        let memories = [
            Memory { fact: Some(fact), links: vec![link("b"), link("gone")], ..plain("a") },
            Memory { links: vec![link("c")], ..plain("b") },
            plain("c"),
            plain("alone"),
        ];
        let ids = |graph: &Graph| graph.nodes.iter().map(|node| node.id.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(ids(&graph(&memories, None, 0, 10)), "a b c subject:ana");
        assert_eq!(ids(&graph(&memories, Some("ana"), 1, 10)), "subject:ana a");
        assert_eq!(ids(&graph(&memories, Some("ana"), 3, 10)), "subject:ana a b c");
        let cut = graph(&memories, Some("Ana"), 3, 2);
        assert!(cut.more && cut.edges.len() == 1, "{cut:?}");
        assert_eq!(cut.edges[0].label, "home");
    }
}
