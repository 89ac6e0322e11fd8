//! Strings told by number: one text, where each ends, and a table to find them. Half the room of a map of strings.

use crate::grow;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher as _;

/// Strings, numbered as they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strings {
    text: Vec<u8>,
    ends: Vec<usize>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Strings {
    /// How many can be found.
    pub(crate) fn known(&self) -> usize {
        self.numbers.len()
    }

    /// The bytes of a number. They order as the strings do.
    pub(crate) fn bytes_of(&self, number: u32) -> &[u8] {
        bytes_of(&self.text, &self.ends, number)
    }

    /// The string of a number.
    pub(crate) fn get(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes_of(number)).unwrap_or_default()
    }

    /// The number of a string.
    pub(crate) fn find(&self, string: &str) -> Option<u32> {
        let same = |number: &u32| self.bytes_of(*number) == string.as_bytes();
        self.numbers.find(self.hasher.hash_one(string.as_bytes()), same).copied()
    }

    /// Adds a string under the next number, where it is found from now on, whatever number it had before.
    pub(crate) fn add(&mut self, string: &str) -> u32 {
        self.forget(string);
        let number = self.ends.len() as u32;
        grow::room(&mut self.text, string.len());
        self.text.extend_from_slice(string.as_bytes());
        grow::push(&mut self.ends, self.text.len());
        let hash = self.hasher.hash_one(string.as_bytes());
        let Self { text, ends, hasher, numbers } = self;
        numbers.insert_unique(hash, number, |number| hasher.hash_one(bytes_of(text, ends, *number)));
        number
    }

    /// The string is not found any more; its number, if it had one, still tells it.
    pub(crate) fn forget(&mut self, string: &str) -> Option<u32> {
        let Self { text, ends, hasher, numbers } = self;
        let hash = hasher.hash_one(string.as_bytes());
        let found = numbers.find_entry(hash, |number| bytes_of(text, ends, *number) == string.as_bytes());
        found.ok().map(|entry| entry.remove().0)
    }

    /// Makes room for so many and no more.
    pub(crate) fn reserve_exact(&mut self, strings: usize, bytes: usize) {
        self.text.reserve_exact(bytes);
        self.ends.reserve_exact(strings);
        let Self { text, ends, hasher, numbers } = self;
        numbers.reserve(strings, |number| hasher.hash_one(bytes_of(text, ends, *number)));
    }

    /// Bytes held: the table has a byte of its own beside each place.
    pub(crate) fn bytes(&self) -> usize {
        grow::bytes(&self.text) + grow::bytes(&self.ends) + table_bytes(&self.numbers)
    }
}

fn bytes_of<'a>(text: &'a [u8], ends: &[usize], number: u32) -> &'a [u8] {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] };
    &text[start..ends[number]]
}

/// What a table holds: its places, of which an eighth stays free, each with a byte.
pub(crate) fn table_bytes<T>(table: &HashTable<T>) -> usize {
    table.allocation_size()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_by_their_newest_number() {
        let mut strings = Strings::default();
        assert_eq!([strings.add("dog"), strings.add(""), strings.add("cat")], [0, 1, 2]);
        assert_eq!((strings.find("cat"), strings.find(""), strings.find("cow")), (Some(2), Some(1), None));
        assert_eq!(strings.add("dog"), 3);
        assert_eq!((strings.find("dog"), strings.get(0), strings.get(3), strings.known()), (Some(3), "dog", "dog", 3));
        assert_eq!((strings.forget("dog"), strings.forget("dog"), strings.find("dog")), (Some(3), None, None));
        assert_eq!(strings.get(3), "dog");
        for n in 0..1000 {
            strings.add(&format!("word{n}"));
        }
        assert!((0..1000).all(|n| strings.find(&format!("word{n}")) == Some(4 + n)));
    }
}
