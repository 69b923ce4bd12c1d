//! Putting it together: the plugins, the one watcher, and what a click does.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use api::client::Client;
use api::request::{CompareAnswer, ConflictResolve, FolderRequest, Nothing, PauseRequest};
use api::{ApiError, ErrorCode};
use tauri::{AppHandle, Manager, RunEvent};
use tauri_plugin_autostart::MacosLauncher;
use tauri_plugin_window_state::StateFlags;

use crate::follows::Follows;
use crate::notice::decide::{Notice, decide};
use crate::notice::told::Told;
use crate::place::DataDir;
use crate::sight::Sight;
use crate::starter::Starter;
use crate::text::Speech;
use crate::tray::Tray;
use crate::tray::act::{Act, seconds_to_morning};
use crate::window::Page;
use crate::{commands, notice, watch, window};

/// At login only the tray appears.
const HIDDEN: &str = "--hidden";
/// Leads to the earlier versions of a file, whose absolute path follows.
const HISTORY: &str = "--history";
/// What the picture of an invitation says, as a reader of such pictures opens it.
const LINK: &str = "homefold:";
/// Longer ones are no invitations.
const LINK_MAX: usize = 512;

/// What the app itself remembers: what a person was told.
pub(crate) struct Desk {
    told: Mutex<Told>,
    file: PathBuf,
}

/// Runs the app until somebody quits it.
///
/// # Errors
/// There is no place for it in the environment, or no desktop.
pub(crate) fn run() -> Result<(), Box<dyn std::error::Error>> {
    let data_dir = DataDir::of_environment(|name| std::env::var_os(name).map(PathBuf::from))?;
    if !has_desktop(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        let speech = Speech::of_this_system();
        return Err(speech
            .say(
                "there is no desktop here; `homefold ui` shows the same pages in a browser, `homefold status` in a terminal",
                "il n'y a pas de bureau ici ; `homefold ui` montre les mêmes pages dans un navigateur, `homefold status` dans un terminal",
            )
            .into());
    }
    let hidden = std::env::args().any(|argument| argument == HIDDEN);
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            if !arguments.iter().any(|argument| argument == HIDDEN) {
                open(app, &arguments);
            }
        }))
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .plugin(tauri_plugin_autostart::init(MacosLauncher::LaunchAgent, Some(vec![HIDDEN])))
        .manage(Client::new(&data_dir.path))
        .manage(data_dir)
        .manage(Follows::default())
        .invoke_handler(tauri::generate_handler![
            commands::ask,
            commands::follow,
            commands::unfollow,
            commands::start_service,
            commands::starts_at_login,
            commands::start_at_login,
            commands::open_folder,
        ])
        .setup(move |app| set_up(app.handle(), hidden))
        .build(tauri::generate_context!())?;
    app.run(|_, event| {
        // The last window is closed: the tray stays. Only `quit` comes with a code.
        if let RunEvent::ExitRequested { code: None, api, .. } = event {
            api.prevent_exit();
        }
    });
    Ok(())
}

/// Whether a window could be shown: the libraries beneath end the process where it can't.
fn has_desktop(is_set: impl Fn(&str) -> bool) -> bool {
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn set_up(app: &AppHandle, hidden: bool) -> Result<(), Box<dyn std::error::Error>> {
    let file = app.path().app_data_dir()?.join("told.json");
    app.manage(Desk { told: Mutex::new(Told::load(&file)), file });
    // A desktop without a tray is no reason not to start: the window has everything.
    if let Ok(tray) = Tray::put(app, &Sight::Unknown, &Speech::of_this_system()) {
        app.manage(tray);
    }
    let (client, here) = (app.state::<Client>().inner().clone(), app.clone());
    tauri::async_runtime::spawn(watch::watch(client, move |sight| seen(&here, sight)));
    if !hidden {
        start_service(app);
        open(app, &std::env::args().collect::<Vec<_>>());
    }
    Ok(())
}

/// Shows the window, where the arguments ask for it.
fn open(app: &AppHandle, arguments: &[String]) {
    let is_link = |one: &&String| one.starts_with(LINK) && one.len() <= LINK_MAX;
    if let Some(link) = arguments.iter().find(is_link) {
        // Nothing is done before a person has looked at it and said so.
        return window::show_page(app, &Page::Join(link.clone()));
    }
    let at = arguments.iter().position(|argument| argument == HISTORY);
    let Some(path) = at.and_then(|at| arguments.get(at + 1)).cloned() else {
        return window::show(app);
    };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        match commands::page_of(app.state::<Client>().inner(), &path).await {
            Ok(Some(page)) => window::show_page(&app, &page),
            Ok(None) => {
                let speech = Speech::of_this_system();
                let title =
                    speech.say("Not in a folder of Homefold", "Pas dans un dossier de Homefold");
                let body = speech.say(
                    "Only files in a folder that this computer takes part in have earlier versions.",
                    "Seuls les fichiers d'un dossier auquel cet ordinateur participe ont des versions précédentes.",
                );
                notice::show(&app, &Notice::new(title, body, Page::Folders), &speech);
            }
            // The window says what is wrong with the service, and offers to start it.
            Err(_) => window::show(&app),
        }
    });
}

/// Who opens the app wants Homefold to run: a service that nobody started is started. What can't be is said
/// by the page, which offers to try again.
fn start_service(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let client = app.state::<Client>().inner().clone();
        if client.id(&Nothing {}).await.is_err_and(|error| error.code == ErrorCode::NoService) {
            drop(Starter::of_this_system().start(&client, &app.state::<DataDir>()).await);
        }
    });
}

/// The watcher saw something.
fn seen(app: &AppHandle, sight: Sight) {
    let speech = Speech::of_this_system();
    let news = app.state::<Desk>().tell(|told| decide(told, &sight, &speech));
    for one in &news {
        notice::show(app, one, &speech);
    }
    let here = app.clone();
    let sent = app.run_on_main_thread(move || {
        if let Some(tray) = here.try_state::<Tray>() {
            // What the desktop refuses now, it is offered again with the next sight.
            drop(tray.show(&here, &sight, &speech));
        }
    });
    drop(sent);
}

impl Desk {
    /// Lets `what` decide with what was told before, and remembers what it told.
    fn tell<T>(&self, what: impl FnOnce(&mut Told) -> T) -> T {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let before = told.clone();
        let said = what(&mut told);
        if *told != before {
            // A full disk must not silence the app: the worst is that something is told twice.
            drop(told.save(&self.file));
        }
        said
    }

    /// Says, the first time, that closing the window does not end the syncing.
    pub(crate) fn window_closed(&self, app: &AppHandle) {
        if self.tell(|told| told.is_new("window-closed")) {
            let speech = Speech::of_this_system();
            let title = speech.say("Homefold goes on", "Homefold continue");
            let body = speech.say(
                "Your files are kept in sync with the window closed. Start Homefold again to see it.",
                "Vos fichiers restent synchronisés, fenêtre fermée. Relancez Homefold pour la revoir.",
            );
            notice::show(app, &Notice::new(title, body, Page::Home), &speech);
        }
    }
}

/// Does what a line of the tray's menu says. What can't be done is said in a notice.
pub(crate) fn act(app: &AppHandle, act: Act) {
    match act {
        Act::Open => window::show(app),
        Act::Quit => app.exit(0),
        Act::Start
        | Act::OpenDrive
        | Act::Browse { .. }
        | Act::Resolve { .. }
        | Act::LetThrough { .. }
        | Act::PutBack { .. }
        | Act::TurnAway { .. }
        | Act::Pause { .. }
        | Act::PauseUntilTomorrow
        | Act::Resume => {
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                if let Err(error) = ask(&app, act).await {
                    refused(&app, &error);
                }
            });
        }
    }
}

async fn ask(app: &AppHandle, act: Act) -> Result<(), ApiError> {
    let client = app.state::<Client>().inner().clone();
    let pause =
        async |seconds| client.pause(&PauseRequest { seconds: Some(seconds) }).await.map(drop);
    match act {
        Act::Start => Starter::of_this_system().start(&client, &app.state::<DataDir>()).await,
        Act::OpenDrive => commands::open_drive(&client).await,
        Act::Browse { folder } => commands::browse(&client, &folder, "").await,
        Act::Resolve { id, keep } => {
            client.conflict_resolve(&ConflictResolve { id, keep }).await.map(drop)
        }
        Act::LetThrough { folder } => {
            client.folder_release(&FolderRequest { folder }).await.map(drop)
        }
        Act::PutBack { folder } => client.folder_undo(&FolderRequest { folder }).await.map(drop),
        Act::TurnAway { id } => {
            let answer = CompareAnswer { id, same: false, role: None };
            client.compare_answer(&answer).await.map(drop)
        }
        Act::Pause { seconds } => pause(seconds).await,
        Act::PauseUntilTomorrow => pause(seconds_to_morning(&jiff::Zoned::now())).await,
        Act::Resume => client.resume(&Nothing {}).await.map(drop),
        Act::Open | Act::Quit => Ok(()),
    }
}

fn refused(app: &AppHandle, error: &ApiError) {
    let speech = Speech::of_this_system();
    let title = speech.say("That was not done", "Cela n'a pas été fait");
    let said = Notice::new(title, error.in_language(speech.language), Page::Home);
    notice::show(app, &said, &speech);
}
