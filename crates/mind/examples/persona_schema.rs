//! Writes the JSON Schema of persona files: `cargo run -p philia-mind --example persona_schema > personas/persona.schema.json`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{:#}", philia_mind::persona::schema::json_schema())
}
