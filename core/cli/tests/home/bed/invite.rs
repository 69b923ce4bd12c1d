//! An invitation that waits for a device: the process `homefold invite` and the code it printed.

use std::io::BufReader;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::device::first_line;
use super::until;

/// How long the code may take to appear.
const CODE_MAX: Duration = Duration::from_secs(20);
/// How long the invitation may take to end once it has no more to wait for.
const END_MAX: Duration = Duration::from_secs(20);

/// A running invitation; dropping it withdraws it.
pub(crate) struct Invite {
    pub(crate) code: String,
    process: Child,
}

impl Invite {
    pub(super) fn begin(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let mut invite = Self { code: String::new(), process };
        invite.code = first_line(out, CODE_MAX).unwrap().trim().to_owned();
        assert!(invite.code.len() == 8 && invite.code.bytes().all(|byte| byte.is_ascii_digit()));
        invite
    }

    /// Another code of 8 digits: the `turn`-th that is wrong.
    pub(crate) fn wrong_code(&self, turn: u32) -> String {
        let right: u32 = self.code.parse().unwrap();
        format!("{:08}", (right + turn) % 100_000_000)
    }

    /// Its exit status, once it has ended by itself.
    pub(crate) fn end(&mut self) -> i32 {
        let mut status = None;
        until("the invitation has ended", END_MAX, || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code().unwrap()
    }
}

impl Drop for Invite {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
