//! What the process that reads an attachment may do: next to nothing.
//!
//! Before it reads an octet it gives up, for good: memory, processor time, files, children and core dumps beyond the limits
//! (setrlimit(2)), every gain of rights (`no_new_privs`), and every system call but those for memory and for the files that
//! are open already (seccomp(2)): so it has no network, opens no file, starts nothing and signals nobody. It has no
//! environment and its folder is `/`.
//!
//! In two steps: the limits first, then the program once more, as its allocator reserves memory before `main` begins and
//! that would not count.

use std::{convert::Infallible, io, os::unix::process::CommandExt, process::Command};

use rustix::{
    process::{Resource, Rlimit, nice, setrlimit},
    thread::set_no_new_privs,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// The exit code when the limits cannot be had: `EX_OSERR` of sysexits. Nothing was read then.
pub const EXIT: i32 = 71;

/// Open files: the dynamic linker needs some.
const FILES_MAX: u64 = 16;

/// How far behind everybody else it stands for a processor.
const NICE: i32 = 10;

/// Our own program, also when its file was replaced meanwhile. proc(5).
pub const OURSELVES: &str = "/proc/self/exe";

/// What remains allowed. Of files only what is open: the attachment and the pipe.
const CALLS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_restart_syscall,
    libc::SYS_clock_gettime,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Sets the limits and begins anew within them, with `--confined` behind the arguments.
///
/// # Errors
/// When a limit cannot be set. It does not return otherwise.
pub fn begin(memory_bytes: u64, cpu_secs: u64) -> io::Result<Infallible> {
    let limits = [
        (Resource::As, memory_bytes, memory_bytes),
        // SIGXCPU first, SIGKILL for who does not heed it.
        (Resource::Cpu, cpu_secs, cpu_secs + 1),
        (Resource::Nofile, FILES_MAX, FILES_MAX),
        (Resource::Fsize, 0, 0),
        (Resource::Nproc, 0, 0),
        (Resource::Core, 0, 0),
    ];
    for (resource, soft, hard) in limits {
        setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) })?;
    }
    set_no_new_privs(true)?;
    // Only a courtesy: a unit file may forbid it.
    let _ = nice(NICE);
    Err(Command::new(OURSELVES).args(std::env::args_os().skip(1)).arg("--confined").env_clear().exec())
}

/// Gives up every system call that reading does not need.
///
/// # Errors
/// When the system has no seccomp, or we no filter for this processor.
pub fn finish() -> io::Result<()> {
    set_no_new_privs(true)?;
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    let rules = CALLS.iter().map(|call| (*call, Vec::new())).collect();
    // EPERM and not death: a library that asks for more, say where it panicked, goes on without.
    let filter = SeccompFilter::new(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow, arch);
    let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        net::{TcpListener, TcpStream, UdpSocket},
        os::unix::net::UnixStream,
    };

    use super::*;

    /// A filter holds for the thread that asks for it, and threads end.
    #[test]
    fn s16_who_is_confined_reaches_no_network_no_file_and_no_process() {
        let there = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let tried = std::thread::spawn(move || {
            finish().unwrap();
            [
                ("connect", TcpStream::connect(there).map(drop)),
                ("datagram", UdpSocket::bind("127.0.0.1:0").map(drop)),
                ("socket pair", UnixStream::pair().map(drop)),
                ("open", File::open("/proc/self/status").map(drop)),
                ("create", File::create("/tmp/confined").map(drop)),
                ("list", std::fs::read_dir("/").map(drop)),
                ("remove", std::fs::remove_file("/tmp/confined")),
                ("run", Command::new("/bin/true").spawn().map(drop)),
                ("thread", std::thread::Builder::new().spawn(|| ()).map(drop)),
                (
                    "limits",
                    setrlimit(Resource::Nofile, Rlimit { current: Some(9), maximum: Some(9) }).map_err(Into::into),
                ),
            ]
        });
        for (what, done) in tried.join().unwrap() {
            assert_eq!(done.expect_err(what).kind(), io::ErrorKind::PermissionDenied, "{what}");
        }
    }
}
