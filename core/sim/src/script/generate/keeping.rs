//! Scripts of homes whose devices do not all keep every file. Their seeds are a range of their own, so
//! that no other seed's script changes.

use model::{Keep, Mode};

use super::{Draw, Script, Statement, Who, Wish, generate_with};
use crate::random::Random;
use crate::script::Keeping;

/// The first seed of such a home.
pub const KEEPING_FROM: u64 = 1_000_000_000;

/// The script of such a seed.
#[must_use]
pub fn generate_keeping(random: &mut Random) -> Script {
    let mut script = generate_with(random, true);
    for place in 0..script.devices {
        let mode = random.weighted(&[(40, Mode::Clone), (45, Mode::Stream), (15, Mode::Portal)]);
        // Most homes have a device that keeps everything; some have none.
        let mode = if place == 0 && random.percent(80) { Mode::Clone } else { mode };
        script.modes.push((Who(place), mode));
    }
    script
}

impl Draw<'_> {
    pub(super) fn keeping(&mut self, who: Who) {
        let (path, other) = (self.place(), self.place());
        let wish = match self.random.below(20) {
            0 => {
                let modes = [(30, Mode::Clone), (50, Mode::Stream), (20, Mode::Portal)];
                Keeping::Mode(self.random.weighted(&modes))
            }
            1..4 => {
                let keep = [Some(Keep::Always), Some(Keep::Auto), Some(Keep::Never), None];
                Keeping::Rule(path, *self.random.pick(&keep))
            }
            4 => Keeping::Rule(self.directory(), Some(Keep::Always)),
            5 => Keeping::Free(None),
            6..8 => Keeping::Free(Some(path)),
            8 => Keeping::Free(Some(self.directory())),
            9..12 => Keeping::Bring(path),
            12 => Keeping::Short(self.random.between(0, 40)),
            13..15 => Keeping::Drop(path),
            15 | 16 => Keeping::Carry(path, other),
            17 | 18 => Keeping::Edit(path, self.text()),
            _ => Keeping::OpenUp(path),
        };
        self.statements.push(Statement::Wish(who, Wish::Keeping(wish)));
    }
}
