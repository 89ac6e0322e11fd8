//! Finding: memories that answer a question, and lists of them.

use super::filter::{Filter, instant};
use super::people::Asked;
use super::shape::{self, EXPIRES};
use crate::extract::Fields;
use crate::problem::Problem;
use axum::Json;
use axum::extract::Query;
use philia_companion::Person;
use philia_companion::recall::Request;
use philia_mind::Memory;
use philia_ports::index;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Memories read at once.
const PAGE: usize = 500;
/// Memories that a question may find at most, before they are filtered.
const FOUND: usize = 50;

/// A question. What is not named here is read past.
#[derive(Deserialize, ToSchema)]
#[schema(as = Mem0Question)]
pub(crate) struct Question {
    #[schema(min_length = 1, pattern = "\\S")]
    query: String,
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000)]
    top_k: Option<u32>,
    #[serde(default)]
    #[schema(ignore)]
    limit: Option<u32>,
    /// The least relevance, 0..=1.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1)]
    threshold: Option<f64>,
    #[serde(flatten)]
    wanted: Wanted,
}

/// Which memories.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Mem0Wanted)]
pub(crate) struct Wanted {
    /// `AND`, `OR`, `NOT`, and conditions on fields.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    filters: Option<Value>,
    #[serde(default)]
    categories: Option<Vec<String>>,
    #[serde(default)]
    #[schema(ignore)]
    start_date: Option<Value>,
    #[serde(default)]
    #[schema(ignore)]
    end_date: Option<Value>,
    #[serde(default)]
    show_expired: Option<bool>,
    /// Only these fields of each.
    #[serde(default)]
    fields: Option<Vec<String>>,
    #[serde(flatten)]
    #[schema(ignore)]
    beside: Map<String, Value>,
}

impl Wanted {
    /// With what stands in a query.
    pub(super) fn of(query: BTreeMap<String, String>) -> Result<Self, Problem> {
        let mut wanted = Self::default();
        for (name, value) in query {
            match name.as_str() {
                "filters" => wanted.filters = Some(lenient(&value).map_err(Problem::refused)?),
                _ => drop(wanted.beside.insert(name, value.into())),
            }
        }
        Ok(wanted)
    }

    /// With a filter, and the marks beside it.
    pub(super) fn new(filters: Option<Map<String, Value>>, beside: Map<String, Value>) -> Self {
        Self { filters: filters.map(Value::from), beside, ..Self::default() }
    }

    /// With these marks.
    pub(super) fn marked(beside: Map<String, Value>) -> Self {
        Self { beside, ..Self::default() }
    }

    pub(super) fn filter(&self) -> Result<Filter, Problem> {
        Filter::read(self.filters.as_ref(), &self.beside).map_err(Problem::refused)
    }

    fn lets_pass(&self, filter: &Filter, person: &Person, memory: &Memory, today: &str) -> bool {
        let categories = shape::categories(memory);
        let expired = memory.metadata.get(EXPIRES).and_then(Value::as_str).is_some_and(|day| day < today);
        let edge = |edge: &Option<Value>| edge.as_ref().and_then(instant);
        shape::is_shown(memory)
            && memory.valid_until.is_none()
            && (!expired || self.show_expired == Some(true))
            && self.categories.as_ref().is_none_or(|wanted| wanted.iter().any(|one| categories.contains(one)))
            && edge(&self.start_date).is_none_or(|start| memory.occurred_at >= start)
            && edge(&self.end_date).is_none_or(|end| memory.occurred_at <= end)
            && filter.lets_pass(person, memory)
    }

    /// As it is told.
    fn told(&self, person: &Person, memory: &Memory) -> Value {
        let mut told = shape::told(person, memory);
        if let (Some(fields), Some(told)) = (&self.fields, told.as_object_mut()) {
            told.retain(|name, _| name == "id" || fields.contains(name));
        }
        told
    }

    /// All of them, newest first.
    pub(super) async fn all(&self, asked: &Asked) -> Result<Vec<(Person, Memory)>, Problem> {
        let filter = self.filter()?;
        let today = asked.philia.now().to_string();
        let mut found = Vec::new();
        for person in asked.people(&filter).await? {
            let mut cursor = None;
            loop {
                let both = index::Filter { include_companion: true, ..index::Filter::default() };
                let page = person.browse(&both, PAGE, cursor).await?;
                let fits = |memory: &Memory| self.lets_pass(&filter, &person, memory, &today[..10]);
                found.extend(page.items.into_iter().filter(fits).map(|memory| (person.clone(), memory)));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// All of them, as they are told.
    pub(super) async fn list(&self, asked: &Asked) -> Result<Vec<Value>, Problem> {
        let all = self.all(asked).await?;
        Ok(all.iter().map(|(person, memory)| self.told(person, memory)).collect())
    }
}

impl Question {
    /// What answers it, best first.
    pub(super) async fn answer(self, asked: &Asked) -> Result<Vec<Value>, Problem> {
        if self.top_k.is_some_and(|k| !(1..=1000).contains(&k)) {
            return Err(Problem::invalid("top_k: 1 to 1000 is allowed"));
        }
        if self.threshold.is_some_and(|least| !(0.0..=1.0).contains(&least)) {
            return Err(Problem::invalid("threshold: 0 to 1 is allowed"));
        }
        let filter = self.wanted.filter()?;
        let today = asked.philia.now().to_string();
        let most = self.top_k.or(self.limit).unwrap_or(10) as usize;
        let mut found = Vec::new();
        for person in asked.people(&filter).await? {
            let both = index::Filter { include_companion: true, ..index::Filter::default() };
            let request = Request { k: FOUND, filter: both, ..Request::new(self.query.as_str()) };
            for recalled in person.recall(&request).await?.memories {
                let near = self.threshold.is_none_or(|least| recalled.relevance >= least);
                if near && self.wanted.lets_pass(&filter, &person, &recalled.memory, &today[..10]) {
                    let mut told = self.wanted.told(&person, &recalled.memory);
                    told["score"] = recalled.relevance.into();
                    told["score_breakdown"] = json!({ "relevance": recalled.relevance, "ranked": recalled.score });
                    found.push((recalled.score, told));
                }
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(found.into_iter().take(most).map(|(_, told)| told).collect())
    }
}

/// JSON, or what a client in Python makes of a dictionary that it puts into an address.
fn lenient(text: &str) -> Result<Value, String> {
    let json = serde_json::from_str(text);
    json.or_else(|_| serde_json::from_str(&text.replace('\'', "\"").replace("True", "true").replace("None", "null")))
        .map_err(|error| format!("filters: this is not JSON: {error}"))
}

/// A page of a list.
fn page(query: &BTreeMap<String, String>) -> Result<Option<(usize, usize)>, Problem> {
    let number = |name: &str, most: usize| match query.get(name).map(|text| text.parse::<usize>()) {
        None => Ok(None),
        Some(Ok(number)) if (1..=most).contains(&number) => Ok(Some(number)),
        Some(_) => Err(Problem::invalid(format!("{name}: a whole number from 1 to {most} is expected"))),
    };
    let (page, size) = (number("page", 1_000_000)?, number("page_size", 1000)?);
    Ok((page.is_some() || size.is_some()).then(|| (page.unwrap_or(1), size.unwrap_or(100))))
}

/// A list with where it goes on.
fn paged(items: Vec<Value>, page: Option<(usize, usize)>) -> Value {
    let (page, size) = page.unwrap_or((1, 100));
    let count = items.len();
    let from = (page - 1).saturating_mul(size);
    let link = |page: usize| format!("?page={page}&page_size={size}");
    let next = (from.saturating_add(size) < count).then(|| link(page + 1));
    let previous = (page > 1).then(|| link(page - 1));
    let results: Vec<Value> = items.into_iter().skip(from).take(size).collect();
    json!({ "count": count, "next": next, "previous": previous, "results": results })
}

/// Memories that answer a question.
#[utoipa::path(
    post,
    path = "/v3/memories/search/",
    tag = "Mem0",
    request_body = Question,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn v3_search(asked: Asked, Fields(question): Fields<Question>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "results": question.answer(&asked).await? })))
}

/// Memories that answer a question, as a bare list.
#[utoipa::path(
    post,
    path = "/v2/memories/search/",
    tag = "Mem0",
    request_body = Question,
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn v2_search(asked: Asked, Fields(question): Fields<Question>) -> Result<Json<Value>, Problem> {
    Ok(Json(question.answer(&asked).await?.into()))
}

/// Memories that answer a question, as a bare list.
#[utoipa::path(
    post,
    path = "/v1/memories/search/",
    tag = "Mem0",
    request_body = Question,
    responses((status = 200, description = "It is so", body = Vec<Object>))
)]
pub(crate) async fn v1_search(asked: Asked, Fields(question): Fields<Question>) -> Result<Json<Value>, Problem> {
    Ok(Json(question.answer(&asked).await?.into()))
}

/// A page of memories, newest first.
#[utoipa::path(
    post,
    path = "/v3/memories/",
    tag = "Mem0",
    params(
        ("page" = Option<usize>, Query, minimum = 1, maximum = 1000000),
        ("page_size" = Option<usize>, Query, minimum = 1, maximum = 1000),
    ),
    request_body = Wanted,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn v3_list(
    asked: Asked,
    Query(query): Query<BTreeMap<String, String>>,
    Fields(wanted): Fields<Wanted>,
) -> Result<Json<Value>, Problem> {
    let page = page(&query)?;
    Ok(Json(paged(wanted.list(&asked).await?, page)))
}

/// Memories, newest first: a bare list, or a page where one is asked for.
#[utoipa::path(
    post,
    path = "/v2/memories/",
    tag = "Mem0",
    params(
        ("page" = Option<usize>, Query, minimum = 1, maximum = 1000000),
        ("page_size" = Option<usize>, Query, minimum = 1, maximum = 1000),
    ),
    request_body = Wanted,
    responses((status = 200, description = "It is so", body = Value))
)]
pub(crate) async fn v2_list(
    asked: Asked,
    Query(query): Query<BTreeMap<String, String>>,
    Fields(wanted): Fields<Wanted>,
) -> Result<Json<Value>, Problem> {
    let page = page(&query)?;
    let items = wanted.list(&asked).await?;
    Ok(Json(if page.is_some() { paged(items, page) } else { items.into() }))
}

/// Memories, newest first: a bare list, or a page where one is asked for.
#[utoipa::path(
    get,
    path = "/v1/memories/",
    tag = "Mem0",
    params(
        ("user_id" = Option<String>, Query, min_length = 1, max_length = 128, pattern = r"^[^/\x00-\x1f\x7f-\x9f]*$"),
        ("agent_id" = Option<String>, Query),
        ("app_id" = Option<String>, Query),
        ("run_id" = Option<String>, Query),
        ("page" = Option<usize>, Query, minimum = 1, maximum = 1000000),
        ("page_size" = Option<usize>, Query, minimum = 1, maximum = 1000),
    ),
    responses((status = 200, description = "It is so", body = Value))
)]
pub(crate) async fn v1_list(
    asked: Asked,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Problem> {
    let page = page(&query)?;
    let items = Wanted::of(query)?.list(&asked).await?;
    Ok(Json(if page.is_some() { paged(items, page) } else { items.into() }))
}
