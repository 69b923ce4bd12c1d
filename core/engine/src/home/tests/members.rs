//! Who belongs to the home, and who decides that.

use model::{DeviceId, HomeId, Role, Stamp};
use wire::Fact;

use super::super::{HomeChange, HomeError, ResolveError};
use super::*;

#[test]
fn the_founder_is_admin_and_everything_is_known_of_a_new_home() {
    let home = founded();
    assert_eq!(home.role(&A.device()), Some(Role::Admin));
    assert_eq!((home.home_name(), home.tag_key()), ("home", Some(SECRET)));
    assert_eq!(home.name(&A.device()), "anna");
    assert_eq!(home.records().len(), 3);
}

#[test]
fn a_stored_home_is_the_same_home() {
    let home = three(Role::Reader);
    let loaded = Home::load(home.records()).unwrap();
    assert_eq!(loaded.view, home.view);
    assert_eq!((loaded.id(), loaded.digest()), (home.id(), home.digest()));
    assert_eq!(Home::load(vec![]).unwrap_err(), HomeError::NoHome);
}

#[test]
fn a_device_joins_with_what_the_admin_tells_it() {
    let mut home = founded();
    assert_eq!(Home::join(home.id(), &B, home.records()).unwrap_err(), HomeError::NotMember);
    add(&mut home, A, B, Role::Member, 2);
    let joined = Home::join(home.id(), &B, home.records()).unwrap();
    assert_eq!(joined.digest(), home.digest());
    let elsewhere = Home::join(HomeId([7; 16]), &B, home.records());
    assert_eq!(elsewhere.unwrap_err(), HomeError::NoHome);
}

#[test]
fn nobody_else_can_claim_to_have_founded_the_home() {
    let mut home = three(Role::Reader);
    let before = home.view.clone();
    let public_key = C.public_key();
    let facts = [
        Fact::Home { id: home.id(), name: "mine".into(), secret: [9; 32] },
        Fact::Member { device: C.device(), public_key, role: Role::Admin },
        Fact::Removed { device: A.device() },
    ];
    let forged = facts.map(|fact| C.forge(fact, Stamp::default())).to_vec();
    let merged = home.merge(&A, forged);
    assert_eq!((merged.accepted.len(), merged.rejected), (0, 3));
    assert_eq!(home.view, before);
}

#[test]
fn only_admins_change_the_home() {
    for role in [Role::Member, Role::Reader, Role::Storage, Role::Portal] {
        let home = three(role);
        let by = C.at(9);
        let key = Key(7);
        let refused = [
            home.rename_home(by, "other"),
            home.renew_secret(by, [1; 32]),
            home.add_member(by, key.device(), &key.public_key(), Role::Reader),
            home.set_role(by, C.device(), Role::Admin),
            home.remove(by, A.device()),
            home.rename(by, A.device(), "x"),
        ];
        for said in refused {
            assert_eq!(said, Err(HomeError::NotAdmin), "{role:?}");
        }
        assert!(home.rename(by, C.device(), "x").is_ok());
        assert!(home.remove(by, C.device()).is_ok(), "a device may leave");
    }
}

#[test]
fn a_signature_that_does_not_fit_counts_for_nothing() {
    let mut home = founded();
    let said = home.add_member(A.at(2), B.device(), &B.public_key(), Role::Member).unwrap();
    let mut altered = said[0].clone();
    altered.fact =
        Fact::Member { device: B.device(), public_key: B.public_key(), role: Role::Admin };
    let merged = home.merge(&A, vec![altered]);
    assert_eq!((merged.accepted.len(), merged.rejected), (0, 1));
    let mut by_another = said[0].clone();
    by_another.author = B.device();
    home.merge(&A, vec![by_another]);
    assert!(!home.is_member(&B.device()));
    assert_eq!(home.merge(&A, said).accepted.len(), 1);
}

#[test]
fn a_key_must_fit_its_device() {
    let mut home = founded();
    let said = home.add_member(A.at(2), B.device(), &C.public_key(), Role::Member);
    assert_eq!(said, Err(HomeError::Key(B.device())));
    let fact = Fact::Member { device: B.device(), public_key: C.public_key(), role: Role::Member };
    let forged = A.forge(fact, Stamp { millis: 9000, count: 0 });
    assert_eq!(home.merge(&A, vec![forged]).rejected, 1);
}

#[test]
fn a_removed_device_stays_removed_and_what_it_said_before_stays() {
    let mut home = three(Role::Member);
    let mut cut_off = home.clone();
    let said = home.create_folder(C.at(4), F, "photos");
    hear(&mut home, said);
    let said = home.remove(B.at(5), C.device());
    let merged = hear(&mut home, said);
    assert!(merged.changes.contains(&HomeChange::MemberRemoved { device: C.device() }));
    assert_eq!(home.folders().len(), 1);
    let again = home.add_member(A.at(6), C.device(), &C.public_key(), Role::Member);
    assert_eq!(again, Err(HomeError::Removed(C.device())));
    // Another admin, who has not heard of it, gives it a role; it speaks on.
    let said = cut_off.set_role(A.at(9), C.device(), Role::Admin);
    hear(&mut cut_off, said);
    let said = cut_off.create_folder(C.at(10), G, "late");
    hear(&mut cut_off, said);
    tell(&cut_off, &mut home);
    tell(&home, &mut cut_off);
    assert_eq!(home.view, cut_off.view);
    assert!(!home.is_member(&C.device()) && home.is_removed(&C.device()));
    assert_eq!(home.folders().len(), 1);
}

#[test]
fn of_two_admins_who_remove_each_other_the_earlier_one_stays() {
    for (first, second) in [(5, 6), (6, 5)] {
        let (mut by_a, mut by_b) = (three(Role::Member), three(Role::Member));
        let said = by_a.remove(A.at(first), B.device());
        hear(&mut by_a, said);
        let said = by_b.remove(B.at(second), A.device());
        hear(&mut by_b, said);
        tell(&by_a, &mut by_b);
        tell(&by_b, &mut by_a);
        assert_eq!(by_a.view, by_b.view);
        assert_eq!(by_a.digest(), by_b.digest());
        assert!(by_a.is_member(&A.device()) && by_a.is_removed(&B.device()));
    }
}

#[test]
fn a_removal_that_spares_its_author_is_told_even_if_the_author_is_no_admin_any_more() {
    let home = three(Role::Admin);
    let said = [
        home.remove(B.at(5), A.device()).unwrap(),
        home.set_role(C.at(6), A.device(), Role::Reader).unwrap(),
        home.remove(A.at(7), B.device()).unwrap(),
    ];
    let mut hearer = home.clone();
    hearer.merge(&A, said.concat());
    assert_eq!(hearer.role(&A.device()), Some(Role::Reader));
    assert_eq!(hearer.role(&B.device()), Some(Role::Admin));
    let mut away = home.clone();
    away.merge(&A, said[0].clone());
    assert!(!away.is_member(&A.device()));
    tell(&hearer, &mut away);
    assert_eq!(away.view, hearer.view);
}

#[test]
fn a_removal_that_its_author_had_no_right_to_spares_nobody() {
    let mut home = three(Role::Reader);
    let d = Key(4);
    add(&mut home, A, d, Role::Admin, 4);
    let fact = Fact::Removed { device: d.device() };
    let early = C.forge(fact, Stamp { millis: 5000, count: 0 });
    assert_eq!(home.merge(&A, vec![early]).rejected, 1);
    let said = home.set_role(A.at(6), C.device(), Role::Admin);
    hear(&mut home, said);
    let said = home.remove(d.at(7), C.device());
    hear(&mut home, said);
    assert!(home.is_removed(&C.device()) && home.is_member(&d.device()));
}

#[test]
fn an_admin_can_be_removed_by_one_who_came_later() {
    let mut home = three(Role::Member);
    let said = home.remove(B.at(5), A.device());
    hear(&mut home, said);
    assert!(!home.is_member(&A.device()));
    assert_eq!(home.rename_home(A.at(6), "x"), Err(HomeError::NotMember));
    let said = home.rename_home(B.at(7), "new");
    hear(&mut home, said);
    assert_eq!(home.home_name(), "new");
}

#[test]
fn there_is_always_an_admin() {
    let mut home = founded();
    add(&mut home, A, C, Role::Member, 2);
    assert_eq!(home.remove(A.at(3), A.device()), Err(HomeError::LastAdmin));
    assert_eq!(home.set_role(A.at(3), A.device(), Role::Member), Err(HomeError::LastAdmin));
    // Two admins step back at once.
    add(&mut home, A, B, Role::Admin, 4);
    let mut other = home.clone();
    let said = home.set_role(A.at(5), A.device(), Role::Reader);
    hear(&mut home, said);
    let said = other.set_role(B.at(6), B.device(), Role::Reader);
    hear(&mut other, said);
    tell(&home, &mut other);
    tell(&other, &mut home);
    assert_eq!(home.view, other.view);
    assert_eq!(home.role(&B.device()), Some(Role::Admin));
}

#[test]
fn a_role_counts_from_its_stamp_on() {
    let mut home = three(Role::Member);
    let mut away = home.clone();
    let said = away.create_folder(C.at(4), F, "before");
    hear(&mut away, said);
    let said = away.create_folder(C.at(9), G, "after");
    hear(&mut away, said);
    let said = home.set_role(A.at(6), C.device(), Role::Reader);
    hear(&mut home, said);
    tell(&away, &mut home);
    let names: Vec<_> = home.folders().into_iter().map(|folder| folder.name).collect();
    assert_eq!(names, ["before"]);
}

#[test]
fn what_comes_too_early_waits_for_what_it_needs() {
    let mut home = three(Role::Member);
    let said = home.create_folder(C.at(4), F, "photos");
    hear(&mut home, said);
    let mut records = home.records();
    records.reverse();
    let mut late = Home::unknown(home.id());
    for record in records {
        late.merge(&A, vec![record.clone(), record]);
    }
    assert_eq!(late.view, home.view);
    assert_eq!(late.digest(), home.digest());
}

#[test]
fn what_is_known_is_no_news() {
    let mut home = three(Role::Member);
    let records = home.records();
    assert_eq!(home.merge(&A, records), Merged::default());
    assert_eq!(home.rename(A.at(9), A.device(), "anna"), Ok(vec![]));
}

#[test]
fn a_device_is_meant_by_its_name_or_the_beginning_of_its_id() {
    let mut home = three(Role::Member);
    assert_eq!(home.resolve_device("anna"), Ok(A.device()));
    let id = B.device().to_string();
    assert_eq!(home.resolve_device(&id), Ok(B.device()));
    assert_eq!(home.resolve_device(&id[..9].to_lowercase()), Ok(B.device()));
    assert_eq!(home.resolve_device("nobody"), Err(ResolveError::NoDevice("nobody".into())));
    assert_eq!(home.resolve_device(""), Err(ResolveError::NoDevice(String::new())));
    let said = home.rename(B.at(9), B.device(), "anna");
    hear(&mut home, said);
    assert!(matches!(home.resolve_device("anna"), Err(ResolveError::Ambiguous { .. })));
}

#[test]
fn the_home_has_a_most_of_devices() {
    let mut home = founded();
    for n in 2..=u8::try_from(super::super::MEMBERS_MAX).unwrap() {
        add(&mut home, A, Key(n), Role::Member, 2);
    }
    let one_more = Key(200);
    let said = home.add_member(A.at(3), one_more.device(), &one_more.public_key(), Role::Member);
    assert_eq!(said, Err(HomeError::Full));
}

#[test]
fn records_of_strangers_are_kept_within_limits() {
    let mut home = founded();
    for n in 0..3000u64 {
        let fact = Fact::Name { device: DeviceId([9; 32]), name: "x".into() };
        home.merge(&A, vec![Key(99).forge(fact, Stamp { millis: n, count: 0 })]);
    }
    assert!(home.document.waiting() <= 1024);
    add(&mut home, A, C, Role::Reader, 2);
    for n in 0..2000u64 {
        let fact = Fact::Removed { device: A.device() };
        home.merge(&A, vec![C.forge(fact, Stamp { millis: 100_000 + n, count: 0 })]);
    }
    assert!(home.document.refused() <= 1024);
    assert!(home.is_member(&A.device()));
}

#[test]
fn no_member_can_push_the_order_so_far_that_admins_cannot_act() {
    use wire::limits::{STAMP_COUNT_MAX, STAMP_MILLIS_MAX};
    let mut home = three(Role::Reader);
    let said = |millis| {
        let fact = Fact::Name { device: C.device(), name: format!("c{millis}") };
        C.forge(fact, Stamp { millis, count: STAMP_COUNT_MAX })
    };
    assert_eq!(home.merge(&A, vec![said(STAMP_MILLIS_MAX)]).rejected, 1);
    let farthest = super::super::rules::MEMBER_MILLIS_MAX;
    assert_eq!(home.merge(&A, vec![said(farthest)]).accepted.len(), 1);
    let said = home.remove(A.at(9), C.device());
    let stamp = said.as_ref().unwrap()[0].stamp;
    assert_eq!(stamp, Stamp { millis: farthest + 1, count: 0 });
    hear(&mut home, said);
}
