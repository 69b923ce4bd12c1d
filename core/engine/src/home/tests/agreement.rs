//! Whatever devices say, and in whatever order the others hear it, all know the same home.

use model::{Mode, Stamp};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::super::policy::{self, Target};
use super::*;

const DEVICES: u8 = 5;

/// What one device does on its own copy of the home.
#[derive(Debug, Clone)]
enum Step {
    /// In the proper way, as far as it knows.
    Say { by: u8, wish: Wish },
    /// With any stamp, whatever it may say.
    Forge { by: u8, wish: Wish, millis: u64 },
    /// One tells another all it knows.
    Tell { from: u8, to: u8 },
}

#[derive(Debug, Clone)]
enum Wish {
    Member(u8, Role),
    Remove(u8),
    Name(u8, u8),
    Folder(u8, u8, bool),
    Pod(u8, u8, Option<Mode>),
    Home(u8),
    Policy(u8, Option<u8>),
}

fn wish() -> impl Strategy<Value = Wish> {
    let device = || 1..=DEVICES;
    let mode = proptest::option::of(select(&Mode::ALL[..]));
    prop_oneof![
        3 => (device(), select(vec![Role::Admin, Role::Admin, Role::Member, Role::Reader]))
            .prop_map(|(device, role)| Wish::Member(device, role)),
        2 => device().prop_map(Wish::Remove),
        1 => (device(), 0..3u8).prop_map(|(device, name)| Wish::Name(device, name)),
        2 => (0..3u8, 0..2u8, prop::bool::weighted(0.2))
            .prop_map(|(folder, name, deleted)| Wish::Folder(folder, name, deleted)),
        1 => (0..3u8, device(), mode).prop_map(|(folder, device, mode)| Wish::Pod(folder, device, mode)),
        1 => (0..3u8).prop_map(Wish::Home),
        1 => (device(), proptest::option::of(1..9u8)).prop_map(|(device, days)| Wish::Policy(device, days)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let device = || 1..=DEVICES;
    prop_oneof![
        6 => (device(), wish()).prop_map(|(by, wish)| Step::Say { by, wish }),
        1 => (device(), wish(), 0..40_000u64).prop_map(|(by, wish, millis)| Step::Forge { by, wish, millis }),
        3 => (device(), device()).prop_map(|(from, to)| Step::Tell { from, to }),
    ]
}

impl Wish {
    fn fact(&self, home: &Home) -> Fact {
        let device = |n: &u8| Key(*n).device();
        match self {
            Self::Member(n, role) => {
                Fact::Member { device: device(n), public_key: Key(*n).public_key(), role: *role }
            }
            Self::Remove(n) => Fact::Removed { device: device(n) },
            Self::Name(n, name) => Fact::Name { device: device(n), name: format!("n{name}") },
            Self::Folder(folder, name, deleted) => Fact::Folder {
                folder: FolderId([*folder; 16]),
                name: format!("f{name}"),
                deleted: *deleted,
            },
            Self::Pod(folder, n, mode) => {
                Fact::Pod { folder: FolderId([*folder; 16]), device: device(n), mode: *mode }
            }
            Self::Home(name) => {
                Fact::Home { id: home.id(), name: format!("h{name}"), secret: [*name; 32] }
            }
            Self::Policy(n, days) => Fact::Policy {
                target: Target::Device(device(n)).to_string(),
                key: policy::ARCHIVE_DAYS.into(),
                value: days.map(|days| days.to_string()),
            },
        }
    }
}

/// The copies of all devices after the steps, and every record that was ever said.
fn play(steps: &[Step]) -> (Vec<Home>, Vec<Record>) {
    let first = founded();
    let mut said = first.records();
    let mut homes = vec![Home::unknown(first.id()); usize::from(DEVICES)];
    homes[0] = first;
    for (second, step) in (10..).zip(steps) {
        match step {
            Step::Say { by, wish } => {
                let home = &mut homes[usize::from(*by) - 1];
                let fact = wish.fact(home);
                let records = home.say(Key(*by).at(second), fact).unwrap_or_default();
                home.merge(&A, records.clone());
                said.extend(records);
            }
            Step::Forge { by, wish, millis } => {
                let home = &mut homes[usize::from(*by) - 1];
                let stamp = Stamp { millis: *millis, count: 0 };
                let record = Key(*by).forge(wish.fact(home), stamp);
                home.merge(&A, vec![record.clone()]);
                said.push(record);
            }
            Step::Tell { from, to } => {
                let records = homes[usize::from(*from) - 1].records();
                homes[usize::from(*to) - 1].merge(&A, records);
            }
        }
    }
    (homes, said)
}

fn heard(id: model::HomeId, records: &[Record], batch: usize) -> Home {
    let mut home = Home::unknown(id);
    for batch in records.chunks(batch) {
        home.merge(&A, batch.to_vec());
    }
    home
}

/// All tell each other what counts until nothing is news, and know the same then.
fn agree_in_the_end(steps: &[Step]) {
    let (mut homes, _) = play(steps);
    for round in 0.. {
        let mut news = 0;
        for from in 0..homes.len() {
            let records = homes[from].records();
            for home in &mut homes {
                news += home.merge(&A, records.clone()).accepted.len();
            }
        }
        assert!(round < 4);
        if news == 0 {
            break;
        }
    }
    for home in &homes[1..] {
        assert_eq!(home.view, homes[0].view);
        assert_eq!(home.digest(), homes[0].digest());
    }
}

#[test]
fn of_two_admins_who_remove_each_other_all_hear_both() {
    let forge = |by, wish, millis| Step::Forge { by, wish, millis };
    agree_in_the_end(&[
        forge(1, Wish::Member(5, Role::Admin), 9_000),
        forge(5, Wish::Remove(1), 9_001),
        forge(5, Wish::Member(1, Role::Member), 33_000),
        forge(1, Wish::Remove(5), 43_000),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_order_in_which_records_come_does_not_matter(
        steps in prop::collection::vec(step(), 1..40), seed: u64, batch in 1usize..5,
        again in prop::collection::vec(any::<Index>(), 0..10),
    ) {
        let (homes, said) = play(&steps);
        let mut shuffled = said.clone();
        shuffled.extend(again.iter().map(|index| index.get(&said).clone()));
        shuffled.sort_by_cached_key(|record| {
            ContentHash::of(&[&seed.to_le_bytes()[..], &record.own_signed_bytes()].concat())
        });
        let id = homes[0].id();
        let (a, b) = (heard(id, &said, 1), heard(id, &shuffled, batch));
        prop_assert_eq!(&a.view, &b.view);
        prop_assert_eq!(a.digest(), b.digest());
        prop_assert!(a.view.admins() >= 1);
        prop_assert!(a.view.folders_shown().len() <= 3);
    }

    #[test]
    fn devices_that_tell_each_other_what_counts_agree(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        agree_in_the_end(&steps);
    }

    #[test]
    fn what_was_stored_is_what_was_known(steps in prop::collection::vec(step(), 1..40)) {
        let (homes, _) = play(&steps);
        let loaded = Home::load(homes[0].records()).unwrap();
        prop_assert_eq!(&loaded.view, &homes[0].view);
        prop_assert_eq!(loaded.digest(), homes[0].digest());
    }

    #[test]
    fn what_is_reported_as_new_is_all_that_others_need(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let (homes, said) = play(&steps);
        let id = homes[0].id();
        let (mut hearer, mut told) = (Home::unknown(id), Home::unknown(id));
        for record in said {
            let news = hearer.merge(&A, vec![record]).accepted;
            told.merge(&A, news);
        }
        prop_assert_eq!(&told.view, &hearer.view);
    }
}
