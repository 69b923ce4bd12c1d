//! The one window.
//!
//! It is made when somebody wants to see it and destroyed when it is closed: a page that nobody looks at
//! costs hundreds of megabytes, and the tray and the service need none. Its place is remembered by the
//! window-state plugin.

use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::app::Desk;
use crate::follows::Follows;

/// The window's label, as in `capabilities`.
const LABEL: &str = "main";

/// Shows the window, in front of the others.
pub(crate) fn show(app: &AppHandle) {
    let app = app.clone();
    let here = app.clone();
    // Windows are made on the main thread; elsewhere this waits for its turn there.
    let sent = app.run_on_main_thread(move || {
        let window = here.get_webview_window(LABEL).map_or_else(|| make(&here), Ok);
        if let Ok(window) = window {
            // None of these is worth more than trying: a window manager may refuse each.
            let _ = window.unminimize();
            let _ = window.show();
            let _ = window.set_focus();
        }
    });
    drop(sent);
}

fn make(app: &AppHandle) -> tauri::Result<tauri::WebviewWindow> {
    let follows = app.state::<Follows>().inner().clone();
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Homefold")
        .inner_size(1_080.0, 720.0)
        .min_inner_size(560.0, 420.0)
        // The pages are all there is: nothing that stands in a file's name leads anywhere else.
        .on_navigation(|url| url.scheme() == "tauri" && url.host_str() == Some("localhost"))
        .on_document_title_changed(|window, title| drop(window.set_title(&title)))
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
