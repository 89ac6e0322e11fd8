//! A model behind HTTP, from outside.
