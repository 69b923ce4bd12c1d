//! Doors for programs that do not speak our API by themselves. So far one: browsers.
//!
//! [`web`] lets a browser of this computer's user in and hands it the pages and the API. Not here: what
//! the API answers (`service`), its own doors (`api::server`), the pages (`ui/`).

pub mod web;
