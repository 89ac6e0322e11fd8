//! Chat and embedding models behind the ports.

pub mod static_table;
