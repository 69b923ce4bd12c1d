//! What the pages know of the API, as TypeScript: `cargo xtask ui types` writes it to `ui/src/service`.
//!
//! `typescript types` prints the types and the table of operations, made from the OpenAPI document;
//! `typescript sentences` prints the sentences for people, so that they stand in one place for every
//! client. Not here: where the files go, whether they are stale (`xtask`).

mod sentences;
mod types;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = match std::env::args().nth(1).as_deref() {
        Some("types") => types::text(&serde_json::from_str(&api::openapi::json())?)?,
        Some("sentences") => sentences::text()?,
        Some(_) | None => return Err("types or sentences?".into()),
    };
    print(&text)?;
    Ok(())
}

fn print(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    std::io::stdout().write_all(text.as_bytes())
}
