//! What the system lets this process have at once.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Takes as many open files as this user may have: a program may open thousands on the drive, each of
/// which is one of the service, and systems give a process 1024 until it asks.
pub(super) fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if limit.current != limit.maximum
        && let Err(error) = setrlimit(Resource::Nofile, raised)
    {
        tracing::warn!(%error, "asking for more open files");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_files_may_be_open_as_the_system_allows() {
        let most = getrlimit(Resource::Nofile).maximum;
        setrlimit(Resource::Nofile, Rlimit { current: Some(900), maximum: most }).unwrap();
        raise_open_files();
        assert_eq!(getrlimit(Resource::Nofile).current, most);
    }
}
