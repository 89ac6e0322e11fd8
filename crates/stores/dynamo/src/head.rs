//! A partition's head: the one item that every commit of the partition reads and raises.

use crate::Inner;
use crate::item::{GENERATION, Home, Item, is, number, number_of, text, text_of};
use aws_sdk_dynamodb::types::AttributeValue;
use philia_ports::store::{Kind, StoreError};
use std::collections::{BTreeMap, HashMap};

/// Its number: that of the partition's newest commit.
pub(crate) const SEQ: &str = "n";
/// What is left to be written of the newest commit (see `commit`).
pub(crate) const REST: &str = "rest";

const RECORDS: &str = "r";
const BY: &str = "w";
const TOUCHED: &str = "k";
const LISTED: &str = "l";
const ERASING: &str = "e";

/// A partition as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    pub(crate) home: Home,
    /// Is the item there?
    pub(crate) exists: bool,
    /// How often it was erased.
    pub(crate) generation: u64,
    /// Its newest commit.
    pub(crate) seq: u64,
    /// How many records it holds.
    pub(crate) records: u64,
    /// The token of the transaction that wrote this.
    pub(crate) by: String,
    /// How many records of each kind the newest commit touched, where they are followed.
    pub(crate) touched: BTreeMap<String, u64>,
    /// Is it in the directory?
    pub(crate) listed: bool,
    /// It was erased, and not all of what it held is removed yet.
    pub(crate) erasing: bool,
    /// What is left to be written of the newest commit.
    pub(crate) rest: Vec<AttributeValue>,
}

impl Head {
    pub(crate) fn read(home: &Home, item: Option<&Item>) -> Self {
        let empty = Item::new();
        let item = item.unwrap_or(&empty);
        let touched = item.get(TOUCHED).and_then(|touched| touched.as_m().ok());
        let counts =
            touched.into_iter().flatten().filter_map(|(kind, n)| Some((kind.clone(), n.as_n().ok()?.parse().ok()?)));
        Self {
            home: home.clone(),
            exists: !item.is_empty(),
            generation: number_of(item, GENERATION).unwrap_or(0),
            seq: number_of(item, SEQ).unwrap_or(0),
            records: number_of(item, RECORDS).unwrap_or(0),
            by: text_of(item, BY).unwrap_or_default().to_owned(),
            touched: counts.collect(),
            listed: is(item, LISTED),
            erasing: is(item, ERASING),
            rest: item.get(REST).and_then(|rest| rest.as_l().ok()).cloned().unwrap_or_default(),
        }
    }

    pub(crate) fn write(&self) -> Item {
        let mut item = self.home.head();
        for (name, value) in [(GENERATION, self.generation), (SEQ, self.seq), (RECORDS, self.records)] {
            item.insert(name.into(), number(value));
        }
        item.insert(BY.into(), text(&self.by));
        let touched = self.touched.iter().map(|(kind, n)| (kind.clone(), number(*n)));
        item.insert(TOUCHED.into(), AttributeValue::M(touched.collect()));
        for (name, mark) in [(LISTED, self.listed), (ERASING, self.erasing)] {
            if mark {
                item.insert(name.into(), AttributeValue::Bool(true));
            }
        }
        if !self.rest.is_empty() {
            item.insert(REST.into(), AttributeValue::L(self.rest.clone()));
        }
        item
    }

    /// How many records of a kind the newest commit touched.
    pub(crate) fn touched(&self, kind: Kind) -> u64 {
        self.touched.get(kind.as_str()).copied().unwrap_or(0)
    }
}

impl Inner {
    /// The head as it is, once what somebody left half done of the partition is finished.
    pub(crate) async fn head(&self, home: &Home) -> Result<Head, StoreError> {
        loop {
            let head = Head::read(home, self.get(home.head()).await?.as_ref());
            if head.erasing {
                self.finish_erasing(&head).await?;
            } else if !head.rest.is_empty() {
                self.settle(&head).await?;
            } else {
                return Ok(head);
            }
        }
    }

    /// The heads of some partitions, by their hash, as they are.
    pub(crate) async fn heads(&self, homes: &[Home]) -> Result<HashMap<String, Head>, StoreError> {
        let items = self.batch_get(homes.iter().map(Home::head).collect(), None).await?;
        let by_hash: HashMap<&str, &Home> = homes.iter().map(|home| (home.hash.as_str(), home)).collect();
        let head = |item: &Item| {
            let home = by_hash.get(text_of(item, crate::item::PK)?)?;
            Some((home.hash.clone(), Head::read(home, Some(item))))
        };
        Ok(items.iter().filter_map(head).collect())
    }
}
