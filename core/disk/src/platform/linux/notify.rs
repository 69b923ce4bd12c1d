//! News of changes by inotify.
