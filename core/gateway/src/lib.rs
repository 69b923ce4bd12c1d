//! Doors for programs that do not speak our API by themselves. So far: browsers.
//!
//! [`web`] lets a browser of this computer's user in and hands it the pages and the API; [`far`] adds what
//! browsers on other computers need. Not here: what the API answers (`service`), its own doors
//! (`api::server`), the pages (`ui/`).

pub mod far;
pub mod web;
