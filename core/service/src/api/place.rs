//! Names and paths that a client gave, as the model's values.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::api::{ApiError, ErrorCode};
use model::{DeviceId, FolderId, RelPath};

use super::Answer;
use crate::fault::ToApi;
use crate::folders::Runtime;
use crate::node::Node;

/// The folder that is meant.
pub(super) fn folder(node: &Node, text: &str) -> Answer<FolderId> {
    node.home.get().resolve_folder(text).to_api()
}

/// The folder that is meant, if this device takes part in it.
pub(super) fn attached(node: &Node, text: &str) -> Answer<Arc<Runtime>> {
    let runtime = open(node, text)?;
    if runtime.is_view() {
        return Err(ApiError::about(ErrorCode::NotAttached, text));
    }
    Ok(runtime)
}

/// The folder that is meant, if this device takes part in it or looks at it.
pub(super) fn open(node: &Node, text: &str) -> Answer<Arc<Runtime>> {
    let folder = folder(node, text)?;
    node.folders.get(folder).ok_or_else(|| ApiError::about(ErrorCode::NotAttached, text))
}

/// The folders that are meant: one, or all in which this device takes part or at which it looks.
pub(super) fn open_or_all(node: &Node, text: Option<&str>) -> Answer<Vec<Arc<Runtime>>> {
    match text {
        Some(text) => Ok(vec![open(node, text)?]),
        None => Ok(node.folders.all()),
    }
}

/// The device that is meant.
pub(super) fn device(node: &Node, text: &str) -> Answer<DeviceId> {
    if !node.has_home() && (text == node.own_name() || node.me.has_prefix(text)) {
        return Ok(node.me);
    }
    node.home.get().resolve_device(text).to_api()
}

/// A path in a folder.
pub(super) fn path(text: &str) -> Answer<RelPath> {
    RelPath::parse(text)
        .map_err(|error| ApiError::about(ErrorCode::BadRequest, text).because(error))
}

/// A directory of the user for a folder called `name`: absolute, and nobody else's.
pub(super) fn directory(node: &Node, given: Option<&str>, name: &str) -> Answer<PathBuf> {
    let wanted = match given {
        Some(text) => PathBuf::from(text),
        None => std::env::home_dir()
            .ok_or_else(|| ApiError::new(ErrorCode::DirectoryUnusable))?
            .join(name),
    };
    let shown = || wanted.display().to_string();
    if !wanted.is_absolute() {
        return Err(ApiError::about(ErrorCode::BadRequest, shown()));
    }
    std::fs::create_dir_all(&wanted).map_err(|error| unusable(&wanted, &error))?;
    let real = std::fs::canonicalize(&wanted).map_err(|error| unusable(&wanted, &error))?;
    if !real.is_dir() {
        return Err(ApiError::about(ErrorCode::DirectoryUnusable, shown()));
    }
    if is_taken(node, &real) {
        return Err(ApiError::about(ErrorCode::DirectoryTaken, shown()));
    }
    Ok(real)
}

/// Whether a directory is, holds or lies in another folder's, or the service's own.
pub(super) fn is_taken(node: &Node, real: &Path) -> bool {
    let taken = |other: &Path| {
        let other = std::fs::canonicalize(other).unwrap_or_else(|_| other.to_owned());
        real.starts_with(&other) || other.starts_with(real)
    };
    let used = |open: &Arc<Runtime>| {
        let own = open.path.starts_with(node.place.root());
        (!own && taken(&open.path)) || open.place().is_some_and(|place| taken(&place))
    };
    taken(node.place.root()) || node.folders.all().iter().any(used)
}

fn unusable(path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::about(ErrorCode::DirectoryUnusable, path.display().to_string()).because(error)
}
