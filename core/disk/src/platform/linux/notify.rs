//! News of changes by inotify: one watch for each directory.
//!
//! The crate `notify` is not used here because it also asks for every opening of a file: each scan and
//! each program that reads would fill the queue, whose overflow calls for another scan. Directories
//! are watched through their open handle, never by path, so a link in the way leads nowhere.

use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::path::OWN_DIRECTORY;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

use super::dir::{Dir, Kind};
use super::watched::Watched;
use crate::ignore::Ignore;
use crate::root::Root;
use crate::watcher::{News, Reason};

/// How long the first half of a rename waits for the second.
const HALF_MAX: Duration = Duration::from_millis(10);
/// Bytes of news read at a time.
const BUFFER: usize = 64 * 1024;

const WHAT: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::ONLYDIR)
    .union(WatchFlags::EXCL_UNLINK);

/// Takes what the system tells.
pub(crate) type Listener<'a> = &'a mut dyn FnMut(News);

/// The system's news of one folder.
#[derive(Debug)]
pub(crate) struct Notifier {
    root: Arc<Root>,
    ignore: Arc<Ignore>,
    inotify: OwnedFd,
    wake: OwnedFd,
    watched: Watched,
    half: Option<Half>,
    /// Whether a directory's number of names tells how many directories it holds.
    counts_directories: bool,
}

/// Ends the waiting of a [`Notifier`] for good.
#[derive(Debug)]
pub(crate) struct Waker(OwnedFd);

/// The first half of a rename.
#[derive(Debug)]
struct Half {
    cookie: u32,
    path: String,
    /// The watch of a directory.
    watch: Option<i32>,
    is_dir: bool,
    since: Instant,
}

/// One piece of news, copied out of the buffer.
struct Raw {
    watch: i32,
    flags: ReadFlags,
    cookie: u32,
    name: Option<String>,
}

impl Waker {
    pub(crate) fn stop(&self) {
        // It fails only if it was told to stop very often already.
        let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
    }
}

impl Notifier {
    pub(crate) fn start(
        root: Arc<Root>,
        ignore: Arc<Ignore>,
        tell: Listener<'_>,
    ) -> io::Result<Self> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let wake = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
        let remote = root.top().is_remote()?;
        if remote {
            tell(News::Unwatched(String::new(), Reason::Remote));
        }
        let mut notifier = Self {
            root,
            ignore,
            inotify,
            wake,
            watched: Watched::default(),
            half: None,
            counts_directories: !remote,
        };
        notifier.watch_tree("", None, tell);
        Ok(notifier)
    }

    pub(crate) fn waker(&self) -> io::Result<Waker> {
        Ok(Waker(self.wake.try_clone()?))
    }

    /// When [`Notifier::wait`] must be called again even if there is no news.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.half.as_ref().map(|half| half.since + HALF_MAX)
    }

    /// Waits for news until `until` and tells them; false once it was told to stop.
    pub(crate) fn wait(&mut self, until: Option<Instant>, tell: Listener<'_>) -> io::Result<bool> {
        let timeout = until.map(|until| {
            let wait = until.saturating_duration_since(Instant::now());
            Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: wait.subsec_nanos().into() }
        });
        let mut fds =
            [PollFd::new(&self.inotify, PollFlags::IN), PollFd::new(&self.wake, PollFlags::IN)];
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if !fds[1].revents().is_empty() {
            return Ok(false);
        }
        self.read(tell)?;
        if self.due().is_some_and(|due| due <= Instant::now()) {
            self.end_half(tell);
        }
        Ok(true)
    }

    /// Tries to watch a place again; whether it is watched now.
    pub(crate) fn try_again(&mut self, path: &str, tell: Listener<'_>) -> bool {
        if self.root.top().is_remote().unwrap_or(true) && path.is_empty() {
            return false;
        }
        let mut failed = false;
        self.watch_tree(path, None, &mut |news| {
            if matches!(news, News::Unwatched(..)) {
                failed = true;
            } else {
                tell(news);
            }
        });
        !failed
    }

    fn read(&mut self, tell: Listener<'_>) -> io::Result<()> {
        let mut buffer = [const { MaybeUninit::<u8>::uninit() }; BUFFER];
        let mut all = Vec::new();
        {
            let mut reader = Reader::new(&self.inotify, &mut buffer);
            loop {
                match reader.next() {
                    Ok(event) => all.push(Raw {
                        watch: event.wd(),
                        flags: event.events(),
                        cookie: event.cookie(),
                        name: event.file_name().map(shown),
                    }),
                    Err(Errno::AGAIN) => break,
                    Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
                // What is read is worked on before more is read, so that memory is bounded.
                if reader.is_buffer_empty() && all.len() >= BUFFER / 64 {
                    break;
                }
            }
        }
        for raw in all {
            self.translate(raw, tell);
        }
        Ok(())
    }

    fn translate(&mut self, raw: Raw, tell: Listener<'_>) {
        if raw.flags.contains(ReadFlags::QUEUE_OVERFLOW) {
            tell(News::Overflow);
            return self.watch_everything_anew(tell);
        }
        if raw.flags.intersects(ReadFlags::IGNORED | ReadFlags::UNMOUNT) {
            if self.watched.is_root(raw.watch) {
                tell(News::RootLost);
            }
            self.watched.remove(raw.watch);
            return;
        }
        if raw.flags.intersects(ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF) {
            return tell(News::RootLost);
        }
        let Some(name) = raw.name else { return };
        let Some(path) = self.watched.path_of(raw.watch, &name) else { return };
        if path == OWN_DIRECTORY {
            if raw.flags.intersects(ReadFlags::DELETE | ReadFlags::MOVED_FROM) {
                tell(News::RootLost);
            }
            return;
        }
        let is_dir = raw.flags.contains(ReadFlags::ISDIR);
        let ignored = self.ignore.matches(&path, is_dir);
        if raw.flags.contains(ReadFlags::MOVED_FROM) {
            self.end_half(tell);
            let watch = self.watched.child(raw.watch, &name);
            if !ignored {
                let since = Instant::now();
                self.half = Some(Half { cookie: raw.cookie, path, watch, is_dir, since });
            }
        } else if raw.flags.contains(ReadFlags::MOVED_TO) {
            self.moved_to((raw.watch, &name), raw.cookie, (path, is_dir, ignored), tell);
        } else if !ignored {
            self.plain(raw.flags, path, is_dir, tell);
        }
    }

    fn plain(&mut self, flags: ReadFlags, path: String, is_dir: bool, tell: Listener<'_>) {
        if flags.contains(ReadFlags::CREATE) {
            if is_dir {
                self.watch_tree(&path, None, tell);
                tell(News::Directory(path));
            } else if self.is_whole(&path) {
                tell(News::Appeared(path));
            } else {
                tell(News::Created(path));
            }
        } else if flags.contains(ReadFlags::CLOSE_WRITE) {
            tell(News::Closed(path));
        } else if flags.contains(ReadFlags::MODIFY) {
            tell(News::Modified(path));
        } else if flags.contains(ReadFlags::DELETE) {
            tell(News::Removed(path));
        } else if flags.contains(ReadFlags::ATTRIB) {
            tell(News::Attributes(path));
        }
    }

    /// Whether a new name is a link or a second name, which nobody is about to write and close.
    fn is_whole(&self, path: &str) -> bool {
        let Ok(path) = model::RelPath::parse(path) else { return false };
        match self.root.facts(&path) {
            Ok(Some(facts)) => facts.kind != Kind::File || facts.links > 1,
            Ok(None) | Err(_) => false,
        }
    }

    fn moved_to(
        &mut self,
        (parent, name): (i32, &str),
        cookie: u32,
        (path, is_dir, ignored): (String, bool, bool),
        tell: Listener<'_>,
    ) {
        let half = match self.half.take() {
            Some(half) if half.cookie == cookie => half,
            other => {
                self.half = other;
                return match (ignored, is_dir) {
                    (true, _) => {}
                    (false, true) => {
                        self.watch_tree(&path, None, tell);
                        tell(News::Directory(path));
                    }
                    (false, false) => tell(News::Appeared(path)),
                };
            }
        };
        if ignored {
            self.unwatch(half.watch);
            return tell(News::Removed(half.path));
        }
        match half.watch {
            Some(watch) => self.watched.rename(watch, parent, name),
            None if is_dir => self.watch_tree(&path, None, tell),
            None => {}
        }
        tell(News::Moved { from: half.path, to: path, is_dir: half.is_dir });
    }

    /// The second half of a rename did not come: it was moved out of the folder.
    fn end_half(&mut self, tell: Listener<'_>) {
        if let Some(half) = self.half.take() {
            self.unwatch(half.watch);
            tell(News::Removed(half.path));
        }
    }

    fn unwatch(&mut self, watch: Option<i32>) {
        for watch in watch.map(|watch| self.watched.remove_below(watch)).unwrap_or_default() {
            // It fails if the directory is gone, and with it the watch.
            let _ = inotify::remove_watch(&self.inotify, watch);
        }
    }

    fn watch_everything_anew(&mut self, tell: Listener<'_>) {
        let before = std::mem::take(&mut self.watched);
        self.half = None;
        self.watch_tree("", None, tell);
        for watch in before.watches().filter(|watch| !self.watched.contains(*watch)) {
            let _ = inotify::remove_watch(&self.inotify, watch);
        }
    }

    /// Watches a directory and those below. Each is watched before it is listed, so that what comes
    /// later is told; what was there before is found by whoever looks after this.
    fn watch_tree(&mut self, path: &str, volume: Option<u64>, tell: Listener<'_>) {
        let mut waiting = vec![path.to_owned()];
        let volume = volume.unwrap_or_else(|| self.root.volume());
        while let Some(path) = waiting.pop() {
            match self.watch_one(&path, volume) {
                Ok(directories) => waiting.extend(directories),
                Err(error) if error.raw_os_error() == Some(Errno::NOSPC.raw_os_error()) => {
                    tell(News::Unwatched(path, Reason::Limit));
                }
                // It went meanwhile, or can't be read, which the scanner reports.
                Err(_) => {}
            }
        }
    }

    /// Watches one directory; gives those in it.
    fn watch_one(&mut self, path: &str, volume: u64) -> io::Result<Vec<String>> {
        let top = self.root.top();
        let dir = if path.is_empty() { top.again()? } else { top.open_below(path)? };
        let facts = dir.own_facts()?;
        if facts.volume != volume {
            return Ok(Vec::new());
        }
        let flags = if path.is_empty() {
            WHAT | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF
        } else {
            WHAT
        };
        let watch = inotify::add_watch(&self.inotify, handle_path(&dir), flags)?;
        self.watched.insert(watch, path);
        // A directory has a name, itself, and one `..` in each directory in it.
        if self.counts_directories && facts.links == 2 {
            return Ok(Vec::new());
        }
        self.directories_in(&dir, path)
    }

    fn directories_in(&self, dir: &Dir, path: &str) -> io::Result<Vec<String>> {
        let mut directories = Vec::new();
        dir.list(&mut |entry| {
            let Some(name) = entry.text() else { return };
            let child = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let is_dir = match entry.kind {
                Some(kind) => kind == Kind::Directory,
                None => matches!(dir.facts(name), Ok(Some(f)) if f.kind == Kind::Directory),
            };
            if is_dir && child != OWN_DIRECTORY && !self.ignore.matches(&child, true) {
                directories.push(child);
            }
        })?;
        Ok(directories)
    }
}

/// A path that leads to the open directory whatever its name is now.
fn handle_path(dir: &Dir) -> String {
    use std::os::fd::AsFd;
    format!("/proc/self/fd/{}", dir.as_fd().as_raw_fd())
}

/// A name, in a form that can be shown if it is no text: whoever looks there finds out.
fn shown(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing::Bed;

    fn read_all(notifier: &mut Notifier) -> Vec<News> {
        let mut told = Vec::new();
        let soon = Some(Instant::now() + Duration::from_millis(50));
        assert!(notifier.wait(soon, &mut |news| told.push(news)).unwrap());
        told
    }

    #[test]
    fn after_an_overflow_everything_is_watched_anew() {
        let bed = Bed::new();
        bed.write("old/a", "1");
        let ignore = Arc::new(Ignore::of_text(""));
        let mut notifier = Notifier::start(bed.root.clone(), ignore, &mut |_| {}).unwrap();
        fs::rename(bed.at("old"), bed.at("renamed")).unwrap();
        bed.write("new/deep/b", "1");
        // The news of this are lost: they are read and thrown away.
        let mut lost = Vec::new();
        let mut buffer = [const { MaybeUninit::<u8>::uninit() }; BUFFER];
        let mut reader = Reader::new(&notifier.inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            lost.push(event.wd());
        }
        assert!(!lost.is_empty());
        let overflow = Raw { watch: -1, flags: ReadFlags::QUEUE_OVERFLOW, cookie: 0, name: None };
        let mut told = Vec::new();
        notifier.translate(overflow, &mut |news| told.push(news));
        assert_eq!(told, [News::Overflow]);
        for path in ["renamed/a", "new/deep/b"] {
            bed.write(path, "2");
            let told = read_all(&mut notifier);
            assert_eq!(told.last(), Some(&News::Closed(path.to_owned())));
        }
    }

    #[test]
    fn a_rename_whose_second_half_never_comes_is_a_removal() {
        let bed = Bed::new();
        bed.write("d/a", "1");
        let ignore = Arc::new(Ignore::of_text(""));
        let mut notifier = Notifier::start(bed.root.clone(), ignore, &mut |_| {}).unwrap();
        let outside = bed.dir.path().with_extension("outside");
        fs::rename(bed.at("d"), &outside).unwrap();
        let mut told = read_all(&mut notifier);
        std::thread::sleep(HALF_MAX);
        told.extend(read_all(&mut notifier));
        assert_eq!(told, [News::Removed("d".into())]);
        assert_eq!(notifier.watched.watches().count(), 1);
        fs::remove_dir_all(outside).unwrap();
    }
}
