//! The line that says that the service answers.

use std::io::Write;

use anyhow::Context;
use api::server::Door;

use crate::node::Node;

/// Where clients ask: the address if there is one, else the socket.
pub(super) fn place_of(doors: &[Door]) -> String {
    doors.last().map(|door| door.place().to_owned()).unwrap_or_default()
}

/// Prints the line.
pub(super) fn tell(node: &Node, api: &str) -> anyhow::Result<()> {
    let listen = node.endpoint.listen_address();
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready id={} listen={listen} api={api}", node.me)
        .and_then(|()| out.flush())
        .context("printing the ready line")
}
