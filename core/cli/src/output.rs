//! Standard output: one JSON document, or text for a person.
//!
//! Every write reports its error, so that a closed pipe ends the command quietly.

use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use serde::Serialize;

/// Where answers go, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether JSON is wanted.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Whether a person looks on: text, at a terminal, with a second one for the bars.
    pub(crate) fn is_watched(self) -> bool {
        !self.json && io::stdout().is_terminal() && io::stderr().is_terminal()
    }

    /// Shows a view: as it is, or as the text that `human` makes of it.
    pub(crate) fn show<T: Serialize>(
        self,
        view: &T,
        human: impl FnOnce(&T) -> String,
    ) -> Result<()> {
        if self.json { self.json_line(view) } else { self.text(&human(view)) }
    }

    /// The only answer there is: that it is done.
    pub(crate) fn done(self, sentence: &str) -> Result<()> {
        self.show(&api::view::Done {}, |_| sentence.to_owned())
    }

    fn json_line<T: Serialize>(self, view: &T) -> Result<()> {
        let mut line = serde_json::to_vec(view)?;
        line.push(b'\n');
        self.bytes(&line)
    }

    fn text(self, text: &str) -> Result<()> {
        let mut bytes = text.trim_end().as_bytes().to_vec();
        if !bytes.is_empty() {
            bytes.push(b'\n');
        }
        self.bytes(&bytes)
    }

    /// Writes at once: who reads the first line of `invite` must not wait for the last.
    fn bytes(self, bytes: &[u8]) -> Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        Ok(())
    }

    /// A word to the person beside the answer, on standard error; nothing for scripts.
    pub(crate) fn remark(self, text: &str) {
        if !self.json {
            // A remark that can't be made is not worth failing for.
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }
}
