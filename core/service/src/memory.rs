//! Giving memory back to the system when nothing happens.
//!
//! The C library keeps what was freed for the next who asks, in a pool for each thread; after a large
//! transfer that can be tens of megabytes that an idle service does not need.

/// Gives back what is free.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_back() {
    unsafe extern "C" {
        fn malloc_trim(pad: usize) -> i32;
    }
    // SAFETY: glibc's `int malloc_trim(size_t)` may be called at any time from any thread; it touches
    // nothing but free memory.
    let _whether_any = unsafe { malloc_trim(0) };
}

/// Other systems do so by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
