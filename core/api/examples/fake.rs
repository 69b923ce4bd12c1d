//! Answers as the fake service does: `cargo run -p api --features fake --example fake -- DIR`, then
//! `homefold --data-dir DIR status` or a page in development.

use std::path::Path;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data_dir = std::env::args_os().nth(1).ok_or("which data dir?")?;
    Ok(api::fake::serve(Path::new(&data_dir)).await?)
}
