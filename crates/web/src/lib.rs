//! The HTTP doors: REST and the chat page.
