//! What the system knows of the process that makes a call, and of this one.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Interrupt, Reader};

/// The bit of `CAP_SYS_ADMIN` among the effective capabilities.
const SYS_ADMIN: u64 = 1 << 21;
/// The bit of `SIGKILL`, which every fatal signal becomes.
const KILL: u64 = 1 << 8;

/// Whether this process may hand its files to the kernel.
pub(super) fn may_pass_files() -> bool {
    field("/proc/self/status", "CapEff:").is_some_and(|bits| bits & SYS_ADMIN != 0)
}

/// Who calls. The kernel names the thread; what counts is the process that it belongs to, since a thread may be
/// called anything.
pub(super) fn reader(thread: u32) -> Reader {
    let status = fs::read_to_string(format!("/proc/{thread}/status")).unwrap_or_default();
    let line = |name| status.lines().find_map(|line: &str| line.strip_prefix(name)).map(str::trim);
    let process = line("Tgid:").and_then(|id| id.parse().ok()).unwrap_or(thread);
    let program = match process == thread {
        true => line("Name:").unwrap_or_default().to_owned(),
        false => fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default(),
    };
    Reader { process, program: program.trim_end().to_owned() }
}

/// Raised when the process was killed, or the system goes to sleep. (`fuser` does not pass the kernel's own
/// interrupts on.)
pub(super) fn interrupt(process: u32, asleep: &Arc<AtomicBool>) -> Interrupt {
    let asleep = asleep.clone();
    Interrupt::when(move || asleep.load(Ordering::Relaxed) || is_killed(process))
}

fn is_killed(process: u32) -> bool {
    if process == 0 {
        return false;
    }
    field(&format!("/proc/{process}/status"), "SigPnd:").is_none_or(|bits| bits & KILL != 0)
}

fn field(path: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_reads_for_its_process() {
        let thread = std::thread::Builder::new().name("another".into());
        let here = thread.spawn(|| {
            let this = fs::read_link("/proc/thread-self").unwrap();
            reader(this.file_name().unwrap().to_str().unwrap().parse().unwrap())
        });
        let process = std::process::id();
        let reader = here.unwrap().join().unwrap();
        assert_eq!(reader.process, process);
        let comm = fs::read_to_string(format!("/proc/{process}/comm")).unwrap();
        assert_eq!(reader.program, comm.trim_end());
    }

    #[test]
    fn a_living_process_is_not_interrupted_and_one_that_is_gone_is() {
        assert!(!is_killed(std::process::id()));
        assert!(!is_killed(0));
        assert!(is_killed(u32::MAX));
        assert!(!reader(std::process::id()).program.is_empty());
    }
}
