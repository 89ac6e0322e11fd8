//! The use cases: a turn, recall, learning, settings, exchange.
