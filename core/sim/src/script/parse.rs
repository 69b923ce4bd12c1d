//! Text to statements: one a line, or several with `;` between them. `#` begins a remark.

use std::time::Duration;

use engine::Keep;
use engine::observation::Root;
use model::{RelPath, Role};

use super::show::{word_of, word_of_choice};
use super::{Deed, Expectation, Fate, Keeping, Script, Statement, Who, Wish, keeping};
use crate::disk::user::Step;

/// Why a text is no script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("reading the statement {statement:?}: {cause}")]
pub struct ScriptError {
    /// Which.
    pub statement: String,
    /// What is wrong with it.
    pub cause: &'static str,
}

type Parsed<T> = Result<T, &'static str>;

/// Reads a script.
///
/// # Errors
/// [`ScriptError`] at the first statement that can't be read.
pub fn parse(text: &str) -> Result<Script, ScriptError> {
    let mut script = Script {
        devices: 2,
        roles: Vec::new(),
        detached: Vec::new(),
        modes: Vec::new(),
        statements: Vec::new(),
    };
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    for statement in lines.flat_map(|line| line.split(';')).map(str::trim) {
        if !statement.is_empty() {
            add(&mut script, statement)
                .map_err(|cause| ScriptError { statement: statement.to_owned(), cause })?;
        }
    }
    Ok(script)
}

fn add(script: &mut Script, text: &str) -> Parsed<()> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["devices", count] => script.devices = number(count)?,
        ["role", who, word] => script.roles.push((device(who)?, role(word)?)),
        ["mode", who, word] => script.modes.push((device(who)?, keeping::mode(word)?)),
        ["detached", who] => script.detached.push(device(who)?),
        ["after", span] => script.statements.push(Statement::After(duration(span)?)),
        ["count"] => script.statements.push(Statement::Count),
        ["settle"] => script.statements.push(Statement::Settle),
        ["cut", pair] => {
            let (a, b) = two(pair)?;
            script.statements.push(Statement::Cut(a, b));
        }
        ["join", pair] => {
            let (a, b) = two(pair)?;
            script.statements.push(Statement::Join(a, b));
        }
        [who, rest @ ..] if who.ends_with(':') => {
            let who = device(who.trim_end_matches(':'))?;
            script.statements.push(of_device(who, rest)?);
        }
        _ => return Err("no such statement"),
    }
    Ok(())
}

fn of_device(who: Who, words: &[&str]) -> Parsed<Statement> {
    if let Some(deed) = deed(words)? {
        return Ok(Statement::Deed(who, deed));
    }
    if let Some(fate) = fate(words)? {
        return Ok(Statement::Fate(who, fate));
    }
    if let Some(wish) = wish(words)? {
        return Ok(Statement::Wish(who, wish));
    }
    expectation(words)?.map(|e| Statement::Expect(who, e)).ok_or("no such thing to do")
}

fn deed(words: &[&str]) -> Parsed<Option<Deed>> {
    Ok(Some(match words {
        ["save", at, text] => Deed::Save(path(at)?, (*text).to_owned()),
        ["save-aside", at, text] => Deed::SaveAside(path(at)?, (*text).to_owned()),
        ["recreate", at] => Deed::Recreate(path(at)?),
        ["turn", at, text] => Deed::Turn(path(at)?, (*text).to_owned()),
        ["exchange", a, b] => Deed::Exchange(path(a)?, path(b)?),
        ["fill", at, count] => Deed::Fill(path(at)?, number(count)?),
        ["clear", "."] => Deed::Clear(None),
        ["clear", at] => Deed::Clear(Some(path(at)?)),
        _ => return Ok(step(words)?.map(Deed::Step)),
    }))
}

fn step(words: &[&str]) -> Parsed<Option<Step>> {
    Ok(Some(match words {
        ["write", at, text] => Step::Write(path(at)?, text.as_bytes().to_vec()),
        ["append", at, text] => Step::Append(path(at)?, text.as_bytes().to_vec()),
        ["rm", at] => Step::Remove(path(at)?),
        ["mkdir", at] => Step::Directory(path(at)?),
        ["mv", from, to] => Step::Rename(path(from)?, path(to)?),
        ["cp", from, to] => Step::Copy(path(from)?, path(to)?),
        ["chmod", at, mode] => {
            Step::Mode(path(at)?, u16::from_str_radix(mode, 8).map_err(|_| "a mode is octal")?)
        }
        ["touch", at, back] => Step::Touch(path(at)?, number(back)?),
        ["link", at, target] => Step::Link(path(at)?, (*target).to_owned()),
        _ => return Ok(None),
    }))
}

fn fate(words: &[&str]) -> Parsed<Option<Fate>> {
    Ok(Some(match words {
        ["kill"] => Fate::Kill,
        ["power-cut"] => Fate::Power,
        ["start"] => Fate::Start,
        ["full"] => Fate::Full,
        ["read-only"] => Fate::ReadOnly,
        ["bad", at] => Fate::Bad(path(at)?),
        ["flaky", percent] => Fate::Flaky(number(percent)?),
        ["unsynced"] => Fate::Unsynced,
        ["blind"] => Fate::Blind,
        ["cure"] => Fate::Cure,
        ["lose", state] => Fate::Lose(root(state)?),
        ["find"] => Fate::Find,
        ["wipe"] => Fate::Wipe,
        ["clock", days] => Fate::Clock(number(days)?),
        ["backup"] => Fate::Backup,
        ["rollback", "unnoticed"] => Fate::Rollback(false),
        ["rollback", "noticed"] => Fate::Rollback(true),
        ["restore-backup"] => Fate::Restore,
        ["amnesia"] => Fate::Amnesia,
        ["index-fault", calls] => Fate::IndexFault(number(calls)?),
        ["rot", at] => Fate::Rot(path(at)?),
        _ => return Ok(None),
    }))
}

fn wish(words: &[&str]) -> Parsed<Option<Wish>> {
    Ok(Some(match words {
        ["resolve", place, keep] => Wish::Resolve(number(place)?, choice(keep)?),
        ["restore", place] => Wish::Restore(number(place)?),
        ["release"] => Wish::Release,
        ["undo"] => Wish::Undo,
        ["retry"] => Wish::Retry,
        ["rescan"] => Wish::Rescan,
        ["pause"] => Wish::Pause,
        ["resume"] => Wish::Resume,
        ["attach"] => Wish::Attach,
        ["remove", who] => Wish::Remove(device(who)?),
        ["role", who, word] => Wish::Role(device(who)?, role(word)?),
        _ => return Ok(Keeping::parse(words)?.map(Wish::Keeping)),
    }))
}

fn expectation(words: &[&str]) -> Parsed<Option<Expectation>> {
    Ok(Some(match words {
        ["has", at, text] => Expectation::File(path(at)?, (*text).to_owned()),
        ["has-dir", at] => Expectation::Directory(path(at)?),
        ["has-no", at] => Expectation::Nothing(path(at)?),
        ["conflicts", count] => Expectation::Conflicts(number(count)?),
        ["held", count] => Expectation::Held(number(count)?),
        ["kept", at, count] => Expectation::Kept(path(at)?, number(count)?),
        ["absent", at] => Expectation::Absent(path(at)?),
        ["fetched", bytes] => Expectation::Fetched(number(bytes)?),
        _ => return Ok(None),
    }))
}

fn number<T: std::str::FromStr>(word: &str) -> Parsed<T> {
    word.parse().map_err(|_| "a number does not fit")
}

fn path(word: &str) -> Parsed<RelPath> {
    RelPath::parse(word).map_err(|_| "not a path")
}

fn device(word: &str) -> Parsed<Who> {
    match word.as_bytes() {
        [letter @ b'a'..=b'g'] => Ok(Who(usize::from(letter - b'a'))),
        _ => Err("devices are a to g"),
    }
}

fn two(word: &str) -> Parsed<(Who, Who)> {
    let (a, b) = word.split_once('-').ok_or("two devices are written a-b")?;
    Ok((device(a)?, device(b)?))
}

fn role(word: &str) -> Parsed<Role> {
    Role::parse(word).ok_or("no such role")
}

fn root(word: &str) -> Parsed<Root> {
    let all = [Root::Missing, Root::Unmarked, Root::OtherVolume, Root::Denied];
    all.into_iter().find(|root| word_of(*root) == word).ok_or("no such state of a root")
}

fn choice(word: &str) -> Parsed<Keep> {
    let all = [Keep::Mine, Keep::Theirs, Keep::Both];
    all.into_iter().find(|keep| word_of_choice(*keep) == word).ok_or("mine, theirs or both")
}

fn duration(word: &str) -> Parsed<Duration> {
    let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    for (unit, millis) in units {
        if let Some(count) = word.strip_suffix(unit)
            && let Ok(count) = count.parse::<u64>()
        {
            return Ok(Duration::from_millis(count * millis));
        }
    }
    Err("a span is a number with ms, s, m, h or d")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_is_read_back_as_it_was_written() {
        let text = "devices 3
            role b reader; detached c; mode b stream
            a: write d/x one; a: append x two; a: rm x; a: mkdir d; a: mv x y; a: cp x y
            a: chmod x 755; a: touch x 100; a: link l x; a: save x one; a: save-aside x two
            a: recreate x; a: turn x one; a: exchange x y; a: fill d 30; a: clear d; a: clear .
            cut a-b; join a-b; after 5s; after 3d; after 250ms; settle; count
            a: kill; a: power-cut; a: start; a: full; a: read-only; a: bad x; a: flaky 20; a: unsynced; a: blind
            a: cure; a: lose missing; a: lose other-volume; a: find; a: wipe; a: clock -3650
            a: backup; a: rollback noticed; a: rollback unnoticed; a: restore-backup; a: amnesia
            a: index-fault 7; a: rot x; a: resolve 0 mine; a: restore 1; a: release; a: undo
            a: retry; a: rescan; a: pause; a: resume; c: attach; a: remove b; a: role b member
            a: has x one; a: has-dir d; a: has-no x; a: conflicts 1; a: held 0; a: kept x 1
            a: fetched 12; a: absent x; a: mode portal; a: keep x always; a: keep d/x -; a: free .
            a: free x; a: bring x; a: short 9; a: drop x; a: carry x y; a: edit x one; a: open-up x";
        let script = parse(text).unwrap();
        assert_eq!(script.statements.len(), 76);
        assert_eq!(parse(&script.to_string()), Ok(script));
    }

    #[test]
    fn what_is_no_statement_is_an_error_that_names_it() {
        for text in ["a: fly", "z: rm x", "after soon", "a: rm ../x", "cut ab"] {
            assert_eq!(parse(text).unwrap_err().statement, text);
        }
    }
}
