//! The one window.
//!
//! It is made when somebody wants to see it and destroyed when it is closed: a page that nobody looks at
//! costs hundreds of megabytes, and the tray and the service need none. Its place is remembered by the
//! window-state plugin.

use tauri::webview::{PageLoadEvent, PermissionKind, PermissionResponse};
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::app::Desk;
use crate::follows::Follows;

/// The window's label, as in `capabilities`.
const LABEL: &str = "main";

/// Where in the pages a person is led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Page {
    /// How things are.
    Home,
    /// The folders.
    Folders,
    /// All conflicts.
    Conflicts,
    /// One conflict, by its id.
    Conflict(String),
    /// The devices.
    Devices,
    /// The devices, where one is being invited.
    Invite,
    /// The devices, where the digits of one that asks to be let in are compared.
    Compare,
    /// Joining a home, by what an invitation's picture says: a `homefold:` link.
    Join(String),
    /// What waits and what happened.
    Activity,
    /// A directory of a folder.
    Directory {
        /// The folder's id.
        folder: String,
        /// Its path there; empty for the top.
        path: String,
    },
    /// A file of a folder, with its earlier versions.
    File {
        /// The folder's id.
        folder: String,
        /// Its path there.
        path: String,
    },
}

impl Page {
    /// What stands in the address behind the page's name, as `ui/src/state/place` reads it.
    fn hash(&self) -> String {
        match self {
            Self::Home => "#/".to_owned(),
            Self::Folders => "#/folders".to_owned(),
            Self::Conflicts => "#/conflicts".to_owned(),
            Self::Conflict(id) => format!("#/conflicts/{}", written(id)),
            Self::Devices => "#/devices".to_owned(),
            Self::Invite => "#/devices/invite".to_owned(),
            Self::Compare => "#/devices/compare".to_owned(),
            Self::Join(link) => format!("#/join/{}", written(link)),
            Self::Activity => "#/activity".to_owned(),
            Self::Directory { folder, path } => {
                format!("#/folder/{}/{}", written(folder), written(path))
            }
            Self::File { folder, path } => format!("#/file/{}/{}", written(folder), written(path)),
        }
    }
}

/// A path as it stands in an address: nothing in it but letters, digits, slashes and percent signs.
fn written(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'/';
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Shows the window as it is, in front of the others.
pub(crate) fn show(app: &AppHandle) {
    bring(app, None);
}

/// Shows the window at a page.
pub(crate) fn show_page(app: &AppHandle, page: &Page) {
    bring(app, Some(page.hash()));
}

fn bring(app: &AppHandle, hash: Option<String>) {
    let app = app.clone();
    let here = app.clone();
    // Windows are made on the main thread; elsewhere this waits for its turn there.
    let sent = app.run_on_main_thread(move || {
        let open = here.get_webview_window(LABEL);
        if let (Some(window), Some(hash)) = (&open, &hash) {
            // What is in it is `written`. A page that does not listen is only not led.
            drop(window.eval(format!("location.hash = '{hash}'")));
        }
        let window = open.map_or_else(|| make(&here, &hash.unwrap_or_default()), Ok);
        if let Ok(window) = window {
            // None of these is worth more than trying: a window manager may refuse each.
            let _ = window.unminimize();
            let _ = window.show();
            let _ = window.set_focus();
        }
    });
    drop(sent);
}

fn make(app: &AppHandle, hash: &str) -> tauri::Result<tauri::WebviewWindow> {
    let follows = app.state::<Follows>().inner().clone();
    let address = format!("index.html{hash}");
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App(address.into()))
        .title("Homefold")
        .inner_size(1_080.0, 720.0)
        .min_inner_size(560.0, 420.0)
        // The pages are all there is: nothing that stands in a file's name leads anywhere else.
        .on_navigation(|url| url.scheme() == "tauri" && url.host_str() == Some("localhost"))
        .on_document_title_changed(|window, title| drop(window.set_title(&title)))
        // The camera reads the picture of an invitation, when a person asks for that; for nothing else is it needed.
        .on_permission_request(|_, kind| {
            let may = kind == PermissionKind::Camera;
            if may { PermissionResponse::Allow } else { PermissionResponse::Deny }
        })
        .on_page_load(move |_, load| match load.event() {
            PageLoadEvent::Started => follows.end_all(),
            PageLoadEvent::Finished => {}
        })
        .build()?;
    let here = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::Destroyed = event {
            here.state::<Follows>().end_all();
            here.state::<Desk>().window_closed(&here);
        }
    });
    Ok(window)
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn a_page_is_named_as_the_pages_name_it_and_nothing_else_gets_into_the_address() {
        assert_eq!(Page::Invite.hash(), "#/devices/invite");
        assert_eq!(Page::Compare.hash(), "#/devices/compare");
        assert_eq!(Page::Conflict("00c0ffee".to_owned()).hash(), "#/conflicts/00c0ffee");
        assert_eq!(Page::Conflict("a';".to_owned()).hash(), "#/conflicts/a%27%3B");
        let link = Page::Join("homefold:join?code=1&address=[::1]:2'".to_owned());
        assert_eq!(
            link.hash(),
            "#/join/homefold%3Ajoin%3Fcode%3D1%26address%3D%5B%3A%3A1%5D%3A2%27"
        );
        let (folder, path) = ("0f".to_owned(), "é'/50%.txt".to_owned());
        assert_eq!(Page::File { folder, path }.hash(), "#/file/0f/%C3%A9%27/50%25%2Etxt");
    }
}
