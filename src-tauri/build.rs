//! Hands the configuration and the list of commands to Tauri: what is not listed here, no page can call.

/// What a page may call: `capabilities/pages.json` allows the same.
const COMMANDS: &[&str] = &[
    "ask",
    "follow",
    "unfollow",
    "start_service",
    "starts_at_login",
    "start_at_login",
    "open_folder",
];

fn main() {
    // The macro that takes a picture in does not say so to cargo.
    println!("cargo::rerun-if-changed=../icons");
    let commands = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("reading the app's configuration: {error:#}");
    }
}
