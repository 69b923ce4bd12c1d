//! Which policy holds where.

use model::{Keep, RelPath, Role};

use super::super::policy::{self, Origin, Place, Room, SETTINGS, Target, Value};
use super::super::{HomeChange, HomeError, ResolveError};
use super::*;

fn with_folder() -> Home {
    let mut home = three(Role::Member);
    let said = home.create_folder(A.at(5), F, "photos");
    hear(&mut home, said);
    home
}

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

#[test]
fn the_most_specific_policy_wins_and_says_where_it_comes_from() {
    let mut home = with_folder();
    let deep = path("a/b/c");
    let place = Place { device: Some(C.device()), folder: Some(F), path: Some(&deep) };
    let mut expected = (Value::Number(30), Origin::Default);
    let targets = [
        Target::Home,
        Target::Device(C.device()),
        Target::Folder(F),
        Target::Pod(F, C.device()),
        Target::Path(F, path("a")),
        Target::Path(F, path("a/b")),
        Target::Path(F, path("a/b/c")),
    ];
    for (days, target) in (100..).zip(targets) {
        assert_eq!(home.policy(policy::ARCHIVE_DAYS, place), Some(expected));
        let value = days.to_string();
        let said = home.set_policy(A.at(6), &target, policy::ARCHIVE_DAYS, Some(&value));
        let merged = hear(&mut home, said);
        let key = policy::ARCHIVE_DAYS.to_owned();
        assert_eq!(merged.changes, [HomeChange::PolicyChanged { target: target.clone(), key }]);
        expected = (Value::Number(days), Origin::Set(target));
    }
    assert_eq!(home.number(policy::ARCHIVE_DAYS, place), 106);
    let elsewhere = Place { device: Some(A.device()), folder: Some(F), path: Some(&path("ab")) };
    assert_eq!(home.number(policy::ARCHIVE_DAYS, elsewhere), 102);
    let said = home.set_policy(A.at(7), &Target::Path(F, deep.clone()), policy::ARCHIVE_DAYS, None);
    hear(&mut home, said);
    assert_eq!(home.number(policy::ARCHIVE_DAYS, place), 105);
}

#[test]
fn a_value_must_fit_its_setting() {
    let home = with_folder();
    let set = |key: &str, value: &str| home.set_policy(A.at(6), &Target::Home, key, Some(value));
    assert!(matches!(set("archive.days", "many"), Err(HomeError::PolicyValue { .. })));
    assert!(matches!(set("archive.share", "101%"), Err(HomeError::PolicyValue { .. })));
    assert!(matches!(set("brake.on", "2"), Err(HomeError::PolicyValue { .. })));
    assert_eq!(set("speed", "1"), Err(HomeError::UnknownPolicy("speed".into())));
    assert!(set("archive.share", "20").is_ok());
    assert!(set("brake.on", "off").is_ok());
    for setting in SETTINGS {
        assert_eq!(setting.parse(&setting.default.to_string()), Some(setting.default.clone()));
    }
}

#[test]
fn a_value_that_cannot_be_read_is_passed_over() {
    let mut home = with_folder();
    let fact = |value: &str| Fact::Policy {
        target: "home".into(),
        key: policy::BRAKE_ON.into(),
        value: Some(value.into()),
    };
    let newer = A.forge(fact("sometimes"), model::Stamp { millis: 9000, count: 0 });
    assert_eq!(home.merge(&A, vec![newer]).accepted.len(), 1);
    assert!(home.switch(policy::BRAKE_ON, Place::default()));
    assert_eq!(home.policies(Place::default()).len(), SETTINGS.len());
}

#[test]
fn a_device_that_is_no_admin_sets_policies_for_itself_alone() {
    let home = with_folder();
    let set = |target: Target| home.set_policy(C.at(6), &target, policy::ARCHIVE_DAYS, Some("3"));
    for own in [Target::Device(C.device()), Target::Pod(F, C.device())] {
        assert!(set(own).is_ok());
    }
    let others = [
        Target::Home,
        Target::Folder(F),
        Target::Device(A.device()),
        Target::Pod(F, A.device()),
        Target::Path(F, path("a")),
    ];
    for target in others {
        assert_eq!(set(target), Err(HomeError::NotAdmin));
    }
}

#[test]
fn a_target_is_written_with_names_and_read_back_from_its_record() {
    let home = with_folder();
    let device = A.device();
    for (text, target) in [
        ("home", Target::Home),
        ("device:anna", Target::Device(device)),
        ("folder:photos", Target::Folder(F)),
        ("pod:photos@anna", Target::Pod(F, device)),
        ("path:photos/a/b@c", Target::Path(F, path("a/b@c"))),
    ] {
        assert_eq!(home.resolve_target(text), Ok(target.clone()), "{text}");
        assert_eq!(Target::parse(&target.to_string()), Some(target));
    }
    for text in ["", "home:x", "pod:photos", "path:photos", "path:photos/../x", "what:x"] {
        assert_eq!(home.resolve_target(text), Err(ResolveError::Target(text.into())));
    }
    assert_eq!(home.resolve_target("folder:x"), Err(ResolveError::NoFolder("x".into())));
}

#[test]
fn what_is_said_of_a_subtree_on_one_device_is_said_of_no_other() {
    let mut home = with_folder();
    let said = [
        (Target::Path(F, path("a")), "always"),
        (Target::PodPath(F, C.device(), path("a")), "never"),
        (Target::Path(F, path("a/b")), "auto"),
    ];
    for (target, keep) in said {
        let said = home.set_policy(A.at(6), &target, policy::KEEP, Some(keep));
        hear(&mut home, said);
    }
    let keep = |device: Key, at: &str| {
        let at = path(at);
        home.keep(Place { device: Some(device.device()), folder: Some(F), path: Some(&at) })
    };
    for (device, at, expected) in [
        (A, "a/x", Some(Keep::Always)),
        (C, "a/x", Some(Keep::Never)),
        (C, "a/b/x", Some(Keep::Auto)),
        (C, "x", None),
    ] {
        assert_eq!(keep(device, at), expected, "{at}");
    }
    assert_eq!(home.keep_paths(F, C.device()), [path("a"), path("a/b")].into());
}

#[test]
fn a_device_may_say_what_it_keeps_itself_and_not_what_others_keep() {
    let home = with_folder();
    let own = Target::PodPath(F, C.device(), path("a"));
    assert!(home.set_policy(C.at(6), &own, policy::KEEP, Some("always")).is_ok());
    let other = Target::PodPath(F, A.device(), path("a"));
    let refused = home.set_policy(C.at(6), &other, policy::KEEP, Some("never"));
    assert_eq!(refused, Err(HomeError::NotAdmin));
}

#[test]
fn a_subtree_of_a_pod_is_named_by_names_and_read_back() {
    let home = with_folder();
    let target = Target::PodPath(F, C.device(), path("a@b/c"));
    assert_eq!(Target::parse(&target.to_string()), Some(target.clone()));
    let name = home.name(&C.device());
    assert_eq!(home.resolve_target(&format!("pod:photos@{name}/a@b/c")), Ok(target));
}

#[test]
fn room_is_a_share_or_bytes_with_a_unit() {
    let cache = policy::Setting::find(policy::CACHE).unwrap();
    for (text, room) in [
        ("10%", Some(Room::Share(10))),
        ("2GiB", Some(Room::Bytes(2 << 30))),
        ("3 GB", Some(Room::Bytes(3_000_000_000))),
        ("0", Some(Room::Bytes(0))),
        ("101%", None),
        ("much", None),
        ("9999999999 TiB", None),
    ] {
        assert_eq!(cache.parse(text), room.map(Value::Room), "{text}");
    }
    assert_eq!(cache.parse("2GiB").unwrap().to_string(), "2147483648");
}

#[test]
fn a_rate_is_bytes_in_a_second_or_none() {
    let up = policy::Setting::find(policy::RATE_UP).unwrap();
    for (text, rate) in [
        ("none", Some(None)),
        ("2MB", Some(Some(2_000_000))),
        ("100 kB", Some(Some(100_000))),
        ("99999", None),
        ("0", None),
        ("10%", None),
        ("much", None),
    ] {
        assert_eq!(up.parse(text), rate.map(Value::Rate), "{text}");
    }
    assert_eq!(up.parse("2MB").unwrap().to_string(), "2000000");
    assert_eq!(up.default.to_string(), "none");
}
