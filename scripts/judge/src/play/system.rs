//! Asks the system about a program: where it listens, what it holds, and which processes it has left
//! behind. Linux reports this in `/proc`; elsewhere the answer is `None`.

#[cfg(target_os = "linux")]
mod platform {
    use std::collections::BTreeSet;
    use std::ffi::OsStr;
    use std::fs::{self, File};
    use std::io::{BufRead, BufReader};
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
    use std::path::{Path, PathBuf};
    use std::thread;
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, kill_process};

    use super::{Holdings, Times};

    /// The most times that processes left behind are searched for, as long as some are found.
    const END_ROUNDS_MAX: usize = 8;

    /// How long a process is waited for of which it is not known whether it is ours.
    const UNKNOWN_WAIT: Duration = Duration::from_secs(1);

    /// Time between two looks at it.
    const LOOK_INTERVAL: Duration = Duration::from_millis(5);

    /// The parent of all threads of the kernel.
    const KTHREADD: &str = "2";

    /// The state of a listener.
    const LISTEN: &str = "0A";

    /// Where the programs of this group listen.
    pub(in super::super) fn listening(group: u32) -> Option<Vec<SocketAddr>> {
        let mut addresses = Vec::new();
        for process in members(group) {
            let sockets = sockets(&process);
            let lines = listeners(&process);
            addresses.extend(lines.iter().filter_map(|line| listener(line, &sockets)));
        }
        addresses.sort_unstable();
        addresses.dedup();
        Some(addresses)
    }

    /// The most memory that the programs of this group have held so far, in bytes.
    pub(in super::super) fn memory(group: u32) -> Option<u64> {
        let held = members(group).into_iter().filter_map(|process| {
            let status = fs::read_to_string(process.join("status")).ok()?;
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
        });
        Some(held.sum::<u64>() * 1024)
    }

    /// What the programs of this group hold now; `None` where the system does not report it.
    pub(in super::super) fn holdings(group: u32) -> Option<Holdings> {
        let mut held = Holdings::default();
        for process in members(group) {
            held.processes += 1;
            let Ok(status) = fs::read_to_string(process.join("status")) else {
                // It has just been waited for.
                continue;
            };
            let number = |name: &str| {
                let line = status.lines().find_map(|line| line.strip_prefix(name))?;
                line.trim().trim_end_matches(" kB").parse::<u64>().ok()
            };
            // A zombie has no memory.
            let Some(data) = number("VmData:") else {
                continue;
            };
            held.data += data * 1024;
            held.resident += number("RssAnon:").or_else(|| number("VmRSS:"))? * 1024;
            held.threads += number("Threads:")?;
            let descriptors = fs::read_dir(process.join("fd"));
            held.descriptors += descriptors.ok()?.count() as u64;
        }
        (held.processes > 0).then_some(held)
    }

    /// The time that the threads of this group have waited for a processor, and had one.
    pub(in super::super) fn times(group: u32) -> Option<Times> {
        let mut times = Times::default();
        for process in members(group) {
            for task in fs::read_dir(process.join("task"))
                .into_iter()
                .flatten()
                .flatten()
            {
                // Nanoseconds on a processor, nanoseconds in line for one, and how often.
                let line = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
                let mut words = line.split_ascii_whitespace().map(|word| word.parse().ok());
                let (Some(Some(running)), Some(Some(in_line))) = (words.next(), words.next())
                else {
                    continue;
                };
                times.running += Duration::from_nanos(running);
                times.in_line += Duration::from_nanos(in_line);
            }
        }
        Some(times)
    }

    /// Whether a thread of this group runs, waits for a processor or waits for a disk.
    pub(in super::super) fn busy(group: u32) -> Option<bool> {
        let tasks = members(group)
            .into_iter()
            .filter_map(|process| fs::read_dir(process.join("task")).ok());
        let mut states = tasks.flatten().flatten().filter_map(|task| {
            let [state, ..] = stat(&task.path())?;
            Some(state)
        });
        Some(states.any(|state| matches!(&*state, "R" | "D")))
    }

    /// Number of connections that wait to be accepted at an address where this group listens.
    pub(in super::super) fn queue(group: u32, address: SocketAddr) -> Option<usize> {
        let process = members(group).into_iter().next()?;
        let lines = listeners(&process);
        lines
            .iter()
            .filter_map(|line| waiting(line))
            .find(|(port, _)| *port == address.port())
            .map(|(_, waiting)| waiting)
    }

    /// The lines of all listeners of this process's network. They come before the connections (Linux,
    /// Documentation/networking/proc_net_tcp.rst), of which a busy machine has thousands.
    fn listeners(process: &Path) -> Vec<String> {
        let tables = ["net/tcp", "net/tcp6"]
            .into_iter()
            // The file of a process that has just ended cannot be read.
            .filter_map(|table| File::open(process.join(table)).ok());
        let lines = |table| {
            let lines = BufReader::new(table).lines().skip(1).map_while(Result::ok);
            lines.take_while(|line| row(line).is_some_and(|row| row.state == LISTEN))
        };
        tables.flat_map(lines).collect()
    }

    /// Number of bytes that are on their way to the connections of this group, or have come and are
    /// not read. What the program reads makes room in its own queue, which is filled again from the
    /// queue of the peer: only both together become less.
    pub(in super::super) fn unread(group: u32) -> Option<u64> {
        let mut unread = 0;
        for process in members(group) {
            let sockets = sockets(&process);
            let tables = ["net/tcp", "net/tcp6"].map(|table| {
                // The file of a process that has just ended cannot be read.
                fs::read_to_string(process.join(table)).unwrap_or_default()
            });
            let lines = tables.iter().flat_map(|table| table.lines().skip(1));
            let all: Vec<Connection> = lines.filter_map(connection).collect();
            let own = |of: &&Connection| sockets.contains(of.inode);
            let ports: BTreeSet<_> = all.iter().filter(own).map(|of| of.ports).collect();
            for of in &all {
                let (local, remote) = of.ports;
                if own(&of) {
                    unread += of.received;
                } else if ports.contains(&(remote, local)) {
                    unread += of.sent;
                }
            }
        }
        Some(unread)
    }

    /// One connection on this machine.
    struct Connection<'a> {
        /// Its own port and that of its peer.
        ports: (&'a str, &'a str),
        /// Number of bytes that were sent and are not acknowledged.
        sent: u64,
        /// Number of bytes that were received and are not read.
        received: u64,
        inode: &'a str,
    }

    /// A connection that is in use: a listener has no bytes, and what is in TIME-WAIT is nobody's.
    fn connection(line: &str) -> Option<Connection<'_>> {
        let row = row(line)?;
        if matches!(row.state, "06" | LISTEN) {
            return None;
        }
        let (sent, received) = row.queues()?;
        let (_, local) = row.local.split_once(':')?;
        let (_, remote) = row.remote.split_once(':')?;
        Some(Connection {
            ports: (local, remote),
            sent,
            received,
            inode: row.inode()?,
        })
    }

    /// The port of a listener, and the length of its queue: what `rx_queue` is in this state.
    fn waiting(line: &str) -> Option<(u16, usize)> {
        let row = row(line)?;
        if row.state != LISTEN {
            return None;
        }
        let (_, port) = row.local.split_once(':')?;
        let (_, queue) = row.queues()?;
        let port = u16::from_str_radix(port, 16).ok()?;
        Some((port, usize::try_from(queue).ok()?))
    }

    /// One line of `/proc/net/tcp`: `0: 0100007F:270F 0100007F:C350 01 00000000:00000000 … inode …`.
    /// A busy machine has thousands, of which few are looked at beyond the state.
    struct Row<'a> {
        local: &'a str,
        remote: &'a str,
        state: &'a str,
        rest: &'a str,
    }

    fn row(line: &str) -> Option<Row<'_>> {
        let (_, rest) = line.split_once(": ")?;
        let (local, rest) = rest.split_once(' ')?;
        let (remote, rest) = rest.split_once(' ')?;
        let (state, rest) = rest.split_once(' ')?;
        Some(Row {
            local,
            remote,
            state,
            rest,
        })
    }

    impl<'a> Row<'a> {
        /// `tx_queue` and `rx_queue`.
        fn queues(&self) -> Option<(u64, u64)> {
            let (sent, received) = self.rest.get(..17)?.split_once(':')?;
            Some((
                u64::from_str_radix(sent, 16).ok()?,
                u64::from_str_radix(received, 16).ok()?,
            ))
        }

        fn inode(&self) -> Option<&'a str> {
            self.rest.split_ascii_whitespace().nth(5)
        }
    }

    /// Kills every process since `first` that was started with this word in its environment, even one
    /// that has left the group.
    pub(in super::super) fn end_all(first: u32, marker: &str) {
        let began = Instant::now();
        // A process that is killed may just have started another.
        for _ in 0..END_ROUNDS_MAX {
            let mut found = end_some(first, marker);
            while !found.some && found.unknown && began.elapsed() < UNKNOWN_WAIT {
                thread::sleep(LOOK_INTERVAL);
                found = end_some(first, marker);
            }
            if !found.some {
                return;
            }
        }
    }

    /// What there was to kill.
    #[derive(Default)]
    struct Left {
        some: bool,
        /// There is a process of which it is not known yet: one that is just becoming another program
        /// (execve(2)) has no environment for a moment, which may be long on a busy machine.
        unknown: bool,
    }

    /// Kills those that are there now.
    fn end_some(first: u32, marker: &str) -> Left {
        let mut left = Left::default();
        for process in processes(first) {
            let Ok(environment) = fs::read(process.join("environ")) else {
                continue;
            };
            if environment.is_empty() {
                left.unknown |= is_program(&process);
                continue;
            }
            let mut words = environment.split(|&byte| byte == 0);
            let marked = words.any(|word| word == marker.as_bytes());
            let number = process
                .file_name()
                .and_then(|name| name.to_str()?.parse().ok());
            if let (true, Some(pid)) = (marked, number.and_then(Pid::from_raw)) {
                left.some |= kill_process(pid, Signal::KILL).is_ok();
            }
        }
        left
    }

    /// Whether this process is a program that has not ended: no thread of the kernel, no zombie.
    fn is_program(process: &Path) -> bool {
        stat(process)
            .is_some_and(|[state, parent, _]| !matches!(&*state, "Z" | "X") && parent != KTHREADD)
    }

    /// The state of a process or thread, its parent and its group (proc_pid_stat(5)); `None` once it
    /// is gone.
    fn stat(path: &Path) -> Option<[String; 3]> {
        // `17 (name, which may hold anything) S 1 17 …`
        let stat = fs::read_to_string(path.join("stat")).ok()?;
        let (_, after) = stat.rsplit_once(')')?;
        let mut words = after.split_ascii_whitespace().map(str::to_owned);
        Some([words.next()?, words.next()?, words.next()?])
    }

    /// The processes that have started since `first`, and `first` itself: PIDs are given in order, and
    /// start again after the greatest. To open every process of the machine would cost more than
    /// all the rest of a story.
    fn processes(first: u32) -> impl Iterator<Item = PathBuf> {
        // `0.20 0.18 0.12 1/80 11206`: the last number is the last PID.
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let last = load
            .split_ascii_whitespace()
            .last()
            .and_then(|last| last.parse().ok());
        let since = move |number: u32| match last {
            Some(last) if first <= last => (first..=last).contains(&number),
            Some(last) => number >= first || number <= last,
            None => true,
        };
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(move |path| path.file_name().and_then(number).is_some_and(since))
    }

    fn number(name: &OsStr) -> Option<u32> {
        name.to_str()?.parse().ok()
    }

    /// The processes of a group, whose id is the PID of its first.
    fn members(first: u32) -> Vec<PathBuf> {
        let group = first.to_string();
        let belongs = |path: &PathBuf| stat(path).is_some_and(|[_, _, of]| of == group);
        processes(first).filter(belongs).collect()
    }

    /// The inodes of the sockets that a process holds.
    fn sockets(process: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(process.join("fd"))
            .into_iter()
            .flatten()
            .flatten();
        let links = entries.filter_map(|entry| fs::read_link(entry.path()).ok());
        links
            .filter_map(|link| {
                let name = link.to_str()?.strip_prefix("socket:[")?;
                Some(name.strip_suffix(']')?.to_owned())
            })
            .collect()
    }

    fn listener(line: &str, sockets: &BTreeSet<String>) -> Option<SocketAddr> {
        let row = row(line)?;
        if row.state != LISTEN || !sockets.contains(row.inode()?) {
            return None;
        }
        let (ip, port) = row.local.split_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        // Each group of eight digits is a number in the order of this machine.
        let numbers: Option<Vec<u32>> = (0..ip.len() / 8)
            .map(|i| u32::from_str_radix(ip.get(i * 8..i * 8 + 8)?, 16).ok())
            .collect();
        let bytes: Vec<u8> = numbers?.into_iter().flat_map(u32::to_ne_bytes).collect();
        match bytes.len() {
            4 => {
                let bytes: [u8; 4] = bytes.try_into().ok()?;
                Some((Ipv4Addr::from(bytes), port).into())
            }
            _ => {
                let bytes: [u8; 16] = bytes.try_into().ok()?;
                // A program may take IPv4 through a socket for IPv6, as Java does.
                Some((Ipv6Addr::from(bytes).to_canonical(), port).into())
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use std::net::SocketAddr;

    pub(in super::super) fn listening(_group: u32) -> Option<Vec<SocketAddr>> {
        None
    }

    pub(in super::super) fn memory(_group: u32) -> Option<u64> {
        None
    }

    pub(in super::super) fn holdings(_group: u32) -> Option<super::Holdings> {
        None
    }

    pub(in super::super) fn times(_group: u32) -> Option<super::Times> {
        None
    }

    pub(in super::super) fn busy(_group: u32) -> Option<bool> {
        None
    }

    pub(in super::super) fn queue(_group: u32, _address: SocketAddr) -> Option<usize> {
        None
    }

    pub(in super::super) fn unread(_group: u32) -> Option<u64> {
        None
    }

    pub(in super::super) fn end_all(_first: u32, _marker: &str) {}
}

/// Time of a program's threads, together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    /// Time on a processor.
    pub(super) running: std::time::Duration,
    /// Time waiting for one.
    pub(super) in_line: std::time::Duration,
}

/// What a program and its children hold.
#[derive(Debug, Clone, Copy, Default)]
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "only Linux reports what a program holds")
)]
pub(super) struct Holdings {
    pub(super) processes: u64,
    pub(super) threads: u64,
    pub(super) descriptors: u64,
    /// Private memory that is in use, in bytes.
    pub(super) resident: u64,
    /// Private memory that it has asked for, used or not, in bytes.
    pub(super) data: u64,
}

pub(super) use platform::{busy, end_all, holdings, listening, memory, queue, times, unread};
