//! What a piece of work costs: octets and calls of the allocator, the most memory at once, and time on a processor.
//!
//! No wall time: other programs run beside the tests. Allocations are counted in the whole process, so one test measures at
//! a time.

#![allow(unsafe_code, reason = "an allocator that counts, and a clock of the system")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

struct Counting;

static CALLS: AtomicU64 = AtomicU64::new(0);
static OCTETS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicU64 = AtomicU64::new(0);
static PEAK: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn more(octets: usize) {
    CALLS.fetch_add(1, Relaxed);
    OCTETS.fetch_add(octets as u64, Relaxed);
    let live = LIVE.fetch_add(octets as u64, Relaxed) + octets as u64;
    PEAK.fetch_max(live, Relaxed);
}

fn less(octets: usize) {
    LIVE.fetch_sub(octets as u64, Relaxed);
}

// SAFETY: every call goes to the system's allocator as it came; beside it only numbers change.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        more(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        less(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Counted as if it moved: whoever grows one octet at a time is to be seen.
        more(size);
        less(layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// Whose time is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose {
    /// This thread's: for work that is done here.
    Thread,
    /// All threads': for work that is handed on.
    Process,
}

/// What one run cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Calls of the allocator.
    pub(crate) calls: u64,
    /// Octets asked of it in all.
    pub(crate) octets: u64,
    /// Octets in use at the worst moment, beyond what was in use before.
    pub(crate) peak: u64,
    /// Nanoseconds on a processor.
    pub(crate) nanos: u64,
}

/// Runs work and says what it cost.
pub(crate) fn cost<T>(whose: Whose, work: impl FnOnce() -> T) -> (T, Cost) {
    let (calls, octets, live) = (CALLS.load(Relaxed), OCTETS.load(Relaxed), LIVE.load(Relaxed));
    PEAK.store(live, Relaxed);
    let began = processor_nanos(whose);
    let made = work();
    let nanos = processor_nanos(whose) - began;
    let cost = Cost {
        calls: CALLS.load(Relaxed) - calls,
        octets: OCTETS.load(Relaxed) - octets,
        peak: PEAK.load(Relaxed).saturating_sub(live),
        nanos,
    };
    (made, cost)
}

/// Held by whoever measures.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn processor_nanos(whose: Whose) -> u64 {
    let clock = match whose {
        Whose::Thread => libc::CLOCK_THREAD_CPUTIME_ID,
        Whose::Process => libc::CLOCK_PROCESS_CPUTIME_ID,
    };
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is ours and outlives the call.
    let done = unsafe { libc::clock_gettime(clock, &mut time) };
    assert_eq!(done, 0, "the system has no clock for processor time");
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
