//! A script drawn from a seed: few names, so that everything collides; faults of a few kinds in each
//! run, so that none hides another (swarm testing, Groce et al. 2012).

mod keeping;

use std::time::Duration;

use engine::Keep;
use engine::observation::Root;
use model::{RelPath, Role};

use super::{Deed, Fate, Script, Statement, Who, Wish};
use crate::disk::user::Step;
use crate::random::Random;

pub use keeping::{KEEPING_FROM, generate_keeping};

/// Places where programs work. Few, and nested.
const PLACES: &[&str] = &["x", "y", "n.txt", "d/x", "d/y", "e/x", "d/e/z", "X", "d"];
/// Directories.
const DIRECTORIES: &[&str] = &["d", "e", "d/e", "f"];
/// Contents that are written again and again.
const COMMON: &[&str] = &["same", "also", "the-same-but-longer"];

/// Which kinds of trouble a run has.
#[derive(Debug, Clone, Copy)]
struct Swarm {
    kills: bool,
    power: bool,
    cuts: bool,
    ailments: bool,
    roots: bool,
    clocks: bool,
    backups: bool,
    index_faults: bool,
    rot: bool,
    blind: bool,
    home: bool,
    wishes: bool,
    batches: bool,
    months: bool,
    trees: bool,
}

impl Swarm {
    fn draw(random: &mut Random) -> Self {
        Self {
            kills: random.percent(40),
            power: random.percent(25),
            cuts: random.percent(60),
            ailments: random.percent(25),
            roots: random.percent(12),
            clocks: random.percent(20),
            backups: random.percent(15),
            index_faults: random.percent(15),
            rot: random.percent(5),
            blind: random.percent(15),
            home: random.percent(15),
            wishes: random.percent(40),
            batches: random.percent(15),
            months: random.percent(25),
            trees: random.percent(60),
        }
    }
}

struct Draw<'a> {
    random: &'a mut Random,
    swarm: Swarm,
    devices: usize,
    places: Vec<RelPath>,
    written: u32,
    /// What ends a trouble, and after how many statements.
    owed: Vec<(usize, Statement)>,
    statements: Vec<Statement>,
    tempo: u32,
    keeps: bool,
}

/// The script of a seed.
#[must_use]
pub fn generate(random: &mut Random) -> Script {
    generate_with(random, false)
}

/// `keeps`: files need not be on every device.
fn generate_with(random: &mut Random, keeps: bool) -> Script {
    let devices = random.weighted(&[(35, 2), (35, 3), (15, 4), (8, 5), (4, 6), (3, 7)]);
    let swarm = Swarm::draw(random);
    let mut roles = Vec::new();
    if swarm.home && random.percent(40) {
        roles.push((Who(devices - 1), Role::Reader));
    }
    let detached: Vec<Who> = if random.percent(20) { vec![Who(1)] } else { Vec::new() };
    let places = draw_places(random, swarm.trees);
    let tempo = random.below(4) as u32;
    let count = random.between(30, 200) as usize;
    let mut draw = Draw {
        random,
        swarm,
        devices,
        places,
        written: 0,
        owed: Vec::new(),
        statements: Vec::new(),
        tempo,
        keeps,
    };
    for number in 0..count {
        if !detached.is_empty() && number == count / 3 {
            draw.statements.push(Statement::Wish(Who(1), Wish::Attach));
        }
        draw.one();
    }
    Script { devices, roles, detached, modes: Vec::new(), statements: draw.statements }
}

fn draw_places(random: &mut Random, trees: bool) -> Vec<RelPath> {
    let count = random.between(3, 7) as usize;
    let mut places = Vec::new();
    while places.len() < count {
        let text = *random.pick(PLACES);
        let collides = text == "X" && !random.percent(20);
        if (trees || !text.contains('/')) && !collides {
            places.extend(RelPath::parse(text));
        } else {
            places.extend(RelPath::parse("x"));
        }
    }
    places
}

impl Draw<'_> {
    fn one(&mut self) {
        self.pay();
        let who = Who(self.random.below(self.devices));
        if self.keeps && self.random.percent(30) {
            self.keeping(who);
            let span = self.span();
            return self.statements.push(Statement::After(span));
        }
        match self.random.below(100) {
            0..76 => {
                let deed = self.deed();
                self.statements.push(Statement::Deed(who, deed));
            }
            76..94 => self.trouble(who),
            _ => self.wish(who),
        }
        let span = self.span();
        self.statements.push(Statement::After(span));
    }

    fn pay(&mut self) {
        for (left, _) in &mut self.owed {
            *left = left.saturating_sub(1);
        }
        let due: Vec<_> = self.owed.extract_if(.., |(left, _)| *left == 0).collect();
        self.statements.extend(due.into_iter().map(|(_, statement)| statement));
    }

    fn owe(&mut self, statement: Statement) {
        let left = self.random.between(1, 25) as usize;
        self.owed.push((left, statement));
    }

    fn span(&mut self) -> Duration {
        let instant = Duration::from_millis(self.random.between(0, 30));
        let short = Duration::from_millis(self.random.between(30, 3_000));
        let long = Duration::from_secs(self.random.between(3, 600));
        let days = Duration::from_secs(self.random.between(3_600, 40 * 86_400));
        let choice = match self.tempo {
            0 => self.random.weighted(&[(70, 0), (29, 1), (1, 2)]),
            1 => self.random.weighted(&[(30, 0), (60, 1), (10, 2)]),
            2 => self.random.weighted(&[(10, 0), (40, 1), (50, 2)]),
            _ => self.random.weighted(&[(40, 0), (40, 1), (20, 2)]),
        };
        let far = self.swarm.months && self.random.percent(2);
        if far { days } else { [instant, short, long][choice] }
    }

    fn place(&mut self) -> RelPath {
        self.random.pick(&self.places).clone()
    }

    fn text(&mut self) -> String {
        if self.random.percent(8) {
            return (*self.random.pick(COMMON)).to_owned();
        }
        self.written += 1;
        let number = self.written;
        match self.random.below(4) {
            0 => format!("w{number}-aaaabbbbccccdddd"),
            1 => format!("aaaabbbbw{number:04}-ccccdddd"),
            2 => format!("w{number:03}aaaa"),
            _ => format!("w{number}"),
        }
    }

    fn deed(&mut self) -> Deed {
        let path = self.place();
        let kind = self.random.weighted(&[
            (30, 0),
            (4, 1),
            (8, 2),
            (5, 3),
            (10, 4),
            (3, 5),
            (3, 6),
            (12, 7),
            (6, 8),
            (3, 9),
            (3, 10),
            (2, 11),
            (2, 12),
            (2, 13),
            (2, 14),
            (3, 15),
        ]);
        match kind {
            0 => Deed::Step(Step::Write(path, self.text().into_bytes())),
            1 => Deed::Step(Step::Append(path, b"+more".to_vec())),
            2 => Deed::Save(path, self.text()),
            3 => Deed::SaveAside(path, self.text()),
            4 => Deed::Step(Step::Remove(path)),
            5 => Deed::Recreate(path),
            6 => Deed::Turn(path, self.text()),
            7 => Deed::Step(Step::Rename(path, self.place())),
            8 => Deed::Step(Step::Rename(self.directory(), self.directory())),
            9 => Deed::Step(Step::Copy(path, self.place())),
            10 => Deed::Exchange(path, self.place()),
            11 => Deed::Step(Step::Mode(path, *self.random.pick(&[0o644, 0o755, 0o600]))),
            12 => Deed::Step(Step::Touch(path, self.random.between(0, 100_000) as u32)),
            13 => Deed::Step(Step::Link(path, self.text())),
            14 => Deed::Step(Step::Directory(self.directory())),
            _ => self.batch(),
        }
    }

    fn batch(&mut self) -> Deed {
        let directory = self.directory();
        if !self.swarm.batches {
            return Deed::Step(Step::Remove(directory));
        }
        match self.random.below(3) {
            0 => Deed::Fill(directory, self.random.between(10, 40) as usize),
            1 => Deed::Clear(Some(directory)),
            _ => Deed::Clear(None),
        }
    }

    fn directory(&mut self) -> RelPath {
        RelPath::parse(*self.random.pick(DIRECTORIES)).unwrap_or_else(|_| self.place())
    }

    fn trouble(&mut self, who: Who) {
        let swarm = self.swarm;
        let kind = self.random.below(12);
        let fate = match kind {
            0 | 1 if swarm.cuts => return self.cut(who),
            2 if swarm.kills => Fate::Kill,
            3 if swarm.power => Fate::Power,
            4 if swarm.ailments => self.ailment(),
            5 if swarm.roots => self.root(who),
            6 if swarm.clocks => {
                let days = self.random.between(1, 3650) as i64;
                Fate::Clock(if self.random.percent(50) { days } else { -days })
            }
            7 if swarm.backups => self.backup(),
            8 if swarm.index_faults => Fate::IndexFault(self.random.between(0, 40) as u32),
            9 if swarm.rot => Fate::Rot(self.place()),
            10 if swarm.blind => Fate::Blind,
            _ => {
                let deed = self.deed();
                return self.statements.push(Statement::Deed(who, deed));
            }
        };
        match fate {
            Fate::Kill | Fate::Power => self.owe(Statement::Fate(who, Fate::Start)),
            Fate::Full
            | Fate::ReadOnly
            | Fate::Bad(_)
            | Fate::Flaky(_)
            | Fate::Unsynced
            | Fate::Blind => {
                self.owe(Statement::Fate(who, Fate::Cure));
            }
            Fate::Lose(_) => self.owe(Statement::Fate(who, Fate::Find)),
            Fate::Start
            | Fate::Cure
            | Fate::Find
            | Fate::Wipe
            | Fate::Clock(_)
            | Fate::Backup
            | Fate::Rollback(_)
            | Fate::Restore
            | Fate::Amnesia
            | Fate::IndexFault(_)
            | Fate::Rot(_) => {}
        }
        self.statements.push(Statement::Fate(who, fate));
    }

    fn cut(&mut self, who: Who) {
        let others: Vec<Who> = (0..self.devices).map(Who).filter(|other| *other != who).collect();
        let alone = self.random.percent(50);
        let chosen = if alone { others } else { vec![*self.random.pick(&others)] };
        for other in chosen {
            self.statements.push(Statement::Cut(who, other));
            self.owe(Statement::Join(who, other));
        }
    }

    fn ailment(&mut self) -> Fate {
        match self.random.below(4) {
            0 => Fate::Full,
            1 => Fate::ReadOnly,
            2 => Fate::Bad(self.place()),
            // Drawn like this so that what seeds meant stays what they mean.
            _ => match self.random.between(5, 60) as u32 {
                41.. => Fate::Unsynced,
                percent => Fate::Flaky(percent),
            },
        }
    }

    fn root(&mut self, who: Who) -> Fate {
        if self.random.percent(15) {
            self.owe(Statement::Wish(who, Wish::Undo));
            return Fate::Wipe;
        }
        let states = [Root::Missing, Root::Unmarked, Root::OtherVolume, Root::Denied];
        Fate::Lose(*self.random.pick(&states))
    }

    fn backup(&mut self) -> Fate {
        match self.random.below(8) {
            0..4 => Fate::Backup,
            4 => Fate::Rollback(false),
            5 => Fate::Rollback(true),
            6 => Fate::Restore,
            _ => Fate::Amnesia,
        }
    }

    fn wish(&mut self, who: Who) {
        if !self.swarm.wishes {
            return;
        }
        let wish = match self.random.below(12) {
            0..4 => {
                let keep = *self.random.pick(&[Keep::Mine, Keep::Theirs, Keep::Both]);
                Wish::Resolve(self.random.below(8), keep)
            }
            4 => Wish::Restore(self.random.below(8)),
            5 => Wish::Release,
            6 => Wish::Undo,
            7 => Wish::Retry,
            8 => Wish::Rescan,
            9 => {
                self.owe(Statement::Wish(who, Wish::Resume));
                Wish::Pause
            }
            10 if self.swarm.home && self.devices > 2 => {
                Wish::Role(Who(self.devices - 1), *self.random.pick(&[Role::Reader, Role::Member]))
            }
            11 if self.swarm.home && self.devices > 2 && self.random.percent(20) => {
                Wish::Remove(Who(self.devices - 1))
            }
            _ => Wish::Rescan,
        };
        let who = if matches!(wish, Wish::Role(..) | Wish::Remove(_)) { Who(0) } else { who };
        self.statements.push(Statement::Wish(who, wish));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_script_is_read_back_as_it_was_written() {
        for seed in 0..200 {
            let script = generate(&mut Random::new(seed));
            assert_eq!(super::super::parse(&script.to_string()), Ok(script));
            let script = generate_keeping(&mut Random::new(seed));
            assert_eq!(super::super::parse(&script.to_string()), Ok(script));
        }
    }
}
