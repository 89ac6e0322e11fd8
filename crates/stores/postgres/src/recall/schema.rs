//! The index's tables. What they hold can be had again from the store, so an older schema is dropped and made anew.

use super::RecallLink;
use crate::error::error;
use crate::link::Line;
use philia_ports::StoreError;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

/// The schema of this program.
const NUMBER: i32 = 2;

const TABLES: [&str; 5] = ["recall_schema", "recall_person", "recall_entry", "recall_vector", "recall_word"];

/// Makes the tables, where nothing of their name is somebody else's, and says in which schema pgvector is.
pub(super) async fn prepare(line: &mut Line, location: &str, schema: &str) -> Result<String, StoreError> {
    let failed = |told| error(location, &told);
    let vector = extension(line, location).await?;
    let transaction = line.client.transaction().await.map_err(failed)?;
    let begin = format!(
        "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; SET LOCAL search_path = {schema}, {vector}, pg_temp;
         SELECT pg_advisory_xact_lock(hashtextextended('philia recall ' || $name${schema}$name$, 7018))"
    );
    transaction.batch_execute(&begin).await.map_err(failed)?;
    let sql = format!(
        "SELECT relname::text FROM pg_class WHERE relnamespace = to_regnamespace($name${schema}$name$) AND relname = ANY ($1)"
    );
    let ours: Vec<&str> = TABLES.to_vec();
    let there = transaction.query_typed(&sql, &[(&ours, Type::TEXT_ARRAY)]).await.map_err(failed)?;
    let there: Vec<String> = there.iter().map(|row| row.get(0)).collect();
    if there.iter().any(|name| name == "recall_schema") {
        let number = transaction.query_typed_opt("SELECT number::text FROM recall_schema", &[]).await;
        let number = number.ok().flatten().and_then(|row| row.try_get::<_, &str>(0).ok()?.parse::<i32>().ok());
        match number {
            Some(NUMBER) if there.len() == TABLES.len() => {
                transaction.commit().await.map_err(failed)?;
                return Ok(vector);
            }
            Some(newer) if newer > NUMBER => {
                return Err(StoreError::Invalid(format!(
                    "the index at {location} was made by a newer program (its schema is {newer}, this one knows {NUMBER})"
                )));
            }
            Some(_) => {
                let drop = format!("DROP TABLE IF EXISTS {}; DROP SEQUENCE IF EXISTS recall_number", TABLES.join(", "));
                transaction.batch_execute(&drop).await.map_err(failed)?;
            }
            None => return Err(somebody_elses(location, "recall_schema")),
        }
    } else if let Some(first) = there.first() {
        return Err(somebody_elses(location, first));
    } else {
        // To make a schema that is there already needs a right that its user may not have.
        let known = format!("SELECT to_regnamespace($name${schema}$name$) IS NOT NULL");
        if !transaction.query_typed_one(&known, &[]).await.map_err(failed)?.get::<_, bool>(0) {
            transaction.batch_execute(&format!("CREATE SCHEMA {schema}")).await.map_err(failed)?;
        }
    }
    let make = format!("{}; INSERT INTO recall_schema (number) VALUES ({NUMBER})", include_str!("tables.sql"));
    transaction.batch_execute(&make).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(vector)
}

/// Makes sure that pgvector is there, 0.8 or newer, and says in which schema.
async fn extension(line: &mut Line, location: &str) -> Result<String, StoreError> {
    let sql = "SELECT quote_ident(nspname), extversion FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
               WHERE extname = 'vector'";
    for attempt in 0..2 {
        let found = line.client.query_typed_opt(sql, &[]).await.map_err(|told| error(location, &told))?;
        if let Some(found) = found {
            let (schema, version): (String, String) = (found.get(0), found.get(1));
            let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
            if (parts.next(), parts.next()) < (Some(0), Some(8)) {
                return Err(StoreError::Invalid(format!(
                    "pgvector at {location} is {version}; 0.8 or newer is needed (ALTER EXTENSION vector UPDATE)"
                )));
            }
            return Ok(schema);
        }
        if attempt == 0
            && let Err(told) = line.client.batch_execute("CREATE EXTENSION IF NOT EXISTS vector").await
            && told.code() != Some(&SqlState::UNIQUE_VIOLATION)
        {
            let told = told.as_db_error().map_or_else(|| told.to_string(), |told| told.message().to_owned());
            return Err(StoreError::Invalid(format!(
                "the database at {location} has no pgvector, which the index needs: {told}; install it on the server, \
                 and let who may do so run CREATE EXTENSION vector"
            )));
        }
    }
    Err(StoreError::Unavailable(format!("pgvector at {location} comes and goes")))
}

fn somebody_elses(location: &str, table: &str) -> StoreError {
    StoreError::Invalid(format!(
        "{location} holds another program's table {table:?}; name a schema of the index's own by ?schema=NAME"
    ))
}

impl RecallLink {
    /// What every transaction of the index begins with.
    pub(super) fn settings(&self) -> String {
        let (schema, vector) = (&self.link.address.schema, &self.vector);
        format!("SET LOCAL search_path = {schema}, {vector}, pg_temp; SET LOCAL jit = off")
    }
}
