//! Chat and embedding models behind the ports.
