//! What is said once, what is said again, and what never.

use super::*;
use crate::sight::tests::{
    conflict, device, held, phone_is_away, sight, with_conflicts, with_disk,
};
use crate::text::tests::speech;
use api::view::{NearbyDevice, NewcomerView, ProblemView};
use api::{ApiError, ErrorCode, Language};

/// An app that has seen the home before.
fn settled() -> Told {
    let mut told = Told::default();
    assert_eq!(decide(&mut told, &sight(|_| ()), &speech(Language::En)), []);
    told
}

fn titles(told: &mut Told, sight: &Sight) -> Vec<String> {
    decide(told, sight, &speech(Language::En)).into_iter().map(|notice| notice.title).collect()
}

#[test]
fn everything_is_said_once() {
    let full = |reason| {
        sight(move |status| status.problems = vec![ProblemView::new("Photos", "a", reason)])
    };
    let away = |status: &mut StatusView| {
        phone_is_away(status);
        status.devices[1].last_seen = Some("2026-11-10T18:04:00Z".parse().unwrap());
    };
    let table = [
        (with_conflicts(vec![conflict("c1", "2026/notes.txt")]), "Two versions of notes.txt"),
        (with_conflicts(vec![conflict("c1", "a"), conflict("c2", "b")]), "2 new conflicts"),
        (
            sight(|status| status.folders[0].held = Some(held(312))),
            "312 deletions are on hold in Photos",
        ),
        (sight(|status| status.devices.push(device("tablet"))), "tablet joined your home"),
        (sight(away), "phone has been away for a while"),
        (full(Problem::DiskFull), "No room left for Photos"),
        (
            with_disk(100_000_000_000, 4_000_000_000, |_| ()),
            "Little room left on the disk with Photos",
        ),
        (seekers(&["tablet"]), "tablet looks for a home"),
    ];
    for (sight, title) in table {
        let mut told = settled();
        assert_eq!(titles(&mut told, &sight), [title]);
        assert_eq!(titles(&mut told, &sight), [""; 0], "{title}");
    }
}

#[test]
fn who_wants_to_be_told_nothing_is_told_only_who_asks_to_be_let_in_and_nothing_of_it_later() {
    let quieted = |mut sight: Sight, wanted: bool| {
        if let Sight::Here { quiet, .. } = &mut sight {
            *quiet = wanted;
        }
        sight
    };
    let conflict = || with_conflicts(vec![conflict("c1", "2026/notes.txt")]);
    let mut told = settled();
    assert_eq!(titles(&mut told, &quieted(conflict(), true)), [""; 0]);
    assert_eq!(titles(&mut told, &quieted(conflict(), false)), [""; 0], "it is old by then");
    let newcomer = sight(|status| {
        status.newcomer = Some(NewcomerView {
            id: "c1".to_owned(),
            device: "TABLET".to_owned(),
            name: "tablet".to_owned(),
            digits: "012345".to_owned(),
            expires: "2026-11-24T18:04:00Z".parse().unwrap(),
            confirmed: false,
        });
    });
    assert_eq!(titles(&mut told, &quieted(newcomer, true)).len(), 1);
}

#[test]
fn the_devices_that_were_there_first_are_no_news() {
    let mut told = Told::default();
    let without_home = sight(|status| {
        status.home = None;
        status.devices.clear();
    });
    assert_eq!(titles(&mut told, &without_home), [""; 0]);
    assert_eq!(titles(&mut told, &sight(|_| ())), [""; 0]);
}

#[test]
fn a_short_absence_and_an_absence_that_costs_nothing_are_no_news() {
    assert_eq!(titles(&mut settled(), &sight(phone_is_away)), [""; 0]);
    let long = sight(|status| {
        status.devices[1].connected = false;
        status.devices[1].last_seen = Some("2026-01-01T00:00:00Z".parse().unwrap());
    });
    assert_eq!(titles(&mut settled(), &long), [""; 0]);
}

#[test]
fn a_disk_that_fills_up_again_is_news_again() {
    let full =
        sight(|status| status.problems = vec![ProblemView::new("Photos", "a", Problem::DiskFull)]);
    let mut told = settled();
    assert_eq!(titles(&mut told, &full).len(), 1);
    assert_eq!(titles(&mut told, &sight(|_| ())), [""; 0]);
    assert_eq!(titles(&mut told, &full).len(), 1);
}

#[test]
fn a_service_that_does_not_answer_says_nothing_and_forgets_nothing() {
    let mut told = settled();
    let before = told.clone();
    let stopped = Sight::Unreached(ApiError::new(ErrorCode::NoService));
    assert_eq!(titles(&mut told, &stopped), [""; 0]);
    assert_eq!(told, before);
}

#[test]
fn a_notice_says_what_is_safe_in_french_too() {
    let sight = sight(|status| status.folders[0].held = Some(held(312)));
    let notices = decide(&mut settled(), &sight, &speech(Language::Fr));
    assert_eq!(notices[0].title, "312 suppressions sont retenues dans Photos");
    assert!(notices[0].body.starts_with("Rien n'est perdu."), "{}", notices[0].body);
}

/// Devices nearby that look for a home.
fn seekers(names: &[&str]) -> Sight {
    let seeker = |name: &&str| NearbyDevice {
        id: format!("{name}._homefold._udp.local."),
        name: (*name).to_owned(),
        addresses: Vec::new(),
        inviting: false,
        offering: false,
    };
    sight(|status| status.seeking = names.iter().map(seeker).collect())
}

#[test]
fn a_device_that_asks_to_be_let_in_is_told_once_with_the_digits_and_without_a_yes() {
    let asks = |id: &str, confirmed| {
        let newcomer = NewcomerView {
            id: id.to_owned(),
            device: "LAPTOP2".to_owned(),
            name: "lap\u{202e}top".to_owned(),
            digits: "012345".to_owned(),
            expires: "2026-11-24T20:02:00Z".parse().unwrap(),
            confirmed,
        };
        sight(|status| status.newcomer = Some(newcomer))
    };
    let mut told = settled();
    let notices = decide(&mut told, &asks("c1", false), &speech(Language::En));
    assert_eq!(notices.len(), 1);
    assert!(notices[0].body.ends_with("012 345"), "{}", notices[0].body);
    assert!(!notices[0].title.contains('\u{202e}'), "{}", notices[0].title);
    assert_eq!(notices[0].page, Page::Compare);
    let turn_away = Act::TurnAway { id: "c1".to_owned() };
    assert_eq!(notices[0].act, Some(("Turn it away", turn_away)));
    assert_eq!(titles(&mut told, &asks("c1", false)), [""; 0]);
    assert_eq!(titles(&mut told, &asks("c2", true)), [""; 0], "the person was there");
    assert_eq!(titles(&mut told, &asks("c3", false)).len(), 1);
}

#[test]
fn a_network_full_of_seekers_is_told_three_times_a_day_at_most() {
    let mut told = settled();
    let names: Vec<String> = (0..30).map(|n| format!("evil {n}")).collect();
    let told_of: usize = names.iter().map(|name| titles(&mut told, &seekers(&[name])).len()).sum();
    assert_eq!(told_of, SEEKERS_PER_DAY);
    let mut tomorrow = speech(Language::En);
    tomorrow.now = "2026-11-25T20:00:00Z".parse().unwrap();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let notices = decide(&mut told, &seekers(&all), &tomorrow);
    assert_eq!(notices.len(), 1, "many at once are one notice");
    assert_eq!(notices[0].page, Page::Invite);
}

#[test]
fn a_disk_is_nearly_full_only_if_little_is_left_of_it_and_in_bytes() {
    let roomy = [(100_000_000_000, 6_000_000_000), (4_000_000_000_000, 50_000_000_000)];
    for (size, free) in roomy {
        assert_eq!(titles(&mut settled(), &with_disk(size, free, |_| ())), [""; 0], "{size}");
    }
}

#[test]
fn a_disk_that_goes_up_and_down_at_the_limit_is_told_once() {
    let size = 100_000_000_000;
    let mut told = settled();
    let mut free = |gigabytes: u64| {
        titles(&mut told, &with_disk(size, gigabytes * 1_000_000_000, |_| ())).len()
    };
    assert_eq!([free(4), free(6), free(4), free(9), free(4)], [1, 0, 0, 0, 0]);
    assert_eq!([free(20), free(4)], [0, 1]);
}

#[test]
fn a_full_disk_is_told_as_full_and_not_as_nearly_full_as_well() {
    let full = |status: &mut StatusView| {
        status.problems = vec![ProblemView::new("Photos", "a", Problem::DiskFull)];
    };
    let mut told = settled();
    let size = 100_000_000_000;
    assert_eq!(titles(&mut told, &with_disk(size, 0, full)), ["No room left for Photos"]);
    assert_eq!(titles(&mut told, &with_disk(size, 1_000_000_000, |_| ())), [""; 0]);
}

#[test]
fn every_notice_leads_to_where_something_can_be_done() {
    let page = |sight: &Sight| decide(&mut settled(), sight, &speech(Language::En)).remove(0).page;
    let conflicts = |ids: &[&str]| with_conflicts(ids.iter().map(|id| conflict(id, "a")).collect());
    assert_eq!(page(&conflicts(&["c1"])), Page::Conflict("c1".to_owned()));
    assert_eq!(page(&conflicts(&["c1", "c2"])), Page::Conflicts);
    assert_eq!(page(&sight(|status| status.devices.push(device("tablet")))), Page::Devices);
    let held_back = sight(|status| status.folders[0].held = Some(held(312)));
    let notice = decide(&mut settled(), &held_back, &speech(Language::En)).remove(0);
    assert_eq!(notice.page, Page::Activity);
    let put_back = Act::PutBack { folder: "Photos-id".to_owned() };
    assert_eq!(notice.act, Some(("Put the files back", put_back)));
}
