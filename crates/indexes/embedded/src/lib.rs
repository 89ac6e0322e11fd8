//! The recall index in process: exact int8 scan and BM25.
