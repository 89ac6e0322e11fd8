//! A partition's head: the one item that every commit of the partition reads and raises.

use crate::DynamoStore;
use crate::item::{GENERATION, Home, Item, is, number, number_of, text, text_of};
use crate::transact::Write;
use aws_sdk_dynamodb::types::AttributeValue;
use philia_ports::store::{Partition, StoreError};

const SEQ: &str = "n";
const RECORDS: &str = "r";
const BY: &str = "w";
const TOUCHED: &str = "k";
const ERASING: &str = "e";
const REST: &str = "rest";

/// A partition as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    pub(crate) home: Home,
    /// How often it was erased.
    pub(crate) generation: u64,
    /// Its newest commit; 0 if there was none since it was erased, and it is not in the directory then.
    pub(crate) seq: u64,
    /// How many records it holds.
    pub(crate) records: u64,
    /// The token of the commit or the erasure that wrote this; empty if the item is not there.
    pub(crate) by: String,
    /// How many records of each kind the newest commit touched, where they are followed.
    pub(crate) touched: Item,
    /// It was erased, and not all of what it held is removed yet.
    pub(crate) erasing: bool,
    /// What is left to be written of the newest commit (see `commit`).
    pub(crate) rest: Vec<AttributeValue>,
}

impl Head {
    /// The head of an item, which is empty if there is none.
    pub(crate) fn read(home: Home, item: &Item) -> Self {
        Self {
            home,
            generation: number_of(item, GENERATION),
            seq: number_of(item, SEQ),
            records: number_of(item, RECORDS),
            by: text_of(item, BY).to_owned(),
            touched: item.get(TOUCHED).and_then(|touched| touched.as_m().ok()).cloned().unwrap_or_default(),
            erasing: is(item, ERASING),
            rest: item.get(REST).and_then(|rest| rest.as_l().ok()).cloned().unwrap_or_default(),
        }
    }

    /// A handle for the partition as it is.
    pub(crate) fn partition(&self) -> Partition {
        Partition { id: self.home.id.clone(), generation: self.generation }
    }

    fn write(&self) -> Item {
        let mut item = self.home.head().with([
            (GENERATION, number(self.generation)),
            (SEQ, number(self.seq)),
            (RECORDS, number(self.records)),
            (BY, text(&self.by)),
            (TOUCHED, AttributeValue::M(self.touched.clone())),
            (ERASING, AttributeValue::Bool(self.erasing)),
        ]);
        if !self.rest.is_empty() {
            item.insert(REST.into(), AttributeValue::L(self.rest.clone()));
        }
        item
    }

    /// Writes it in place of another, if that one is still as it was.
    pub(crate) fn over(&self, old: &Self) -> Write {
        let write = Write::put(self.write());
        if old.by.is_empty() {
            return write.only_if("attribute_not_exists(pk)", None);
        }
        let rest = if old.rest.is_empty() { "attribute_not_exists(rest)" } else { "attribute_exists(rest)" };
        write.only_if(&format!("{BY} = :v AND {rest}"), Some(text(&old.by)))
    }
}

impl DynamoStore {
    /// The head as it is, once what somebody left half done of the partition is finished.
    pub(crate) async fn head(&self, home: &Home) -> Result<Head, StoreError> {
        loop {
            let head = Head::read(home.clone(), &self.get(&home.head()).await?);
            if head.erasing {
                self.finish_erasing(&head).await?;
            } else if !head.rest.is_empty() {
                self.settle(&head).await?;
            } else {
                return Ok(head);
            }
        }
    }

    /// The heads of some partitions as they are, in their order.
    pub(crate) async fn heads(&self, homes: Vec<Home>) -> Result<Vec<Head>, StoreError> {
        let names: Vec<_> = homes.iter().map(Home::head).collect();
        let items = self.get_all(&names, None).await?;
        Ok(homes.into_iter().zip(items).map(|(home, item)| Head::read(home, &item)).collect())
    }
}
