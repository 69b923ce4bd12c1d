//! Writing the support bundle.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::api::request::{PolicyRequest, SupportRequest};
use ::api::view::SupportView;
use ::api::{ApiError, ErrorCode};

use super::{Answer, device, policy, status};
use crate::node::Node;
use crate::support::{Bundle, LINES_MAX, Scrub};
use crate::{clock, log};

/// Writes the bundle where it is wanted.
pub(super) async fn support(node: &Arc<Node>, request: SupportRequest) -> Answer<SupportView> {
    let now = crate::chronicle::timestamp(clock::wall());
    let path = place(request.path.as_deref(), now)?;
    let (status, devices) = (status::status(node).await?, device::list_with_disks(node).await?);
    let target = Some(format!("device:{}", node.me)).filter(|_| node.has_home());
    let policies = policy::show(node, &PolicyRequest { target })?;
    let (logs, to) = (node.place.logs(), path.clone());
    let scrub = Scrub::of(names(node));
    let written = tokio::task::spawn_blocking(move || {
        let (log, _) = log::tail(&logs, LINES_MAX)?;
        Bundle { status, devices, policies, log, scrub, now }.write(&to)
    });
    let shown = path.display().to_string();
    let written =
        written.await.map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?;
    match written {
        Ok(size) => Ok(SupportView { path: shown, size }),
        Err(error) => Err(refused(&path, &error)),
    }
}

fn refused(path: &Path, error: &io::Error) -> ApiError {
    let code = if error.kind() == io::ErrorKind::AlreadyExists {
        ErrorCode::EntryExists
    } else if error.kind() == io::ErrorKind::StorageFull {
        ErrorCode::DiskFull
    } else {
        ErrorCode::DirectoryUnusable
    };
    ApiError::about(code, path.display().to_string()).because(error)
}

/// Where it is to be: in the user's own directory if nobody says where.
fn place(given: Option<&str>, now: jiff::Timestamp) -> Answer<PathBuf> {
    if let Some(text) = given {
        let path = PathBuf::from(text);
        return match path.is_absolute() {
            true => Ok(path),
            false => Err(ApiError::about(ErrorCode::BadRequest, text)),
        };
    }
    let home = std::env::home_dir().ok_or_else(|| ApiError::new(ErrorCode::DirectoryUnusable))?;
    Ok(home.join(format!("homefold-support-{}.tar.gz", now.strftime("%Y%m%d-%H%M%S"))))
}

/// Every name that this device knows and that is nobody else's business.
fn names(node: &Node) -> Vec<String> {
    let home = node.home.get();
    let mut names = vec![node.own_name(), home.home_name().to_owned()];
    names.extend(home.members().keys().map(|device| home.name(device)));
    names.extend(home.folders().into_iter().map(|folder| folder.name.clone()));
    for runtime in node.folders.all() {
        names.extend(runtime.path.file_name().map(|name| name.to_string_lossy().into_owned()));
    }
    names.extend(std::env::var("USER"));
    names.push(rustix::system::uname().nodename().to_string_lossy().into_owned());
    names
}
