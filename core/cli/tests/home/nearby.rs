//! Devices on one network that a person picks instead of typing an address.

use std::time::Duration;

use api::client::{Client, Lines};
use api::request::{JoinRequest, Nothing};
use api::view::{NearbyDevice, NearbyView};
use api::{ApiError, ErrorCode};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::bed::{Device, Home, Invite};

/// How long a device may take to be seen, or missed when it went off without a goodbye.
const SEEN_MAX: Duration = Duration::from_secs(90);

/// Somebody in front of a device, who looks around.
pub(crate) struct Person {
    pub(crate) runtime: Runtime,
    pub(crate) client: Client,
}

impl Person {
    pub(crate) fn at(device: &Device) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, client: Client::new(&device.data()) }
    }

    pub(crate) fn looks(&self) -> Lines<NearbyView> {
        self.runtime.block_on(self.client.nearby(&Nothing {})).unwrap()
    }

    /// Looks until it is so.
    pub(crate) fn sees(
        &self,
        around: &mut Lines<NearbyView>,
        so: impl Fn(&[NearbyDevice]) -> bool,
    ) -> Vec<NearbyDevice> {
        let looking = async {
            loop {
                let view = around.next().await.unwrap().expect("the stream goes on");
                assert!(view.searching);
                if so(&view.devices) {
                    return view.devices;
                }
            }
        };
        self.runtime.block_on(async { timeout(SEEN_MAX, looking).await }).unwrap()
    }

    fn joins(&self, picked: &str, code: &str) -> Result<String, ApiError> {
        let nearby = Some(picked.to_owned());
        let request = JoinRequest { code: code.to_owned(), address: None, nearby };
        let joined = self.runtime.block_on(self.client.join(&request));
        joined.map(|view| view.inviter.name)
    }
}

pub(crate) fn one<'a>(devices: &'a [NearbyDevice], name: &str) -> Option<&'a NearbyDevice> {
    devices.iter().find(|device| device.name == name)
}

#[test]
fn a_device_that_shows_a_code_is_picked_by_its_name_and_only_the_code_is_typed() {
    let Some(home) = Home::unpaired_on_a_switch(2) else { return };
    let [a, b] = home.each();
    let person = Person::at(b);
    let mut around = person.looks();
    assert!(person.sees(&mut around, <[_]>::is_empty).is_empty());
    let mut invite: Invite = a.invite(&[]);
    let seen = person.sees(&mut around, |devices| one(devices, "a").is_some_and(|a| a.inviting));
    let id = one(&seen, "a").unwrap().id.clone();
    let refused = person.joins(&id, &invite.wrong_code(1)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::WrongCode);
    let nobody = person.joins("nobody._homefold._udp.local.", &invite.code).unwrap_err();
    assert_eq!(nobody.code, ErrorCode::InviterNotFound);
    assert_eq!(person.joins(&id, &invite.code).unwrap(), "a");
    assert_eq!(invite.end(), 0);
    // Nobody is let in by a code any more. It may offer itself until it hears that nobody looks.
    person.sees(&mut around, |devices| devices.iter().all(|device| !device.inviting));
    a.meet(b);
}

#[test]
fn who_looks_for_a_home_is_seen_while_looking_and_missed_when_it_is_gone() {
    let Some(home) = Home::unpaired_on_a_switch(2) else { return };
    let [a, b] = home.each();
    // A home of its own: looking does not make it look for one. It takes in who does.
    drop(a.invite(&[]));
    let (inside, outside) = (Person::at(a), Person::at(b));
    let mut around = inside.looks();
    let mut from_outside = outside.looks();
    let offers = |a: &NearbyDevice| a.offering && !a.inviting;
    outside.sees(&mut from_outside, |devices| one(devices, "a").is_some_and(offers));
    let seen = inside.sees(&mut around, |devices| !devices.is_empty());
    assert!(
        one(&seen, "b").is_some_and(|b| !b.inviting && !b.offering && !b.addresses.is_empty()),
        "{seen:?}"
    );
    // Who may let it in is told also by the status, without looking around.
    let told = |person: &Person| {
        let status = person.runtime.block_on(person.client.status(&Nothing {})).unwrap();
        status.seeking.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!((told(&inside), told(&outside)), (vec!["b".to_owned()], Vec::new()));
    b.kill();
    inside.sees(&mut around, <[_]>::is_empty);
    assert!(told(&inside).is_empty());
}
