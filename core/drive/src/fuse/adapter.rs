//! Each call of the kernel, handed to the drive, and its answer handed back.
//!
//! A call that may have to wait for another device is answered from the lane; all others at once.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, CopyFileRangeFlags, Errno, FileHandle, Filesystem, FopenFlags, Generation,
    INodeNo, InitFlags, IoctlFlags, KernelConfig, LockOwner, OpenFlags, RenameFlags, ReplyAttr,
    ReplyCreate, ReplyData, ReplyDirectory, ReplyDirectoryPlus, ReplyEmpty, ReplyEntry, ReplyIoctl,
    ReplyLseek, ReplyOpen, ReplyStatfs, ReplyWrite, ReplyXattr, Request, TimeOrNow, WriteFlags,
};

use super::answer::{attr, done, entry, read_into, sized};
use super::lane::Lane;
use super::notices::Hand;
use super::passing::Passing;
use super::{listing, translate};
use crate::attr::Attr;
use crate::bytes::Seek;
use crate::change::Change;
use crate::drive::Drive;
use crate::names::Make;
use crate::{DriveError, Interrupt};

/// How long the kernel may believe what it was told; whatever changes is pushed to it.
pub(super) const LONG: Duration = Duration::from_secs(3600);
/// The same for what nobody pushes: names that lead nowhere, and the list of folders.
pub(super) const SHORT: Duration = Duration::from_secs(1);
const WRITE_MAX: u32 = 1024 * 1024;
/// Calls that the kernel makes on its own account at once: reading ahead, writing back.
const BACKGROUND_MAX: u16 = 64;
pub(super) const GENERATION: Generation = Generation(0);
const FILE_KIND: u32 = 0o170_000;

pub(super) struct Adapter {
    pub(super) drive: Arc<Drive>,
    pub(super) lane: Lane,
    pub(super) passing: Passing,
    pub(super) notices: Hand,
    pub(super) asleep: Arc<AtomicBool>,
    /// Whether the kernel collects writes.
    pub(super) collects: bool,
}

impl Filesystem for Adapter {
    fn init(&mut self, _request: &Request, config: &mut KernelConfig) -> io::Result<()> {
        for wanted in [
            InitFlags::FUSE_ATOMIC_O_TRUNC,
            InitFlags::FUSE_PARALLEL_DIROPS,
            InitFlags::FUSE_DO_READDIRPLUS,
            InitFlags::FUSE_READDIRPLUS_AUTO,
            InitFlags::FUSE_CACHE_SYMLINKS,
            InitFlags::FUSE_ASYNC_DIO,
            InitFlags::FUSE_HANDLE_KILLPRIV_V2,
            InitFlags::FUSE_DIRECT_IO_ALLOW_MMAP,
        ] {
            // An older kernel does without.
            let _ = config.add_capabilities(wanted);
        }
        let _ = config.set_max_write(WRITE_MAX);
        let _ = config.set_max_background(BACKGROUND_MAX);
        let passes = self.passing.is_allowed()
            && config.set_max_stack_depth(2).is_ok()
            && config.add_capabilities(InitFlags::FUSE_PASSTHROUGH).is_ok();
        if !passes {
            self.passing.forbid();
            let _ = config.set_max_stack_depth(0);
            self.collects = config.add_capabilities(InitFlags::FUSE_WRITEBACK_CACHE).is_ok();
            if self.collects {
                self.drive.kernel_knows_sizes();
            }
        }
        Ok(())
    }

    fn lookup(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match self.drive.lookup(parent.0, name.as_bytes()) {
            Ok(attr) => {
                let long = self.keep_long(parent.0);
                reply.entry(&long, &translate::attr(&attr), GENERATION);
            }
            Err(DriveError::Missing) => {
                // Number 0: the kernel may believe for a while that nothing is there.
                let nothing = Attr::of_home(0, 0, SystemTime::UNIX_EPOCH);
                reply.entry(&SHORT, &translate::attr(&nothing), GENERATION);
            }
            Err(error) => reply.error(translate::error(&error)),
        }
    }

    fn forget(&self, _request: &Request, number: INodeNo, count: u64) {
        self.drive.forget(number.0, count);
    }

    fn getattr(
        &self,
        _request: &Request,
        number: INodeNo,
        _handle: Option<FileHandle>,
        reply: ReplyAttr,
    ) {
        attr(self.drive.attr(number.0), self.keep_long(number.0), reply);
    }

    fn setattr(
        &self,
        request: &Request,
        number: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        atime: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        handle: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let (atime, mtime) = (atime.map(translate::when), mtime.map(translate::when));
        let change = Change { mode, uid, gid, size, atime, mtime };
        let (call, handle) = (self.call(request), handle.map(|handle| handle.0));
        self.run(self.drive.is_elsewhere(number.0), move |drive| {
            attr(drive.change(number.0, handle, change, &call), LONG, reply);
        });
    }

    fn readlink(&self, _request: &Request, number: INodeNo, reply: ReplyData) {
        match self.drive.read_link(number.0) {
            Ok(target) => reply.data(&target),
            Err(error) => reply.error(translate::error(&error)),
        }
    }

    fn mknod(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        _umask: u32,
        device: u32,
        reply: ReplyEntry,
    ) {
        let what = Make::Node(mode & FILE_KIND, u64::from(device));
        let caller = translate::caller(request);
        entry(self.drive.make((parent.0, name.as_bytes()), what, mode, caller), reply);
    }

    fn mkdir(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        _umask: u32,
        reply: ReplyEntry,
    ) {
        let caller = translate::caller(request);
        let made = self.drive.make((parent.0, name.as_bytes()), Make::Directory, mode, caller);
        entry(made, reply);
    }

    fn unlink(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let name = name.to_owned();
        self.run(self.drive.may_wait(parent.0), move |drive| {
            done(drive.unlink(parent.0, name.as_bytes()), reply);
        });
    }

    fn rmdir(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.drive.remove_directory(parent.0, name.as_bytes()), reply);
    }

    fn symlink(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        target: &Path,
        reply: ReplyEntry,
    ) {
        let what = Make::Symlink(target.as_os_str().as_bytes());
        let caller = translate::caller(request);
        entry(self.drive.make((parent.0, name.as_bytes()), what, 0o777, caller), reply);
    }

    fn rename(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let (name, new_name) = (name.to_owned(), new_name.to_owned());
        let interrupt = self.interrupt(request);
        self.run(self.drive.may_wait(parent.0), move |drive| {
            let (from, to) = ((parent.0, name.as_bytes()), (new_parent.0, new_name.as_bytes()));
            done(drive.rename(from, to, flags.bits(), &interrupt), reply);
        });
    }

    fn link(
        &self,
        request: &Request,
        number: INodeNo,
        new_parent: INodeNo,
        new_name: &OsStr,
        reply: ReplyEntry,
    ) {
        let (name, interrupt) = (new_name.to_owned(), self.interrupt(request));
        self.run(self.drive.is_elsewhere(number.0), move |drive| {
            entry(drive.link(number.0, new_parent.0, name.as_bytes(), &interrupt), reply);
        });
    }

    fn open(&self, request: &Request, number: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        let how = translate::how(flags, self.collects);
        self.open_reply(number.0, how, request, reply);
    }

    fn create(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        _umask: u32,
        flags: i32,
        reply: ReplyCreate,
    ) {
        let how = translate::how(OpenFlags(flags), self.collects);
        let caller = translate::caller(request);
        let (attr, opened) = match self.drive.create((parent.0, name.as_bytes()), mode, how, caller)
        {
            Ok(created) => created,
            Err(error) => return reply.error(translate::error(&error)),
        };
        let handle = FileHandle(opened.handle);
        let told = translate::attr(&attr);
        let make = || self.drive.with_file(opened.handle, |file| reply.open_backing(file));
        match self.passing.open(attr.number, opened.handle, true, make) {
            Some(backing) => reply.created_passthrough(
                &LONG,
                &told,
                GENERATION,
                handle,
                FopenFlags::empty(),
                &backing,
            ),
            None => {
                let flags = translate::opened(how, &opened);
                reply.created(&LONG, &told, GENERATION, handle, flags);
            }
        }
    }

    fn read(
        &self,
        request: &Request,
        _number: INodeNo,
        handle: FileHandle,
        offset: u64,
        size: u32,
        _flags: OpenFlags,
        _owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        if !self.drive.reads_elsewhere(handle.0) {
            return read_into(&self.drive, handle.0, (offset, size), &Interrupt::never(), reply);
        }
        let interrupt = self.interrupt(request);
        self.run(true, move |drive| {
            read_into(drive, handle.0, (offset, size), &interrupt, reply);
        });
    }

    fn write(
        &self,
        _request: &Request,
        _number: INodeNo,
        handle: FileHandle,
        offset: u64,
        bytes: &[u8],
        write_flags: WriteFlags,
        _flags: OpenFlags,
        _owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let drops = write_flags.contains(WriteFlags::FUSE_WRITE_KILL_SUIDGID);
        match self.drive.write(handle.0, offset, bytes, drops) {
            Ok(()) => reply.written(u32::try_from(bytes.len()).unwrap_or(u32::MAX)),
            Err(error) => reply.error(translate::error(&error)),
        }
    }

    fn flush(
        &self,
        _request: &Request,
        _number: INodeNo,
        _handle: FileHandle,
        _owner: LockOwner,
        reply: ReplyEmpty,
    ) {
        // Nothing is kept here: the kernel need not ask at each close.
        reply.error(Errno::ENOSYS);
    }

    fn release(
        &self,
        _request: &Request,
        _number: INodeNo,
        handle: FileHandle,
        _flags: OpenFlags,
        _owner: Option<LockOwner>,
        _flush: bool,
        reply: ReplyEmpty,
    ) {
        self.passing.release(handle.0);
        if let Some((folder, path)) = self.drive.release(handle.0) {
            self.notices.changed(&folder, &[path]);
        }
        reply.ok();
    }

    fn fsync(
        &self,
        _request: &Request,
        _number: INodeNo,
        handle: FileHandle,
        bytes_only: bool,
        reply: ReplyEmpty,
    ) {
        done(self.drive.sync(handle.0, bytes_only), reply);
    }

    fn opendir(&self, _request: &Request, number: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        let keeps = FopenFlags::FOPEN_CACHE_DIR | FopenFlags::FOPEN_KEEP_CACHE;
        let is_list = self.drive.is_list(number.0);
        match self.drive.open_directory_handle(number.0) {
            Ok(handle) if is_list => reply.opened(FileHandle(handle), FopenFlags::empty()),
            Ok(handle) => reply.opened(FileHandle(handle), keeps),
            Err(error) => reply.error(translate::error(&error)),
        }
    }

    fn readdir(
        &self,
        _request: &Request,
        number: INodeNo,
        handle: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        match listing::fill(&self.drive, (number.0, handle.0), offset, &mut reply) {
            Ok(()) => reply.ok(),
            Err(error) => reply.error(translate::error(&error)),
        }
    }

    fn readdirplus(
        &self,
        _request: &Request,
        number: INodeNo,
        handle: FileHandle,
        offset: u64,
        mut reply: ReplyDirectoryPlus,
    ) {
        let long = self.keep_long(number.0);
        match listing::fill_plus(&self.drive, (number.0, handle.0), offset, (&long, &mut reply)) {
            Ok(()) => reply.ok(),
            Err(error) => reply.error(translate::error(&error)),
        }
    }

    fn releasedir(
        &self,
        _request: &Request,
        _number: INodeNo,
        handle: FileHandle,
        _flags: OpenFlags,
        reply: ReplyEmpty,
    ) {
        self.drive.release_directory(handle.0);
        reply.ok();
    }

    fn fsyncdir(
        &self,
        _request: &Request,
        number: INodeNo,
        _handle: FileHandle,
        _bytes_only: bool,
        reply: ReplyEmpty,
    ) {
        done(self.drive.sync_directory(number.0), reply);
    }

    fn statfs(&self, _request: &Request, number: INodeNo, reply: ReplyStatfs) {
        match self.drive.room(number.0) {
            Ok(room) => reply.statfs(
                room.blocks,
                room.free,
                room.available,
                room.files,
                room.files_free,
                room.block_size,
                room.name_max,
                room.block_size,
            ),
            Err(error) => reply.error(translate::error(&error)),
        }
    }

    fn setxattr(
        &self,
        request: &Request,
        number: INodeNo,
        name: &OsStr,
        value: &[u8],
        flags: i32,
        _position: u32,
        reply: ReplyEmpty,
    ) {
        let (name, value) = (name.to_owned(), value.to_vec());
        let interrupt = self.interrupt(request);
        self.run(self.drive.is_elsewhere(number.0), move |drive| {
            let flags = flags.cast_unsigned();
            done(drive.set_xattr(number.0, (name.as_bytes(), &value), flags, &interrupt), reply);
        });
    }

    fn getxattr(
        &self,
        _request: &Request,
        number: INodeNo,
        name: &OsStr,
        size: u32,
        reply: ReplyXattr,
    ) {
        sized(self.drive.xattr(number.0, name.as_bytes()), size, reply);
    }

    fn listxattr(&self, _request: &Request, number: INodeNo, size: u32, reply: ReplyXattr) {
        sized(self.drive.xattrs(number.0), size, reply);
    }

    fn removexattr(&self, _request: &Request, number: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.drive.remove_xattr(number.0, name.as_bytes()), reply);
    }

    fn ioctl(
        &self,
        _request: &Request,
        _number: INodeNo,
        _handle: FileHandle,
        _flags: IoctlFlags,
        _command: u32,
        _in: &[u8],
        _out: u32,
        reply: ReplyIoctl,
    ) {
        reply.error(Errno::ENOTTY);
    }

    fn fallocate(
        &self,
        _request: &Request,
        _number: INodeNo,
        handle: FileHandle,
        offset: u64,
        length: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        done(self.drive.allocate(handle.0, mode.cast_unsigned(), offset, length), reply);
    }

    fn lseek(
        &self,
        _request: &Request,
        number: INodeNo,
        handle: FileHandle,
        offset: i64,
        whence: i32,
        reply: ReplyLseek,
    ) {
        const SEEK_DATA: i32 = 3;
        const SEEK_HOLE: i32 = 4;
        let to = match (u64::try_from(offset), whence) {
            (Ok(offset), SEEK_DATA) => Seek::Bytes(offset),
            (Ok(offset), SEEK_HOLE) => Seek::Hole(offset),
            (Ok(_), _) => return reply.error(Errno::EINVAL),
            (Err(_), _) => return reply.error(Errno::ENXIO),
        };
        let drive = self.drive.clone();
        let answer = move || match drive.seek(handle.0, to) {
            Ok(offset) => reply.offset(i64::try_from(offset).unwrap_or(i64::MAX)),
            Err(error) => reply.error(translate::error(&error)),
        };
        // The kernel asks without handing over what it has collected.
        if self.collects && self.drive.is_written(number.0) {
            self.notices.after_write_back(number.0, answer);
        } else {
            answer();
        }
    }

    fn copy_file_range(
        &self,
        _request: &Request,
        _from: INodeNo,
        from_handle: FileHandle,
        from_offset: u64,
        _to: INodeNo,
        to_handle: FileHandle,
        to_offset: u64,
        length: u64,
        _flags: CopyFileRangeFlags,
        reply: ReplyWrite,
    ) {
        let length = usize::try_from(length.min(u64::from(u32::MAX))).unwrap_or(usize::MAX);
        let (from, to) = ((from_handle.0, from_offset), (to_handle.0, to_offset));
        match self.drive.copy(from, to, length) {
            Ok(count) => reply.written(u32::try_from(count).unwrap_or(u32::MAX)),
            Err(error) => reply.error(translate::error(&error)),
        }
    }
}
