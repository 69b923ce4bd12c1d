//! Folders, pods, names and addresses.

use std::collections::BTreeMap;

use model::{Mode, Role, Stamp};
use wire::Fact;

use super::super::{HomeChange, HomeError, ResolveError};
use super::*;

fn with_folder() -> Home {
    let mut home = three(Role::Member);
    let said = home.create_folder(A.at(5), F, "photos");
    hear(&mut home, said);
    home
}

#[test]
fn a_member_may_share_a_new_folder_and_change_no_other() {
    let mut home = with_folder();
    let said = home.create_folder(C.at(6), G, "music");
    let merged = hear(&mut home, said);
    assert_eq!(merged.changes, [HomeChange::FolderAdded { folder: G }]);
    for folder in [F, G] {
        assert_eq!(home.rename_folder(C.at(7), folder, "x"), Err(HomeError::NotAdmin));
        assert_eq!(home.delete_folder(C.at(7), folder), Err(HomeError::NotAdmin));
    }
    for role in [Role::Reader, Role::Storage, Role::Portal] {
        assert_eq!(three(role).create_folder(C.at(6), G, "x"), Err(HomeError::NotAdmin));
    }
}

#[test]
fn a_folder_has_a_name_that_can_be_a_directory() {
    let home = with_folder();
    for name in ["", " ", "a/b", "..", ".", "a\nb", ".homefold", &"x".repeat(256)] {
        let said = home.create_folder(A.at(6), G, name);
        assert_eq!(said, Err(HomeError::Name(name.to_owned())));
    }
    for name in ["photos", "PHOTOS"] {
        let said = home.create_folder(A.at(6), G, name);
        assert_eq!(said, Err(HomeError::NameTaken(name.to_owned())));
    }
}

#[test]
fn folders_given_one_name_while_apart_are_told_apart_by_a_number() {
    let mut home = three(Role::Member);
    let mut apart = home.clone();
    let said = home.create_folder(A.at(6), F, "Photos");
    hear(&mut home, said);
    let said = apart.create_folder(B.at(5), G, "photos");
    hear(&mut apart, said);
    let merged = tell(&apart, &mut home);
    tell(&home, &mut apart);
    assert_eq!(home.folders(), apart.folders());
    assert_eq!(home.resolve_folder("photos"), Ok(G));
    assert_eq!(home.resolve_folder("Photos (2)"), Ok(F));
    assert_eq!(home.resolve_folder(&F.to_string()), Ok(F));
    assert_eq!(home.resolve_folder("Photos"), Err(ResolveError::NoFolder("Photos".into())));
    assert!(merged.changes.contains(&HomeChange::FolderRenamed { folder: F }));
}

#[test]
fn a_folder_keeps_its_age_when_it_gets_another_name() {
    let mut home = with_folder();
    let said = home.create_folder(A.at(6), G, "music");
    hear(&mut home, said);
    let said = home.rename_folder(A.at(7), F, "pictures");
    hear(&mut home, said);
    let names: Vec<_> = home.folders().into_iter().map(|folder| folder.name).collect();
    assert_eq!(names, ["pictures", "music"]);
}

#[test]
fn an_ended_folder_stays_ended() {
    let mut home = with_folder();
    let mut apart = home.clone();
    let said = apart.rename_folder(B.at(9), F, "pictures");
    hear(&mut apart, said);
    let said = apart.set_pod(B.at(9), F, Some(Mode::Clone));
    hear(&mut apart, said);
    let said = home.delete_folder(A.at(7), F);
    hear(&mut home, said);
    let merged = tell(&home, &mut apart);
    tell(&apart, &mut home);
    assert_eq!(home.view, apart.view);
    assert_eq!(home.folders(), []);
    assert_eq!(home.pods(F), BTreeMap::new());
    let ended = HomeChange::PodChanged { folder: F, device: B.device(), mode: None };
    assert_eq!(merged.changes, [ended, HomeChange::FolderDeleted { folder: F }]);
    assert_eq!(home.set_pod(A.at(9), F, None), Err(HomeError::UnknownFolder));
}

#[test]
fn a_device_takes_part_by_itself_and_an_admin_may_end_that() {
    let mut home = with_folder();
    for (key, mode) in [(A, Mode::Clone), (C, Mode::Stream)] {
        let said = home.set_pod(key.at(6), F, Some(mode));
        hear(&mut home, said);
    }
    let expected = BTreeMap::from([(A.device(), Mode::Clone), (C.device(), Mode::Stream)]);
    assert_eq!(home.pods(F), expected);
    assert_eq!(home.end_pod(C.at(7), F, A.device()), Err(HomeError::NotAdmin));
    let fact = Fact::Pod { folder: F, device: C.device(), mode: Some(Mode::Clone) };
    let forced = A.forge(fact, Stamp { millis: 8000, count: 0 });
    assert_eq!(home.merge(&A, vec![forced]).rejected, 1);
    let said = home.end_pod(B.at(7), F, C.device());
    let merged = hear(&mut home, said);
    let ended = HomeChange::PodChanged { folder: F, device: C.device(), mode: None };
    assert_eq!(merged.changes, [ended]);
    assert_eq!(home.set_pod(A.at(8), G, None), Err(HomeError::UnknownFolder));
}

#[test]
fn a_removed_device_takes_part_in_nothing() {
    let mut home = with_folder();
    let said = home.set_pod(C.at(6), F, Some(Mode::Clone));
    hear(&mut home, said);
    let said = home.set_addresses(C.at(6), vec!["10.0.0.1:5".into()]);
    hear(&mut home, said);
    let said = home.remove(A.at(7), C.device());
    hear(&mut home, said);
    assert_eq!(home.pods(F), BTreeMap::new());
    assert!(home.addresses(&C.device()).is_empty());
}

#[test]
fn addresses_are_said_by_the_device_alone() {
    let mut home = three(Role::Reader);
    let said = home.set_addresses(C.at(6), vec!["10.0.0.1:5".into()]);
    hear(&mut home, said);
    assert_eq!(home.addresses(&C.device()), ["10.0.0.1:5"]);
    assert_eq!(home.set_addresses(C.at(7), vec!["10.0.0.1:5".into()]), Ok(vec![]));
    let fact = Fact::Addresses { device: C.device(), addresses: vec![] };
    let by_admin = A.forge(fact, Stamp { millis: 9000, count: 0 });
    assert_eq!(home.merge(&A, vec![by_admin]).rejected, 1);
    let many = vec![String::new(); 17];
    assert_eq!(home.set_addresses(C.at(7), many), Err(HomeError::TooMany("addresses")));
}

#[test]
fn old_addresses_are_forgotten_and_do_not_come_back() {
    let mut home = three(Role::Member);
    let mut all = Vec::new();
    for n in 0..50 {
        let said = home.set_addresses(C.at(6), vec![format!("10.0.0.1:{n}")]).unwrap();
        all.extend(said.clone());
        home.merge(&A, said);
    }
    assert!(home.records().len() < 15);
    assert_eq!(home.merge(&A, all).accepted, []);
    assert_eq!(home.addresses(&C.device()), ["10.0.0.1:49"]);
}
