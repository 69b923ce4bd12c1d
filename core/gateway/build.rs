//! Embeds what `npm run build` left in `ui/dist`. Without it the crate builds as well and carries no pages.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let source = here.join("../../ui");
    let pages = source.join("dist");
    // A path that is not there would make every build start anew.
    let watched = if pages.is_dir() { &pages } else { &source };
    println!("cargo:rerun-if-changed={}", watched.display());

    let mut found = Vec::new();
    if pages.is_dir() {
        collect(&pages, &mut found)?;
    }
    found.sort();
    let mut table = String::from("&[\n");
    for file in &found {
        let place = file.strip_prefix(&pages).map_err(io::Error::other)?.display().to_string();
        let (place, file) = (format!("/{place}"), fs::canonicalize(file)?.display().to_string());
        writeln!(table, "({place:?}, include_bytes!({file:?}) as &[u8]),")
            .map_err(io::Error::other)?;
    }
    table.push(']');
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("pages.rs"), table)
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
