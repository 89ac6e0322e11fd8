//! A small MongoDB for tests: a replica set of one, in memory, that speaks the wire protocol (OP_MSG) and knows the
//! commands that the store sends. Transactions read from a snapshot, and of two that write the same document the
//! second is told of a write conflict, as the manual describes it. What it does not know it refuses, so that nothing is
//! sent that nobody looked at.

use mongodb::bson::{Bson, Document, doc};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What becomes of a command.
pub(crate) enum Act {
    /// It is done and answered.
    Pass,
    /// It is done, and the answer is lost with the connection.
    Lose,
    /// It is not done; this is the answer.
    Say(Document),
    /// It is not done, and there is no answer.
    Hang,
}

/// Says what becomes of a command, from its name and how many there were of it before.
pub(crate) type Rule = dyn Fn(&str, usize) -> Act + Send + Sync;

/// A running server. It ends with its process.
pub(crate) struct Small {
    address: String,
    state: Arc<Mutex<State>>,
}

/// Collections by name, documents by their ids.
type Data = BTreeMap<String, BTreeMap<Vec<u8>, Document>>;

#[derive(Default)]
struct State {
    hello: Document,
    data: Data,
    /// When each document was written last, counted in commits.
    written: HashMap<(String, Vec<u8>), u64>,
    now: u64,
    open: HashMap<Vec<u8>, Transaction>,
    made: HashSet<(Vec<u8>, i64)>,
    cursors: HashMap<i64, Vec<Document>>,
    seen: HashMap<String, usize>,
    log: Vec<Document>,
}

struct Transaction {
    number: i64,
    began: u64,
    data: Data,
    writes: HashSet<(String, Vec<u8>)>,
}

impl Small {
    /// Starts a replica set.
    pub(crate) fn start() -> Self {
        Self::start_as(doc! { "setName": "rs0" }, |_, _| Act::Pass)
    }

    /// Starts one that says so of itself, under a rule.
    pub(crate) fn start_as(hello: Document, rule: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut whole = doc! {
            "ok": 1.0, "helloOk": true, "isWritablePrimary": true, "maxBsonObjectSize": 16_777_216,
            "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000, "minWireVersion": 0, "maxWireVersion": 21,
            "logicalSessionTimeoutMinutes": 30,
        };
        if hello.contains_key("setName") {
            whole.extend(doc! { "hosts": [&address], "me": &address, "primary": &address, "setVersion": 1 });
        }
        whole.extend(hello);
        let state = Arc::new(Mutex::new(State { hello: whole, ..State::default() }));
        let (shared, rule): (_, Arc<Rule>) = (state.clone(), Arc::new(rule));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, rule) = (shared.clone(), rule.clone());
                std::thread::spawn(move || serve(stream, &state, &*rule));
            }
        });
        Self { address, state }
    }

    /// The URL of a database.
    pub(crate) fn url(&self) -> String {
        format!("mongodb://{}/philia_test", self.address)
    }

    /// The commands of that name, in order.
    pub(crate) fn commands(&self, name: &str) -> Vec<Document> {
        let state = self.state.lock().unwrap();
        state.log.iter().filter(|command| command.keys().next().is_some_and(|first| first == name)).cloned().collect()
    }

    /// All documents of a collection.
    pub(crate) fn documents(&self, collection: &str) -> Vec<Document> {
        self.state.lock().unwrap().data.get(collection).map(|all| all.values().cloned().collect()).unwrap_or_default()
    }

    /// Puts a document there.
    pub(crate) fn insert(&self, collection: &str, document: Document) {
        let mut state = self.state.lock().unwrap();
        state.data.entry(collection.into()).or_default().insert(id_of(&document), document);
    }
}

/// Reads a message: the request's number and the command, with the documents that came beside it.
fn receive(stream: &mut impl Read) -> Option<(i32, Document)> {
    let mut header = [0; 16];
    stream.read_exact(&mut header).ok()?;
    let number = |at: usize| i32::from_le_bytes(header[at..at + 4].try_into().unwrap());
    assert_eq!(number(12), 2013, "only OP_MSG is known");
    let mut body = vec![0; usize::try_from(number(0)).unwrap() - 16];
    stream.read_exact(&mut body).ok()?;
    let (mut rest, mut command, mut beside) = (&body[4..], Document::new(), Vec::new());
    while let Some((kind, after)) = rest.split_first() {
        rest = after;
        if *kind == 0 {
            command = Document::from_reader(&mut rest).unwrap();
            continue;
        }
        let size = usize::try_from(i32::from_le_bytes(rest[..4].try_into().unwrap())).unwrap();
        let (section, after) = rest.split_at(size);
        rest = after;
        let end = 4 + section[4..].iter().position(|byte| *byte == 0).unwrap();
        let (name, mut documents) = (String::from_utf8_lossy(&section[4..end]).into_owned(), &section[end + 1..]);
        let mut list = Vec::new();
        while !documents.is_empty() {
            list.push(Bson::Document(Document::from_reader(&mut documents).unwrap()));
        }
        beside.push((name, Bson::Array(list)));
    }
    command.extend(beside);
    Some((number(4), command))
}

fn send(stream: &mut impl Write, request: i32, answer: &Document) -> Option<()> {
    let body = answer.to_vec().unwrap();
    let mut message = Vec::new();
    for number in [i32::try_from(21 + body.len()).unwrap(), 0, request, 2013, 0] {
        message.extend(number.to_le_bytes());
    }
    message.push(0);
    message.extend(body);
    stream.write_all(&message).ok()
}

fn serve(stream: TcpStream, state: &Mutex<State>, rule: &Rule) -> Option<()> {
    let (mut reader, mut writer) = (BufReader::new(stream.try_clone().ok()?), stream);
    while let Some((request, command)) = receive(&mut reader) {
        let name = command.keys().next().unwrap().clone();
        let nth = {
            let mut state = state.lock().unwrap();
            state.log.push(command.clone());
            let seen = state.seen.entry(name.clone()).or_default();
            *seen += 1;
            *seen - 1
        };
        let answer = match rule(&name, nth) {
            Act::Say(answer) => answer,
            Act::Hang => loop {
                std::thread::park();
            },
            act => {
                let answer = state.lock().unwrap().answer(&name, &command);
                if matches!(act, Act::Lose) {
                    return None;
                }
                answer
            }
        };
        send(&mut writer, request, &answer)?;
    }
    Some(())
}

fn error(code: i32, name: &str, label: Option<&str>) -> Document {
    let labels: Vec<&str> = label.into_iter().collect();
    doc! { "ok": 0.0, "code": code, "codeName": name, "errmsg": format!("{name}, says the test"), "errorLabels": labels }
}

fn id_of(document: &Document) -> Vec<u8> {
    doc! { "_id": document.get("_id").unwrap().clone() }.to_vec().unwrap()
}

impl State {
    fn answer(&mut self, name: &str, command: &Document) -> Document {
        let session = command.get_document("lsid").map(|lsid| lsid.to_vec().unwrap()).unwrap_or_default();
        let number = command.get_i64("txnNumber").ok();
        let within = command.get_bool("autocommit").is_ok_and(|it| !it);
        if command.get_bool("startTransaction").unwrap_or(false) {
            let begun = Transaction {
                number: number.unwrap(),
                began: self.now,
                data: self.data.clone(),
                writes: HashSet::new(),
            };
            self.open.insert(session.clone(), begun);
        }
        match name {
            "hello" | "isMaster" | "ismaster" => return self.hello.clone(),
            "buildInfo" => return doc! { "ok": 1.0, "version": "7.0.99" },
            "dbStats" => return doc! { "ok": 1.0, "totalSize": 4096.0 },
            "endSessions" | "killCursors" | "createIndexes" => return doc! { "ok": 1.0 },
            "commitTransaction" => return self.make(session, number.unwrap()),
            "abortTransaction" => {
                return match self.open.remove(&session) {
                    Some(_) => doc! { "ok": 1.0 },
                    None => error(251, "NoSuchTransaction", Some("TransientTransactionError")),
                };
            }
            "getMore" => {
                let rest = self.cursors.remove(&command.get_i64("getMore").unwrap()).unwrap_or_default();
                return doc! { "ok": 1.0, "cursor": { "id": 0_i64, "ns": "x.y", "nextBatch": rest } };
            }
            _ => {}
        }
        if within && self.open.get(&session).is_none_or(|open| Some(open.number) != number) {
            return error(251, "NoSuchTransaction", Some("TransientTransactionError"));
        }
        let session = within.then_some(session);
        match name {
            "find" => self.find(command, session.as_deref()),
            "update" => self.update(command, session.as_deref()),
            "delete" => self.delete(command, session.as_deref()),
            other => error(59, &format!("CommandNotFound {other}"), None),
        }
    }

    fn data(&mut self, session: Option<&[u8]>) -> &mut Data {
        match session {
            Some(session) => &mut self.open.get_mut(session).unwrap().data,
            None => &mut self.data,
        }
    }

    /// Writes a document, or removes it; false if another transaction is in the way, which ends this one.
    fn write(&mut self, session: Option<&[u8]>, collection: &str, id: Vec<u8>, document: Option<Document>) -> bool {
        let key = (collection.to_owned(), id.clone());
        if let Some(session) = session {
            let began = self.open[session].began;
            let late = self.written.get(&key).is_some_and(|written| *written > began);
            let held = self.open.iter().any(|(other, open)| other != session && open.writes.contains(&key));
            if late || held {
                self.open.remove(session);
                return false;
            }
            self.open.get_mut(session).unwrap().writes.insert(key);
        } else {
            self.now += 1;
            self.written.insert(key, self.now);
        }
        let all = self.data(session).entry(collection.into()).or_default();
        match document {
            Some(document) => drop(all.insert(id, document)),
            None => drop(all.remove(&id)),
        }
        true
    }

    fn make(&mut self, session: Vec<u8>, number: i64) -> Document {
        if self.made.contains(&(session.clone(), number)) {
            return doc! { "ok": 1.0 };
        }
        let Some(mut open) = self.open.remove(&session) else {
            return error(251, "NoSuchTransaction", Some("TransientTransactionError"));
        };
        self.now += 1;
        for (collection, id) in open.writes {
            let there = open.data.entry(collection.clone()).or_default().remove(&id);
            let all = self.data.entry(collection.clone()).or_default();
            match there {
                Some(document) => drop(all.insert(id.clone(), document)),
                None => drop(all.remove(&id)),
            }
            self.written.insert((collection, id), self.now);
        }
        self.made.insert((session, number));
        doc! { "ok": 1.0 }
    }

    fn find(&mut self, command: &Document, session: Option<&[u8]>) -> Document {
        let collection = command.get_str("find").unwrap();
        let filter = command.get_document("filter").cloned().unwrap_or_default();
        let all = self.data(session).get(collection);
        let mut found: Vec<Document> =
            all.into_iter().flat_map(BTreeMap::values).filter(|document| matches(document, &filter)).cloned().collect();
        if let Ok(sort) = command.get_document("sort") {
            found.sort_by(|a, b| {
                let by = |(path, direction): (&String, &Bson)| {
                    let order =
                        at(a, path).zip(at(b, path)).and_then(|(a, b)| compare(a, b)).unwrap_or(Ordering::Equal);
                    if *direction == Bson::Int32(-1) { order.reverse() } else { order }
                };
                sort.iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
            });
        }
        let limit = command.get("limit").and_then(|limit| limit.as_i64().or(limit.as_i32().map(i64::from)));
        if let Some(limit @ 1..) = limit {
            found.truncate(usize::try_from(limit).unwrap());
        }
        if let Ok(only) = command.get_document("projection") {
            let left_out = only.iter().any(|(_, value)| *value == Bson::Int32(0));
            for document in &mut found {
                let keep = |name: &str| {
                    if left_out { !only.contains_key(name) } else { only.contains_key(name) || name == "_id" }
                };
                *document = std::mem::take(document).into_iter().filter(|(name, _)| keep(name)).collect();
            }
        }
        // As much as the server gives at first.
        let rest = found.split_off(found.len().min(101));
        let cursor = if rest.is_empty() { 0 } else { self.cursors.len() as i64 + 1 };
        if cursor > 0 {
            self.cursors.insert(cursor, rest);
        }
        doc! { "ok": 1.0, "cursor": { "id": cursor, "ns": format!("philia_test.{collection}"), "firstBatch": found } }
    }

    fn update(&mut self, command: &Document, session: Option<&[u8]>) -> Document {
        let collection = command.get_str("update").unwrap().to_owned();
        let mut count = 0;
        for update in command.get_array("updates").unwrap() {
            let update = update.as_document().unwrap();
            let (query, change) = (update.get_document("q").unwrap(), update.get_document("u").unwrap());
            let all = self.data(session).entry(collection.clone()).or_default();
            let old = all.values().find(|document| matches(document, query)).cloned();
            let upsert = update.get_bool("upsert").unwrap_or(false);
            let new = match (&old, change.keys().next().map(String::as_str)) {
                (None, _) if !upsert => continue,
                (None, Some("$setOnInsert")) => {
                    let mut new = query.clone();
                    new.extend(change.get_document("$setOnInsert").unwrap().clone());
                    new
                }
                (Some(_), Some("$setOnInsert")) => continue,
                (Some(old), Some("$unset")) => {
                    let gone = change.get_document("$unset").unwrap();
                    old.clone().into_iter().filter(|(name, _)| !gone.contains_key(name)).collect()
                }
                (_, Some(operator)) if operator.starts_with('$') => return error(9, operator, None),
                _ => change.clone(),
            };
            count += 1;
            if !self.write(session, &collection, id_of(&new), Some(new)) {
                return error(112, "WriteConflict", Some("TransientTransactionError"));
            }
        }
        doc! { "ok": 1.0, "n": count, "nModified": count }
    }

    fn delete(&mut self, command: &Document, session: Option<&[u8]>) -> Document {
        let collection = command.get_str("delete").unwrap().to_owned();
        let mut count = 0;
        for delete in command.get_array("deletes").unwrap() {
            let query = delete.as_document().unwrap().get_document("q").unwrap();
            let all = self.data(session).entry(collection.clone()).or_default();
            let gone: Vec<Vec<u8>> =
                all.iter().filter(|(_, document)| matches(document, query)).map(|(id, _)| id.clone()).collect();
            for id in gone {
                count += 1;
                if !self.write(session, &collection, id, None) {
                    return error(112, "WriteConflict", Some("TransientTransactionError"));
                }
            }
        }
        doc! { "ok": 1.0, "n": count }
    }
}

/// What stands at a path of names with dots between.
fn at<'a>(document: &'a Document, path: &str) -> Option<&'a Bson> {
    match path.split_once('.') {
        Some((first, rest)) => at(document.get_document(first).ok()?, rest),
        None => document.get(path),
    }
}

fn compare(a: &Bson, b: &Bson) -> Option<Ordering> {
    let integer = |value: &Bson| value.as_i64().or(value.as_i32().map(i64::from));
    match (a, b) {
        (Bson::String(a), Bson::String(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Bson::Boolean(a), Bson::Boolean(b)) => Some(a.cmp(b)),
        (Bson::Document(a), Bson::Document(b)) => Some(a.to_vec().unwrap().cmp(&b.to_vec().unwrap())),
        _ => Some(integer(a)?.cmp(&integer(b)?)),
    }
}

fn matches(document: &Document, filter: &Document) -> bool {
    let each = |list: &Bson| -> Vec<bool> {
        list.as_array().unwrap().iter().map(|one| matches(document, one.as_document().unwrap())).collect()
    };
    filter.iter().all(|(name, wanted)| match (name.as_str(), wanted) {
        ("$and", list) => each(list).into_iter().all(|holds| holds),
        ("$or", list) => each(list).into_iter().any(|holds| holds),
        (path, Bson::Document(operators)) if operators.keys().next().is_some_and(|first| first.starts_with('$')) => {
            let found = at(document, path);
            operators.iter().all(|(operator, value)| {
                let order = found.and_then(|found| compare(found, value));
                match operator.as_str() {
                    "$gt" => order == Some(Ordering::Greater),
                    "$gte" => order.is_some_and(Ordering::is_ge),
                    "$lt" => order == Some(Ordering::Less),
                    "$lte" => order.is_some_and(Ordering::is_le),
                    "$ne" => order != Some(Ordering::Equal),
                    "$exists" => value.as_bool().unwrap() == found.is_some(),
                    "$in" => found.is_some_and(|found| {
                        value.as_array().unwrap().iter().any(|one| compare(found, one) == Some(Ordering::Equal))
                    }),
                    other => panic!("the operator {other} is not known here"),
                }
            })
        }
        (path, wanted) => at(document, path).is_some_and(|found| compare(found, wanted) == Some(Ordering::Equal)),
    })
}
