//! The embedded index passes the suite that every index passes.

use philia_index_embedded::EmbeddedIndex;

philia_testkit::index_conformance!(EmbeddedIndex::new(64 << 20));
