//! Strings told by number: their text in blocks, and a table to find them. Half the room of a map of strings.

use crate::grow;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher as _;

/// Strings, numbered as they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strings {
    texts: Texts,
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
        self.texts.get(number)
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
        let number = self.texts.push(string.as_bytes());
        let Self { texts, hasher, numbers } = self;
        let hash = hasher.hash_one(string.as_bytes());
        numbers.insert_unique(hash, number, |number| hasher.hash_one(texts.get(*number)));
        number
    }

    /// The string is not found any more; its number, if it had one, still tells it.
    pub(crate) fn forget(&mut self, string: &str) -> Option<u32> {
        let Self { texts, hasher, numbers } = self;
        let hash = hasher.hash_one(string.as_bytes());
        let found = numbers.find_entry(hash, |number| texts.get(*number) == string.as_bytes());
        found.ok().map(|entry| entry.remove().0)
    }

    /// So many are to come: the table is not to grow meanwhile.
    pub(crate) fn reserve(&mut self, strings: usize) {
        let Self { texts, hasher, numbers } = self;
        numbers.reserve(strings, |number| hasher.hash_one(texts.get(*number)));
    }

    /// Bytes held: the table has a byte of its own beside each place.
    pub(crate) fn bytes(&self) -> usize {
        self.texts.bytes() + table_bytes(&self.numbers)
    }
}

/// So many texts are in every block but the last.
const BLOCK: usize = 128;

/// Texts by number, in blocks that do not move once they are full (see [`crate::column`]).
#[derive(Clone, Debug, Default)]
struct Texts {
    blocks: Vec<Block>,
    /// How many texts.
    len: usize,
    /// Of all blocks but the last.
    full_bytes: usize,
}

/// Texts one behind the other, and where each ends.
#[derive(Clone, Debug, Default)]
struct Block {
    text: Vec<u8>,
    ends: Vec<u32>,
}

impl Texts {
    #[inline]
    fn get(&self, number: u32) -> &[u8] {
        let Block { text, ends } = &self.blocks[number as usize / BLOCK];
        let at = number as usize % BLOCK;
        let start = if at == 0 { 0 } else { ends[at - 1] };
        &text[start as usize..ends[at] as usize]
    }

    /// Adds a text, and gives its number.
    fn push(&mut self, text: &[u8]) -> u32 {
        if self.len.is_multiple_of(BLOCK) {
            self.full_bytes += self.blocks.last().map_or(0, Block::bytes);
            grow::push(&mut self.blocks, Block::default());
        }
        let block = &mut self.blocks[self.len / BLOCK];
        grow::room(&mut block.text, text.len());
        block.text.extend_from_slice(text);
        grow::push(&mut block.ends, block.text.len() as u32);
        self.len += 1;
        (self.len - 1) as u32
    }

    fn bytes(&self) -> usize {
        grow::bytes(&self.blocks) + self.full_bytes + self.blocks.last().map_or(0, Block::bytes)
    }
}

impl Block {
    fn bytes(&self) -> usize {
        grow::bytes(&self.text) + grow::bytes(&self.ends)
    }
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
