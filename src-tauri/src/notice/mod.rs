//! Notifications: [`decide`] says what is to be told, this shows it through the desktop's own daemon.
//!
//! Clicking one opens the window at the page it is about, its button does what it says. Where no daemon answers nothing is lost: the tray and the window say the
//! same. Not here: when and what (`decide`), what was told before (`told`).

pub(crate) mod decide;
pub(crate) mod told;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tauri::AppHandle;

use crate::text::Speech;
use crate::{app, window};
use decide::Notice;

/// What the daemon calls the button beside.
const BUTTON: &str = "act";

/// Notices that wait for a click at the same time; those beyond are shown and not clickable.
const WAITING_MAX: usize = 8;
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Shows a notice. Returns at once.
pub(crate) fn show(app: &AppHandle, notice: &Notice, speech: &Speech) {
    let mut message = notify_rust::Notification::new();
    message
        .appname("Homefold")
        .icon("homefold")
        .summary(&notice.title)
        .body(&escaped(&notice.body));
    message.hint(notify_rust::Hint::DesktopEntry("homefold".to_owned()));
    message.action("default", speech.say("Have a look", "Regarder"));
    if let Some((label, _)) = &notice.act {
        message.action(BUTTON, label);
    }
    let (app, notice) = (app.clone(), notice.clone());
    // The daemon is asked over D-Bus and a click may come hours later: never on a thread that others need.
    let spawned = thread::Builder::new().name("notice".to_owned()).spawn(move || {
        let Ok(handle) = message.show() else { return };
        if WAITING.fetch_add(1, Ordering::Relaxed) < WAITING_MAX {
            handle.wait_for_action(|action| match (action, &notice.act) {
                ("default", _) => window::show_page(&app, &notice.page),
                (BUTTON, Some((_, act))) => app::act(&app, act.clone()),
                _ => {}
            });
        }
        WAITING.fetch_sub(1, Ordering::Relaxed);
    });
    drop(spawned);
}

/// Daemons read the body as markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_name_in_a_notice_is_no_markup() {
        assert_eq!(escaped("<b>&"), "&lt;b&gt;&amp;");
    }
}
