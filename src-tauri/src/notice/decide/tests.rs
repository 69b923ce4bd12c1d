//! What is said once, what is said again, and what never.

use super::*;
use crate::sight::tests::{conflict, device, held, phone_is_away, sight, with_conflicts};
use crate::text::tests::speech;
use api::view::ProblemView;
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
    ];
    for (sight, title) in table {
        let mut told = settled();
        assert_eq!(titles(&mut told, &sight), [title]);
        assert_eq!(titles(&mut told, &sight), [""; 0], "{title}");
    }
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
