//! Answers in the kernel's form, and where they are worked out: at once, or in the lane.

use std::cell::RefCell;
use std::time::Duration;

use fuser::{
    Errno, FileHandle, FopenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyXattr, Request,
};

use super::adapter::{Adapter, GENERATION, LONG, SHORT};
use super::{program, translate};
use crate::attr::Attr;
use crate::drive::{Call, Drive};
use crate::nodes::ROOT;
use crate::open::{How, Opened};
use crate::{DriveError, Interrupt};

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Adapter {
    pub(super) fn interrupt(&self, request: &Request) -> Interrupt {
        program::interrupt(request.pid(), &self.asleep)
    }

    pub(super) fn call(&self, request: &Request) -> Call {
        Call { caller: translate::caller(request), interrupt: self.interrupt(request) }
    }

    /// Runs `call` in the lane if it may wait, else here.
    pub(super) fn run(&self, waits: bool, call: impl FnOnce(&Drive) + Send + 'static) {
        if waits {
            let drive = self.drive.clone();
            self.lane.run(move || call(&drive));
        } else {
            call(&self.drive);
        }
    }

    pub(super) fn keep_long(&self, number: u64) -> Duration {
        if number == ROOT && self.drive.is_list(ROOT) { SHORT } else { LONG }
    }

    pub(super) fn open_reply(&self, number: u64, how: How, request: &Request, reply: ReplyOpen) {
        // To be read it is only opened, and nothing is asked of anybody yet.
        let waits = how.writes && self.drive.is_elsewhere(number);
        let process = request.pid();
        let interrupt = self.interrupt(request);
        let reader = move || program::reader(process);
        if waits {
            // What was elsewhere is read and written through the page cache: the lane may outlive this.
            let (drive, passing) = (self.drive.clone(), self.passing.clone());
            self.lane.run(move || match drive.open(number, how, &reader, &interrupt) {
                Ok(opened) => {
                    passing.open(number, opened.handle, false, || None);
                    reply.opened(FileHandle(opened.handle), translate::opened(how, &opened));
                }
                Err(error) => reply.error(translate::error(&error)),
            });
            return;
        }
        match self.drive.open(number, how, &reader, &interrupt) {
            Ok(opened) => self.opened(number, how, opened, reply),
            Err(error) => reply.error(translate::error(&error)),
        }
    }

    pub(super) fn opened(&self, number: u64, how: How, opened: Opened, reply: ReplyOpen) {
        let handle = FileHandle(opened.handle);
        let passes = !opened.elsewhere && !opened.write_only;
        let make = || self.drive.with_file(opened.handle, |file| reply.open_backing(file));
        let backing = self.passing.open(number, opened.handle, passes, make);
        match backing {
            Some(backing) => reply.opened_passthrough(handle, FopenFlags::empty(), &backing),
            None => reply.opened(handle, translate::opened(how, &opened)),
        }
        if opened.doubtful
            && let Some((folder, path)) = self.drive.place_of(number)
        {
            self.notices.changed(&folder, &[path]);
        }
    }
}

pub(super) fn entry(result: Result<Attr, DriveError>, reply: ReplyEntry) {
    match result {
        Ok(attr) => reply.entry(&LONG, &translate::attr(&attr), GENERATION),
        Err(error) => reply.error(translate::error(&error)),
    }
}

pub(super) fn done(result: Result<(), DriveError>, reply: ReplyEmpty) {
    match result {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(translate::error(&error)),
    }
}

pub(super) fn read_into(
    drive: &Drive,
    handle: u64,
    at: (u64, u32),
    interrupt: &Interrupt,
    reply: ReplyData,
) {
    BUFFER.with_borrow_mut(|buffer| {
        let size = at.1 as usize;
        if buffer.len() < size {
            buffer.resize(size, 0);
        }
        match drive.read(handle, at.0, &mut buffer[..size], interrupt) {
            Ok(count) => reply.data(&buffer[..count]),
            Err(error) => reply.error(translate::error(&error)),
        }
    });
}

pub(super) fn sized(result: Result<Vec<u8>, DriveError>, size: u32, reply: ReplyXattr) {
    match result {
        Ok(value) if size == 0 => reply.size(u32::try_from(value.len()).unwrap_or(u32::MAX)),
        Ok(value) if value.len() > size as usize => reply.error(Errno::ERANGE),
        Ok(value) => reply.data(&value),
        Err(error) => reply.error(translate::error(&error)),
    }
}

pub(super) fn attr(result: Result<Attr, DriveError>, long: Duration, reply: ReplyAttr) {
    match result {
        Ok(attr) => reply.attr(&long, &translate::attr(&attr)),
        Err(error) => reply.error(translate::error(&error)),
    }
}
