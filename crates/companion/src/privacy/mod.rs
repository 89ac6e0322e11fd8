//! What is a person's own business: where their words may go, how they are kept, and how they leave.
//!
//! - `reach`: which model or embedder may have somebody's words.

mod reach;

pub(crate) use reach::Remembered;
pub use reach::{Embedders, Models, Reach};
