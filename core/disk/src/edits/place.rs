//! Putting an edit together with what was there before, and into its place; finding edits after a crash.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering;

use content::zero::written_runs;
use engine::observation::Seen;
use model::RelPath;

use super::log::{self, Record};
use super::{BYTES, Edit, Edits, LOG, NEW, Setting, WHOLE, name};
use crate::platform::{Dir, MODE_PRIVATE, copy_range, facts_of, is_gone, set_mode, set_time};

/// Names that are tried for a file whose place is taken.
const BESIDE_MAX: u32 = 99;

/// A whole that is being put together.
#[derive(Debug)]
pub struct Draft<'a> {
    edit: &'a Edit,
    file: Option<File>,
}

impl Draft<'_> {
    /// What was there before the edit.
    ///
    /// # Errors
    /// What the system reports.
    pub fn fill(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        for (start, length) in written_runs(bytes) {
            file.write_all_at(&bytes[start..start + length], offset + start as u64)?;
        }
        Ok(())
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if self.file.is_some() {
            drop(self.edit.dir.remove_file(&name(self.edit.number, WHOLE)));
        }
    }
}

impl Edits {
    /// Begins to put an edit together. One at a time for each edit.
    ///
    /// # Errors
    /// [`io::ErrorKind::StorageFull`] if there is no room for all of it; what the system reports.
    pub fn draft<'a>(&self, edit: &'a Edit) -> io::Result<Draft<'a>> {
        if !self.root.space()?.has_room(edit.facts().size) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let name = name(edit.number, WHOLE);
        // Who finds the log shall not take the whole that is removed for one that was put in place.
        edit.write().note_facts()?;
        drop(edit.dir.remove_file(&name));
        Ok(Draft { edit, file: Some(edit.dir.create_file(&name, MODE_PRIVATE)?) })
    }

    /// Puts the whole into the folder, durably: at its path, in the place of `over` if just that stands there;
    /// where anything else stands, beside it. Where it stands now. Who has the edit open goes on in that file.
    ///
    /// # Errors
    /// What the system reports; the edit is what it was.
    pub fn place(&self, mut draft: Draft<'_>, over: Option<&Seen>) -> io::Result<RelPath> {
        let edit = draft.edit;
        let mut state = edit.write();
        let Some(file) = draft.file.take() else { return Err(io::ErrorKind::NotFound.into()) };
        let done = || -> io::Result<RelPath> {
            for run in state.written.iter() {
                copy_range((&edit.bytes, run.start), (&file, run.start), run.end - run.start)?;
            }
            file.set_len(state.size)?;
            set_mode(&file, state.mode)?;
            set_time(&file, state.mtime)?;
            file.sync_all()?;
            log::add(&state.log, Record::Placing)?;
            state.log.sync_data()?;
            let path = self.swap_in(edit, &state.origin.path, over)?;
            self.root.parent(&path)?.sync()?;
            Ok(path)
        };
        let placed = done();
        if placed.is_ok() {
            drop(edit.placed.set(file));
            drop(state);
            edit.discard();
        } else if state.note_facts().is_ok() {
            drop(edit.dir.remove_file(&name(edit.number, WHOLE)));
        }
        placed
    }

    fn swap_in(&self, edit: &Edit, path: &RelPath, over: Option<&Seen>) -> io::Result<RelPath> {
        let whole = name(edit.number, WHOLE);
        let parent = self.make_parent(path)?;
        match edit.dir.rename_new(&whole, &parent, path.name()) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            done => return done.map(|()| path.clone()),
        }
        if let Some(seen) = over
            && is_as(&parent, path.name(), seen)?
        {
            edit.dir.exchange(&whole, &parent, path.name())?;
            // What was displaced is what it should be, or a program was quicker: then it stays there.
            if is_as_moved(&edit.dir, &whole, seen)? {
                edit.dir.remove_file(&whole)?;
                return Ok(path.clone());
            }
            edit.dir.exchange(&whole, &parent, path.name())?;
        }
        for number in 2..=BESIDE_MAX {
            let Some(beside) = beside(path, number) else { break };
            match edit.dir.rename_new(&whole, &parent, beside.name()) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done.map(|()| beside),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The directory of a path; made again if it was deleted meanwhile.
    fn make_parent(&self, path: &RelPath) -> io::Result<Dir> {
        let Some(above) = path.parent() else { return self.root.dir(None) };
        match self.root.dir(Some(&above)) {
            Err(error) if is_gone(&error) => {}
            opened => return opened,
        }
        let upper = self.make_parent(&above)?;
        match upper.make_dir(above.name(), 0o755) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
        upper.sync()?;
        self.root.dir(Some(&above))
    }

    /// Every edit that an earlier run left, but those that are `known`.
    ///
    /// # Errors
    /// What the system reports.
    pub fn found(&self, known: &[u64]) -> io::Result<Vec<Edit>> {
        let Some(dir) = self.root.edits_if_any()? else { return Ok(Vec::new()) };
        let mut numbers = std::collections::BTreeMap::<u64, Vec<String>>::new();
        dir.list(&mut |entry| {
            let parts = entry.text().and_then(|name| name.split_once('.'));
            let number = parts.and_then(|(number, part)| Some((number.parse().ok()?, part)));
            if let Some((number, part)) = number {
                numbers.entry(number).or_default().push(part.to_owned());
            }
        })?;
        let mut found = Vec::new();
        for (number, parts) in numbers {
            self.last.fetch_max(number, Ordering::Relaxed);
            if known.contains(&number) {
                continue;
            }
            found.extend(recover_one(&dir, number, &parts)?);
        }
        Ok(found)
    }
}

fn recover_one(dir: &Dir, number: u64, parts: &[String]) -> io::Result<Option<Edit>> {
    let has = |part: &str| parts.iter().any(|each| each == part);
    let remove = |part: &str| if has(part) { dir.remove_file(&name(number, part)) } else { Ok(()) };
    remove(NEW)?;
    if !has(LOG) {
        // It was never told to be written, or stands in its place.
        remove(BYTES)?;
        remove(WHOLE)?;
        return Ok(None);
    }
    let mut log = dir.open_file_to_write(&name(number, LOG))?;
    let Some((origin, records)) = log::read(&mut log)? else {
        // What can be read of it stays for a person.
        tracing::warn!(
            number,
            "the log of what a program wrote is damaged; the bytes stay in .homefold/edits"
        );
        return Ok(None);
    };
    let is_placed = records.last() == Some(&Record::Placing) && !has(WHOLE);
    if is_placed || !has(BYTES) {
        remove(LOG)?;
        remove(BYTES)?;
        return Ok(None);
    }
    remove(WHOLE)?;
    let bytes = dir.open_file_to_write(&name(number, BYTES))?;
    let changed = |record: &Record| matches!(record, Record::Written(..) | Record::Length(_));
    let (facts, change) = (
        records.iter().rposition(|record| matches!(record, Record::Facts(..))),
        records.iter().rposition(changed),
    );
    let last_change = facts_of(&bytes)?.stat.mtime;
    let edit = Edit::new(number, dir.again()?, (bytes, log), (origin, &records));
    if change > facts {
        edit.write().mtime = last_change;
    }
    // What follows a record that is not whole could not be found.
    let origin = edit.origin();
    edit.move_to(origin.path)?;
    Ok(Some(edit))
}

/// Sets length, mode or time of a file that stands in the folder.
pub(super) fn set(file: &File, setting: Setting) -> io::Result<()> {
    setting.size.map_or(Ok(()), |size| file.set_len(size))?;
    setting.mode.map_or(Ok(()), |mode| set_mode(file, mode))?;
    setting.mtime.map_or(Ok(()), |mtime| set_time(file, mtime))
}

fn is_as(dir: &Dir, name: &str, seen: &Seen) -> io::Result<bool> {
    Ok(dir.facts(name)?.is_some_and(|facts| facts.stat == seen.stat))
}

fn is_as_moved(dir: &Dir, name: &str, seen: &Seen) -> io::Result<bool> {
    Ok(dir.facts(name)?.is_some_and(|facts| facts.stat.moved_from(&seen.stat)))
}

/// `a (2).txt` for `a.txt`.
fn beside(path: &RelPath, number: u32) -> Option<RelPath> {
    let name = path.name();
    let (stem, end) = match name.rfind('.').filter(|at| *at > 0) {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    let name = format!("{stem} ({number}){end}");
    match path.parent() {
        Some(parent) => parent.child(&name).ok(),
        None => RelPath::parse(name).ok(),
    }
}
