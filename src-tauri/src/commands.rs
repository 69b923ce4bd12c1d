//! What a page in the window can call, and nothing else (`build.rs` and `capabilities` list the same).
//!
//! `ask` and `follow` hand through to the service; the others concern this computer's desktop. A page never
//! names a path of the disk: it names a folder, and the service says where that is.

use std::path::{Component, Path, PathBuf};
use std::process::Stdio;

use api::client::Client;
use api::request::{DriveMount, Nothing};
use api::{ApiError, ErrorCode};
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_autostart::ManagerExt;

use crate::follows::{Follows, Message};
use crate::place::DataDir;
use crate::starter::Starter;
use crate::window::Page;

/// Asks the service.
#[tauri::command]
pub(crate) async fn ask(
    client: State<'_, Client>,
    operation: String,
    request: Value,
) -> Result<Value, ApiError> {
    client.ask_by_name(&operation, &request).await
}

/// Follows a stream of the service; the answer is the number for `unfollow`.
#[tauri::command]
pub(crate) async fn follow(
    client: State<'_, Client>,
    follows: State<'_, Follows>,
    operation: String,
    request: Value,
    channel: Channel<Message>,
) -> Result<u32, ApiError> {
    let lines = client.follow_by_name(&operation, &request).await?;
    follows.begin(lines, move |message| channel.send(message).is_ok())
}

/// Follows a stream no longer.
#[tauri::command]
pub(crate) fn unfollow(follows: State<'_, Follows>, id: u32) {
    follows.end(id);
}

/// Starts the service if it does not run; the answer comes when it does.
#[tauri::command]
pub(crate) async fn start_service(
    client: State<'_, Client>,
    data_dir: State<'_, DataDir>,
) -> Result<(), ApiError> {
    Starter::of_this_system().start(&client, &data_dir).await
}

/// Whether the app starts at login.
#[tauri::command]
pub(crate) fn starts_at_login(app: AppHandle) -> bool {
    app.autolaunch().is_enabled().unwrap_or(false)
}

/// Makes the app start at login, or not.
#[tauri::command]
pub(crate) fn start_at_login(app: AppHandle, on: bool) -> Result<(), ApiError> {
    let launch = app.autolaunch();
    let done = if on { launch.enable() } else { launch.disable() };
    done.map_err(|cause| ApiError::new(ErrorCode::DiskError).because(cause))
}

/// Opens a folder of the home, or a directory below it, in the file manager; of a file the directory that
/// holds it.
#[tauri::command]
pub(crate) async fn open_folder(
    client: State<'_, Client>,
    folder: String,
    path: Option<String>,
) -> Result<(), ApiError> {
    browse(&client, &folder, path.as_deref().unwrap_or_default()).await
}

/// The same for the tray.
pub(crate) async fn browse(client: &Client, folder: &str, path: &str) -> Result<(), ApiError> {
    let folders = client.folder_list(&Nothing {}).await?;
    let found = folders.into_iter().find(|one| one.name == folder || one.id == folder);
    let found = found.ok_or_else(|| ApiError::about(ErrorCode::UnknownFolder, folder))?;
    let root = found.path.ok_or_else(|| ApiError::about(ErrorCode::NotAttached, folder))?;
    let place = below(Path::new(&root), path)
        .ok_or_else(|| ApiError::about(ErrorCode::BadRequest, path))?;
    let place = match place.is_dir() {
        true => place,
        false => {
            place.parent().filter(|parent| parent.is_dir()).unwrap_or(Path::new(&root)).to_owned()
        }
    };
    open(&place)
}

/// The page of a file or directory of this computer; none if it lies in no folder.
pub(crate) async fn page_of(client: &Client, path: &str) -> Result<Option<Page>, ApiError> {
    let status = client.status(&Nothing {}).await?;
    let page = status.located(path).map(|(folder, inside)| {
        let folder = folder.id.clone();
        match Path::new(path).is_dir() {
            true => Page::Directory { folder, path: inside },
            false => Page::File { folder, path: inside },
        }
    });
    Ok(page)
}

/// Opens the drive in the file manager; it is mounted where it is not.
pub(crate) async fn open_drive(client: &Client) -> Result<(), ApiError> {
    let drive = match client.status(&Nothing {}).await?.drive {
        Some(drive) => drive,
        None => client.drive_mount(&DriveMount { path: None }).await?,
    };
    open(Path::new(&drive.path))
}

/// Opens a directory in the file manager.
fn open(place: &Path) -> Result<(), ApiError> {
    let mut command = tokio::process::Command::new("xdg-open");
    command.arg(place).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command
        .spawn()
        .map_err(|cause| ApiError::about(ErrorCode::Unsupported, "xdg-open").because(cause))?;
    tokio::spawn(async move { child.wait().await });
    Ok(())
}

/// A place below a folder's directory; `None` if the path leads out of it.
fn below(root: &Path, path: &str) -> Option<PathBuf> {
    let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    inside.then(|| root.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_its_folder() {
        let root = Path::new("/home/ada/Photos");
        assert_eq!(below(root, "2026/a b.jpg"), Some(root.join("2026/a b.jpg")));
        assert_eq!(below(root, ""), Some(root.join("")));
        for path in ["../x", "a/../../x", "/etc", "./a/.."] {
            assert_eq!(below(root, path), None, "{path}");
        }
    }
}
