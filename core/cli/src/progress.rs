//! Bars on a terminal, fed by `status` beside the command that waits.

use std::future::Future;
use std::time::Duration;

use api::client::Client;
use api::request::Nothing;
use api::view::StatusView;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::{MissedTickBehavior, interval};

use crate::show::{bytes, count, span};
use crate::text::{Noun, said, state};

/// How often the bar is drawn anew.
const EVERY: Duration = Duration::from_millis(300);

/// What is still to come, to this device and from it to connected ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Remaining {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// Sums up what `status` says of one folder, or of all.
pub(crate) fn remaining(status: &StatusView, folder: Option<&str>) -> Remaining {
    let folders = status.folders.iter().filter(|one| folder.is_none_or(|name| one.name == name));
    let mut sum = Remaining::default();
    for one in folders {
        sum.files += one.missing_files;
        sum.bytes += one.missing_bytes;
    }
    if folder.is_none() {
        for device in status.devices.iter().filter(|device| device.connected) {
            sum.files += device.waiting_for_files;
            sum.bytes += device.waiting_for_bytes;
        }
    }
    sum
}

/// Shows a bar while `work` is under way.
pub(crate) async fn beside<T>(
    client: &Client,
    folder: Option<&str>,
    work: impl Future<Output = T>,
) -> T {
    let bar = Bar::new();
    tokio::pin!(work);
    let mut beat = interval(EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            done = &mut work => {
                bar.clear();
                return done;
            }
            _ = beat.tick() => {
                // What goes wrong here goes wrong for the work as well, and is told there.
                if let Ok(status) = client.status(&Nothing {}).await {
                    bar.draw(&status, folder);
                }
            }
        }
    }
}

/// A bar on standard error.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:24} {percent:>3} %  {msg}");
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    pub(crate) fn draw(&self, status: &StatusView, folder: Option<&str>) {
        let left = remaining(status, folder);
        // The most that was ever left is the whole.
        let whole = self.0.length().unwrap_or(0).max(left.bytes);
        self.0.set_length(whole);
        self.0.set_position(whole - left.bytes);
        self.0.set_message(words(status, left));
    }

    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// `12 files, 105 MB to come, 12.5 MB/s, 9 s left`.
pub(crate) fn words(status: &StatusView, left: Remaining) -> String {
    if left == Remaining::default() {
        return state(status.state).to_owned();
    }
    let (files, size) = (count(left.files, Noun::File), bytes(left.bytes));
    let mut text = said!("{files}, {size} to come", "{files}, {size} à venir");
    if let Some(progress) = &status.progress
        && progress.rate > 0
    {
        text.push_str(&format!(", {}/s", bytes(progress.rate)));
        if let Some(seconds) = progress.seconds_left {
            let span = span(Duration::from_secs(seconds));
            text.push_str(&said!(", {span} left", ", encore {span}"));
        }
    }
    text
}
