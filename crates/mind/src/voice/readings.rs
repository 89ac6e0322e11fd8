//! What was read in the words of a talk. The same memories and turns are looked at again with every message, and to
//! read them takes the rules of extraction; so whoever keeps the talk may keep this beside it.

use crate::memory::extract::{Extracted, Extractor, refers_back};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::VecDeque;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

/// The texts of which it is kept: what is recalled at a time, and the turns at hand.
const MOST: usize = 48;
/// The texts of which it is kept until the next turn has taken it up.
const NEWEST: usize = 8;

/// What the last texts of one person's talk were found to say. Everything that it depends on is in the name it is kept
/// under, so nothing makes it wrong; it holds words of theirs, so it goes with them.
#[derive(Default)]
pub struct Readings {
    extracted: Last<Arc<[Extracted]>, NEWEST>,
    facts: Last<Arc<[Extracted]>, MOST>,
    grave: Last<bool, MOST>,
}

/// The last texts by the hash of all that the reading depends on, newest first.
struct Last<T, const KEPT: usize>(Mutex<VecDeque<(u64, T)>>);

impl<T, const KEPT: usize> Default for Last<T, KEPT> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone, const KEPT: usize> Last<T, KEPT> {
    /// What was read under a name, or what `read` reads.
    fn or_read(&self, name: impl Hash, read: impl FnOnce() -> T) -> T {
        let mut hash = DefaultHasher::new();
        name.hash(&mut hash);
        let name = hash.finish();
        let known = self.with(|kept| kept.iter().find(|(known, _)| *known == name).map(|(_, read)| read.clone()));
        known.unwrap_or_else(|| {
            let read = read();
            self.with(|kept| {
                kept.truncate(KEPT - 1);
                kept.push_front((name, read.clone()));
            });
            read
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut VecDeque<(u64, T)>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A text, what the person said before it, when it was said and where.
type Saying<'a> = (&'a str, Option<&'a str>, Timestamp, &'a TimeZone);

fn name<'a>((text, before, at, zone): Saying<'a>) -> impl Hash + use<'a> {
    // What is recalled stands behind other words each time, which mostly say nothing of it.
    let before = before.filter(|_| refers_back(text));
    (text, before, at, zone.iana_name(), zone.to_offset(at).seconds())
}

impl Readings {
    /// What the rules extract from a text: the same as [`Extractor::extract`]. What is answered is learned from, and is
    /// the talk of the next turn.
    pub fn extract(&self, extractor: &Extractor, saying: Saying<'_>) -> Arc<[Extracted]> {
        let (text, before, at, zone) = saying;
        self.extracted.or_read(name(saying), || extractor.extract(text, before, at, zone).into())
    }

    /// The facts in a text: as they were read before, or as `read` reads them.
    pub(super) fn facts(&self, saying: Saying<'_>, read: impl FnOnce() -> Vec<Extracted>) -> Arc<[Extracted]> {
        self.facts.or_read(name(saying), || read().into())
    }

    /// Is a message grave: as it was found before, or as `read` finds it.
    pub(super) fn is_grave(&self, message: &str, read: impl FnOnce() -> bool) -> bool {
        self.grave.or_read(message, read)
    }
}

impl fmt::Debug for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its words are somebody's.
        write!(f, "Readings({} texts)", self.facts.with(|kept| kept.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Category;

    #[test]
    fn a_text_is_read_once_as_long_as_all_it_depends_on_is_the_same() {
        let read = Readings::default();
        let at = Timestamp::UNIX_EPOCH;
        let later = Timestamp::MAX;
        let berlin = TimeZone::fixed(jiff::tz::offset(2));
        let mut count = 0;
        let mut ask = |text, before, at, zone: &TimeZone| {
            read.facts((text, before, at, zone), || {
                count += 1;
                vec![Extracted::new(Category::Fact, format!("{count}"))]
            })[0]
                .content
                .clone()
        };
        let utc = &TimeZone::UTC;
        assert_eq!(ask("I moved.", None, at, utc), "1");
        assert_eq!(ask("I moved.", Some("To Rome?"), at, utc), "1");
        for (n, (text, before, at, zone)) in [
            ("I moved!", None, at, utc),
            ("Shes great.", None, at, utc),
            ("Shes great.", Some("I met Ana."), at, utc),
            ("I moved.", None, later, utc),
            ("I moved.", None, at, &berlin),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(ask(text, before, at, zone), format!("{}", n + 2));
        }
    }

    #[test]
    fn what_is_extracted_is_found_once() {
        let (read, extractor) = (Readings::default(), Extractor::new());
        let saying = ("His name is Sparky.", Some("I got a puppy."), Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        let found = read.extract(&extractor, saying);
        assert_eq!(*found, extractor.extract(saying.0, saying.1, saying.2, saying.3));
        assert!(!found.is_empty());
        assert!(Arc::ptr_eq(&found, &read.extract(&extractor, saying)));
        let alone = (saying.0, None, saying.2, saying.3);
        assert!(!Arc::ptr_eq(&found, &read.extract(&extractor, alone)));
    }

    #[test]
    fn only_the_last_are_kept() {
        let read = Readings::default();
        let mut asked = |n: usize| {
            let mut anew = false;
            read.facts((&n.to_string(), None, Timestamp::UNIX_EPOCH, &TimeZone::UTC), || {
                anew = true;
                Vec::new()
            });
            anew
        };
        assert!((0..=MOST).all(&mut asked));
        assert!(!asked(1));
        assert!(asked(0));
        assert_eq!(format!("{read:?}"), format!("Readings({MOST} texts)"));
    }
}
