//! The whole menu as text, for each way that things can be.

use super::*;
use crate::sight::tests::{conflict, held, phone_is_away, sight, with_conflicts};
use crate::text::tests::speech;
use api::{ApiError, ErrorCode, Language};

fn drawn(items: &[Item], depth: usize, text: &mut String) {
    for item in items {
        let indent = "  ".repeat(depth);
        match item {
            Item::Note(note) => *text += &format!("{indent}{note}\n"),
            Item::Button(label, act) => *text += &format!("{indent}[{label}] {}\n", act.id()),
            Item::Submenu(title, items) => {
                *text += &format!("{indent}{title} >\n");
                drawn(items, depth + 1, text);
            }
            Item::Line => *text += &format!("{indent}--\n"),
        }
    }
}

fn draw(sight: &Sight, language: Language) -> String {
    let mut text = String::new();
    drawn(&menu(sight, &speech(language)), 0, &mut text);
    text
}

#[test]
fn a_conflict_is_decided_without_the_window() {
    let sight = with_conflicts(vec![conflict("c1", "2026/notes_&_more.txt")]);
    assert_eq!(
        draw(&sight, Language::En),
        "\
1 conflict to look at
This computer can be switched off
--
[Open Homefold] open
[Open the drive] open-drive
Open folder >
  [Photos] browse:Photos
Conflicts (1) >
  notes_&_more.txt – Photos >
    Mine: 18:00, 512 B
    laptop: Monday 09:30, 640 B
    --
    [Keep mine] resolve:mine:c1
    [Keep theirs] resolve:theirs:c1
    [Keep both] resolve:both:c1
--
Pause >
  [For 30 minutes] pause:1800
  [For 2 hours] pause:7200
  [Until tomorrow] pause-until-tomorrow
--
[Quit (syncing goes on)] quit
"
    );
}

#[test]
fn who_is_waited_for_is_listed_in_french_too() {
    assert_eq!(
        draw(&sight(phone_is_away), Language::Fr),
        "\
En attente de phone : 3 fichiers, 2,1 Go, vu pour la dernière fois 18:04
Cet ordinateur peut être éteint
--
[Ouvrir Homefold] open
[Ouvrir le lecteur] open-drive
Ouvrir un dossier >
  [Photos] browse:Photos
En attente de >
  phone : 3 fichiers, 2,1 Go, vu pour la dernière fois 18:04
--
Mettre en pause >
  [Pendant 30 minutes] pause:1800
  [Pendant 2 heures] pause:7200
  [Jusqu'à demain] pause-until-tomorrow
--
[Quitter (la synchronisation continue)] quit
"
    );
}

#[test]
fn without_a_service_it_can_be_started_and_nothing_else_is_offered() {
    let stopped = Sight::Unreached(ApiError::new(ErrorCode::NoService));
    let expected = "Homefold's service is not running\n--\n[Open Homefold] open\n\
        [Start Homefold's service] start\n--\n[Quit] quit\n";
    assert_eq!(draw(&stopped, Language::En), expected);
    let foreign = Sight::Unreached(ApiError::new(ErrorCode::Incomprehensible));
    assert!(!draw(&foreign, Language::En).contains("start"));
}

#[test]
fn the_drive_is_offered_to_who_takes_part_in_a_folder() {
    let nothing = draw(&sight(|status| status.folders[0].mode = None), Language::En);
    assert!(!nothing.contains("open-drive"));
}

#[test]
fn a_pause_can_be_ended() {
    let paused = draw(&sight(|status| status.state = State::Paused), Language::En);
    assert!(paused.contains("[Resume] resume") && !paused.contains("pause:"));
}

#[test]
fn a_held_batch_is_decided_without_the_window() {
    let sight = sight(|status| status.folders[0].held = Some(held(312)));
    let english = "\
312 deletions are on hold in Photos >
  Many files were deleted within a short time, since 19:00
  --
  [Put the files back] put-back:Photos-id
  [Let them through] let-through:Photos-id
";
    let french = "\
312 suppressions sont retenues dans Photos >
  Beaucoup de fichiers ont été supprimés en peu de temps, depuis 19:00
  --
  [Remettre les fichiers] put-back:Photos-id
  [Laisser passer] let-through:Photos-id
";
    for (language, expected) in [(Language::En, english), (Language::Fr, french)] {
        let text = draw(&sight, language);
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn many_conflicts_do_not_make_an_endless_menu() {
    let many = (0..200).map(|n| conflict(&format!("c{n}"), &format!("{n}.txt"))).collect();
    let text = draw(&with_conflicts(many), Language::En);
    assert!(text.contains("Conflicts (200) >") && text.contains("  [190 more…] open"));
    assert_eq!(text.matches("[Keep both]").count(), LISTED_MAX);
}

#[test]
fn hostile_names_stay_names() {
    let evil = "a\nb\u{202e}<script>&_".to_owned() + &"x".repeat(300);
    let mut one = conflict("c1", &evil);
    one.sides[1].name = evil.clone();
    let text = draw(&with_conflicts(vec![one]), Language::En);
    assert!(!text.contains('\u{202e}') && !text.contains("a\nb") && !text.contains(&evil));
    let longest = text.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(120));
}
