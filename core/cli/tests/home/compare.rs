//! Two devices that show the same six digits, and a person who compares them.

use std::time::Duration;

use api::client::Lines;
use api::request::{CompareAnswer, CompareRequest, Nothing};
use api::view::{CompareView, NewcomerView};
use api::{ApiError, ErrorCode, Role};
use tokio::time::timeout;

use crate::bed::{ARRIVAL_MAX, Device, Home, until};
use crate::nearby::{Person, one};

/// How long anything here may take.
const SOON: Duration = Duration::from_secs(60);

impl Person {
    fn asks(&self, picked: &str) -> Result<Lines<CompareView>, ApiError> {
        let request = CompareRequest { nearby: picked.to_owned() };
        self.runtime.block_on(async { timeout(SOON, self.client.compare(&request)).await }).unwrap()
    }

    fn next(&self, views: &mut Lines<CompareView>) -> Result<Option<CompareView>, ApiError> {
        self.runtime.block_on(async { timeout(SOON, views.next()).await }).unwrap()
    }

    /// The digits that this screen shows after having asked, and what the comparison is called.
    fn digits(&self, views: &mut Lines<CompareView>) -> (String, String) {
        match self.next(views) {
            Ok(Some(CompareView::Digits { id, digits, .. })) => (id, digits),
            other => panic!("{other:?}"),
        }
    }

    fn says(&self, id: &str, same: bool, role: Option<Role>) -> Result<(), ApiError> {
        let answer = CompareAnswer { id: id.to_owned(), same, role };
        self.runtime.block_on(self.client.compare_answer(&answer)).map(drop)
    }

    fn newcomer(&self) -> Option<NewcomerView> {
        self.runtime.block_on(self.client.status(&Nothing {})).unwrap().newcomer
    }

    /// Who asks to be let in here.
    fn asked(&self) -> NewcomerView {
        let mut asked = None;
        until("somebody asks", ARRIVAL_MAX, || {
            asked = self.newcomer();
            asked.is_some()
        });
        asked.unwrap()
    }
}

/// Two devices, the first in a home of its own, and where the second sees it.
fn found(home: &Home) -> (Person, Person, String, impl Sized) {
    let [a, b] = home.each();
    drop(a.invite(&[]));
    let (inside, outside) = (Person::at(a), Person::at(b));
    let mut around = outside.looks();
    let seen = outside.sees(&mut around, |devices| {
        one(devices, "a").is_some_and(|a| a.offering && !a.inviting && !a.addresses.is_empty())
    });
    let id = one(&seen, "a").unwrap().id.clone();
    (inside, outside, id, around)
}

fn are_strangers(a: &Device, b: &Device) -> bool {
    a.peer(&b.name).is_null() && b.peer(&a.name).is_null()
}

#[test]
fn two_times_yes_to_the_same_digits_lets_a_device_in_and_nothing_less_does() {
    let Some(home) = Home::unpaired_on_a_switch(2) else { return };
    let (inside, outside, picked, _looking) = found(&home);
    let [a, b] = home.each();

    // A no here, where the other person has said yes.
    let mut views = outside.asks(&picked).unwrap();
    let (id, digits) = outside.digits(&mut views);
    let asked = inside.asked();
    assert_eq!((&asked.digits, &asked.id, &asked.name[..]), (&digits, &id, "b"));
    outside.says(&id, true, None).unwrap();
    inside.says(&id, false, None).unwrap();
    assert_eq!(outside.next(&mut views).unwrap_err().code, ErrorCode::Declined);
    until("nobody asks", ARRIVAL_MAX, || inside.newcomer().is_none());
    assert!(are_strangers(a, b));

    // Taken back there, where this person has said yes.
    let mut views = outside.asks(&picked).unwrap();
    let (id, _) = outside.digits(&mut views);
    inside.says(&inside.asked().id, true, None).unwrap();
    drop(views);
    until("nobody asks", ARRIVAL_MAX, || {
        // The connection ends when its runtime goes on.
        outside.newcomer().is_none() && inside.newcomer().is_none()
    });
    assert_eq!(inside.says(&id, true, None).unwrap_err().code, ErrorCode::ComparisonOver);
    assert!(are_strangers(a, b));

    // Taken back after a yes, which must not count any more.
    let mut views = outside.asks(&picked).unwrap();
    let (id, _) = outside.digits(&mut views);
    inside.asked();
    outside.says(&id, true, None).unwrap();
    drop(views);
    until("nobody asks", ARRIVAL_MAX, || {
        outside.newcomer().is_none() && inside.newcomer().is_none()
    });
    assert!(inside.says(&id, true, None).is_err() && are_strangers(a, b));

    // Yes and yes.
    let mut views = outside.asks(&picked).unwrap();
    let (id, digits) = outside.digits(&mut views);
    let asked = inside.asked();
    assert_eq!((&asked.digits, asked.confirmed), (&digits, false));
    inside.says(&id, true, Some(Role::Member)).unwrap();
    assert!(inside.asked().confirmed && are_strangers(a, b));
    outside.says(&id, true, None).unwrap();
    match outside.next(&mut views).unwrap() {
        Some(CompareView::Joined { inviter, role, .. }) => {
            assert_eq!((&inviter.name[..], role), ("a", Role::Member));
        }
        other => panic!("{other:?}"),
    }
    a.meet(b);
    assert!(inside.newcomer().is_none());
}

#[test]
fn only_admins_take_devices_in_and_one_at_a_time() {
    let Some(home) = Home::unpaired_on_a_switch(4) else { return };
    let [a, b, c, d] = home.each();
    a.admit(b, "member");
    let (outside, other) = (Person::at(c), Person::at(d));
    let (mut around, mut from_other) = (outside.looks(), other.looks());
    let offers = |devices: &[api::view::NearbyDevice]| {
        one(devices, "a").is_some_and(|a| a.offering) && one(devices, "d").is_some()
    };
    let seen = outside.sees(&mut around, offers);
    assert!(one(&seen, "b").is_none(), "a member does not offer itself: {seen:?}");
    let picked = one(&seen, "a").unwrap().id.clone();
    other.sees(&mut from_other, |devices| one(devices, "a").is_some_and(|a| a.offering));
    let seeker = one(&seen, "d").unwrap().id.clone();
    assert_eq!(
        outside.asks(&seeker).err().map(|error| error.code),
        Some(ErrorCode::InviterNotFound)
    );
    let mut views = outside.asks(&picked).unwrap();
    outside.digits(&mut views);
    assert_eq!(other.asks(&picked).err().map(|error| error.code), Some(ErrorCode::Busy));
    assert_eq!(Person::at(a).asked().name, "c");
}
