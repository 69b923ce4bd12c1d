//! `id` and `status`.

use anyhow::Result;
use api::request::Nothing;

use super::Session;
use crate::show;

pub(super) async fn id(session: &Session) -> Result<()> {
    let view = session.client.id(&Nothing {}).await?;
    session
        .output
        .show(&view, |view| format!("{}\n{}", show::escape(&view.id), show::escape(&view.name)))
}

pub(super) async fn status(session: &Session) -> Result<()> {
    let view = session.client.status(&Nothing {}).await?;
    let bars = session.output.is_watched();
    session.output.show(&view, |view| show::status(view, bars))
}
