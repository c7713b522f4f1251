//! Raw clients do to `03_threaded_server` what clients on a network do.
//!
//! Nothing here sleeps: a test waits for a line, an end or a status, each with a deadline.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Command, ExitStatus};
use std::sync::mpsc;
use std::sync::{PoisonError, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::MACHINE;
use crate::program::started::Started;
use crate::program::{self, DEADLINE, Language};

/// Each language has a module with these attacks.
fn language() -> Language {
    Language::of(module_path!())
}

#[test]
fn a_line_may_come_one_byte_at_a_time() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    for byte in "一个字节一个字节 byte by byte\n".as_bytes() {
        a.send(&[*byte]);
    }
    b.expect("guest1: 一个字节一个字节 byte by byte");
    room.quits();
}

#[test]
fn one_write_may_bring_several_lines() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    a.send("一\n二\n\n三\n".as_bytes());
    for line in ["guest1: 一", "guest1: 二", "guest1: 三"] {
        b.expect(line);
    }
    room.quits();
}

#[test]
fn crlf_ends_a_line_even_when_cut_in_two() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    a.send(b"telnet\r");
    a.send(b"\nagain\r\n");
    b.expect("guest1: telnet");
    b.expect("guest1: again");
    a.send(b"/who\r\n");
    assert_eq!(a.raw_line(), "* 2 人 here: guest1, guest2\r\n");
    b.send(b"/who\n");
    assert_eq!(b.raw_line(), "* 2 人 here: guest1, guest2\n");
    room.quits();
}

#[test]
fn a_character_cut_in_two_arrives_whole() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    let bytes = "你好\n".as_bytes();
    a.send(&bytes[..4]);
    a.send(&bytes[4..]);
    b.expect("guest1: 你好");
    room.quits();
}

#[test]
fn bytes_that_are_not_utf8_are_shown_as_such() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    a.send(b"ab\xff\xfecd\xe4\xbd\n");
    b.expect("guest1: ab\u{fffd}\u{fffd}cd\u{fffd}");
    room.quits();
}

#[test]
fn escape_sequences_never_reach_another_terminal() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    a.send("\x1b[2J\x07red\x1b[31m\rover\u{9b}1A\tx\n".as_bytes());
    let line = b.line();
    assert!(line.starts_with("guest1: "), "{line:?}");
    assert!(
        !line.chars().any(|c| c.is_control() && c != '\t'),
        "{line:?}"
    );
    a.send(b"/name \x1b[31mred\n/\x1b[2J\n");
    assert!(a.line().starts_with("! 名字"));
    let line = a.line();
    assert!(line.starts_with("! ") && !line.contains('\x1b'), "{line:?}");
    room.quits();
}

#[test]
fn a_reset_in_the_middle_of_a_line_disturbs_nobody() {
    let room = Server::start(&[]);
    let [mut a, mut b, c] = room.guests();
    a.send("喂\n".as_bytes());
    b.expect("guest1: 喂");
    c.stream().peek(&mut [0]).unwrap();
    let mut stream = c.stream().try_clone().unwrap();
    stream.write_all("半句话".as_bytes()).unwrap();
    // Closing with unread input makes the kernel send RST.
    drop((c, stream));
    a.expect("* guest3 离开了 left");
    b.expect("* guest3 离开了 left");
    a.send("还在\n".as_bytes());
    b.expect("guest1: 还在");
    room.quits();
}

#[test]
fn a_half_close_ends_the_visit_after_everything_is_said() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    a.send("最后一句\n/who\n没有换行的半句".as_bytes());
    a.stream().shutdown(Shutdown::Write).unwrap();
    a.expect("* 2 人 here: guest1, guest2");
    a.ends();
    b.expect("guest1: 最后一句");
    b.expect("* guest1 离开了 left");
    room.quits();
}

#[test]
fn a_silent_guest_stays_and_hears_everything() {
    let room = Server::start(&[]);
    let [mut a, mut b, mut silent] = room.guests();
    for n in 0..200 {
        a.send(format!("第 {n} 句\n").as_bytes());
        b.expect(&format!("guest1: 第 {n} 句"));
    }
    for n in 0..200 {
        silent.expect(&format!("guest1: 第 {n} 句"));
    }
    room.quits();
}

#[test]
fn a_line_of_4096_bytes_is_accepted() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    for end in ["\n", "\r\n"] {
        a.send(format!("{}{end}", "x".repeat(4096)).as_bytes());
        b.expect(&format!("guest1: {}", "x".repeat(4096)));
    }
    room.quits();
}

#[test]
fn a_longer_line_is_reported_and_cut_off() {
    for end in ["\n", "\r\n", ""] {
        let room = Server::start(&[]);
        let [mut a, mut b] = room.guests();
        a.send(
            format!(
                "{}{end}",
                "x".repeat(if end.is_empty() { 4098 } else { 4097 })
            )
            .as_bytes(),
        );
        a.expect("! 一行最多 4096 字节，再见 a line has 4096 bytes at most, goodbye");
        a.ends();
        b.expect("* guest1 离开了 left");
        room.quits();
    }
}

#[test]
fn a_flood_without_a_line_end_is_cut_off_with_a_message() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    let mut flood = a.stream().try_clone().unwrap();
    let flood = thread::spawn(move || while flood.write_all(&[b'x'; 65536]).is_ok() {});
    a.expect("! 一行最多 4096 字节，再见 a line has 4096 bytes at most, goodbye");
    b.expect("* guest1 离开了 left");
    // The server has closed. If its window was closed then, its kernel sends no reset until it
    // forgets the connection (tcp_fin_timeout in tcp(7)), and the flood would wait as long.
    a.stream().shutdown(Shutdown::Both).unwrap_or_default();
    flood.join().unwrap();
    room.quits();
}

/// How late the machine wakes a thread that wants to run, at worst, until the sender is dropped.
fn machine_stalls() -> (mpsc::Sender<()>, thread::JoinHandle<Duration>) {
    let (stop, stopped) = mpsc::channel();
    let pause = Duration::from_millis(10);
    let measure = move || {
        let mut worst = Duration::ZERO;
        loop {
            let asleep = Instant::now();
            if stopped.recv_timeout(pause) != Err(mpsc::RecvTimeoutError::Timeout) {
                return worst;
            }
            worst = worst.max(asleep.elapsed().saturating_sub(pause));
        }
    };
    (stop, thread::spawn(measure))
}

#[test]
fn a_reader_that_never_reads_is_cut_off_and_delays_nobody() {
    let room = Server::start(&[]);
    let [a, mut b, slow] = room.guests();
    let mut speaker = a.stream().try_clone().unwrap();
    let (stop, stopped) = mpsc::channel::<()>();
    let speaking = thread::spawn(move || {
        let mut sent = 0;
        while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
            speaker
                .write_all(format!("{sent} {}\n", "x".repeat(4000)).as_bytes())
                .unwrap();
            sent += 1;
        }
        speaker.write_all(b"done\n").unwrap();
        sent
    });
    let (stall, stalls) = machine_stalls();
    let (mut heard, mut longest, mut last) = (0, Duration::ZERO, Instant::now());
    let mut cut = false;
    loop {
        let line = b.line();
        longest = longest.max(last.elapsed());
        last = Instant::now();
        if line == "guest1: done" {
            break;
        } else if line == "* guest3 太慢，断开了 too slow, disconnected" {
            cut = true;
            stop.send(()).unwrap();
        } else {
            assert!(
                line.starts_with(&format!("guest1: {heard} ")),
                "{:.40}",
                line
            );
            heard += 1;
        }
    }
    assert!(cut, "the slow guest is still there");
    assert_eq!(heard, speaking.join().unwrap());
    drop(stall);
    let stalls = stalls.join().unwrap();
    // A busy machine keeps every thread waiting, this test's included.
    assert!(
        longest < Duration::from_secs(3) + 10 * stalls,
        "a line was late by {longest:?}, the machine by {stalls:?}"
    );
    println!(
        "slow guest cut off after {heard} lines; longest wait of another: {longest:?}, of the machine: {stalls:?}"
    );
    drop((a, slow));
    room.quits();
}

#[test]
fn a_burst_is_not_taken_for_a_slow_reader() {
    let room = Server::start(&[]);
    let [mut a, mut b, mut c] = room.guests();
    let lines: String = (0..5000).map(|n| format!("{n}\n")).collect();
    a.send(lines.as_bytes());
    for guest in [&mut b, &mut c] {
        for n in 0..5000 {
            guest.expect(&format!("guest1: {n}"));
        }
    }
    room.quits();
}

#[test]
fn the_guest_after_the_last_seat_is_told_and_closed() {
    let room = Server::start(&[]);
    let mut guests = Vec::from_iter((0..64).map(|_| room.guest()));
    let mut late = Peer::connect(room.address);
    // Even if it speaks first, the message must arrive.
    late.send("让我进来\n".as_bytes());
    late.expect("! 满员 full: 64，再见 goodbye");
    late.ends();
    guests[0].send(b"/quit\n");
    guests[1].until("* guest1 离开了 left");
    room.guest().send("有座位了\n".as_bytes());
    guests[1].until("guest65: 有座位了");
    room.quits();
}

#[test]
fn a_line_reaches_a_thousand_guests() {
    more_descriptors();
    let room = Server::start_alone(&["--max-clients", "2000"]);
    let mut guests = Vec::from_iter((0..1000).map(|_| room.guest()));
    let started = Instant::now();
    guests[0].send("大家好\n".as_bytes());
    for guest in &mut guests[1..] {
        guest.until("guest1: 大家好");
    }
    println!("999 guests heard it within {:?}", started.elapsed());
    room.quits();
    for guest in &mut guests {
        guest.until("* 服务器要关了，再见 the server is closing, goodbye");
        guest.ends();
    }
}

#[test]
fn closing_delivers_every_accepted_line() {
    let mut room = Server::start(&[]);
    let [mut a, mut b, mut c] = room.guests();
    let lines: String = (0..60).map(|n| format!("{n}\n")).collect();
    a.send(lines.as_bytes());
    room.until_printed("guest1: 59");
    room.quits();
    for guest in [&mut b, &mut c] {
        for n in 0..60 {
            guest.expect(&format!("guest1: {n}"));
        }
    }
    for guest in [&mut a, &mut b, &mut c] {
        guest.expect("* 服务器要关了，再见 the server is closing, goodbye");
        guest.ends();
    }
}

#[test]
fn the_end_of_stdin_closes_the_room() {
    let mut room = Server::start(&[]);
    let [mut a] = room.guests();
    room.program.hangs_up();
    a.expect("* 服务器要关了，再见 the server is closing, goodbye");
    a.ends();
    drop(a);
    assert_eq!(room.status().code(), Some(0));
    let after = TcpStream::connect_timeout(&room.address, DEADLINE).unwrap_err();
    assert_eq!(after.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_room_on_every_address_closes_too() {
    for address in ["0.0.0.0:0", "[::1]:0"] {
        Server::start_with(program().args(["server", address])).quits();
    }
}

#[test]
fn guests_that_never_close_cannot_keep_the_room_open() {
    let room = Server::start(&[]);
    let guests: [Peer; 3] = room.guests();
    // It waits for the end until its deadline, and so fails for a room that waits for its guests.
    room.quits();
    drop(guests);
}

#[test]
fn a_room_for_more_guests_than_any_machine_has_is_refused_or_open() {
    let all = usize::MAX.to_string();
    let mut command = program();
    command.args(["server", "127.0.0.1:0", "--max-clients", &all]);
    program::environment(&mut command);
    let mut program = Started::start_together(&mut command);
    if !program.sees("\n").starts_with("监听 listening on ") {
        assert_eq!(program.status().code(), Some(2));
        return;
    }
    program.types("/quit\n");
    assert_eq!(program.status().code(), Some(0));
}

#[test]
fn a_name_goes_to_one_of_two_guests_that_ask_at_once() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    a.send("/name 小明\n".as_bytes());
    b.send("/name 小明\n".as_bytes());
    a.send(b"/who\n");
    b.send(b"/who\n");
    let (of_a, of_b) = (a.until("* 2 人"), b.until("* 2 人"));
    let refused = |lines: &[String]| lines.iter().any(|line| line.starts_with("! 名字有人用了"));
    assert!(refused(&of_a) != refused(&of_b), "{of_a:?} {of_b:?}");
    room.quits();
}

#[test]
fn a_name_is_short_plain_and_unlike_the_others() {
    let room = Server::start(&[]);
    let [mut a, mut b] = room.guests();
    a.send(b"/name Alice\n");
    a.expect("* guest1 改名 is now Alice");
    b.expect("* guest1 改名 is now Alice");
    b.send(b"/name aLICE\n");
    b.expect("! 名字有人用了 this name is taken");
    for bad in ["", "a b", "12345678901234567", "a:", "*", "<script>"] {
        b.send(format!("/name {bad}\n").as_bytes());
        assert!(b.line().starts_with("! 名字："));
    }
    b.send("/name 1234567890123爱丽丝\n".as_bytes());
    b.expect("* guest2 改名 is now 1234567890123爱丽丝");
    b.send(b"/guest3\n/name guest3\n");
    b.expect("! 没有这个命令 no such command: /guest3");
    b.expect("* 1234567890123爱丽丝 改名 is now guest3");
    // The next newcomer cannot have that name.
    Peer::connect(room.address).expect("* 你是 you are guest4 · /name NEW · /who · /quit");
    room.quits();
}

#[test]
fn running_out_of_descriptors_is_survived() {
    let mut room = Server::start_with(&mut with_descriptors(16, ""));
    let mut guests = Vec::new();
    for name in ["guest1", "guest2"] {
        let mut guest = Peer::connect(room.address);
        guest.until(&format!("* 你是 you are {name}"));
        guests.push(guest);
    }
    guests.extend((2..20).map(|_| Peer::connect(room.address)));
    room.until_printed("! 接不了客人，稍后再试 cannot accept, trying again: ");
    // A guest with a seat can talk, and a seat that becomes free goes to a guest that waits.
    guests[0].send("还好\n".as_bytes());
    guests[1].until("guest1: 还好");
    guests.drain(..10);
    for guest in &mut guests {
        guest.until("* 你是 you are");
    }
    room.quits();
}

/// Where there is no thread left for a guest and no descriptor for the next, `accept` fails at once:
/// the loop has to rest there, too.
#[cfg(target_os = "linux")]
#[test]
fn running_out_of_descriptors_and_threads_at_once_is_survived() {
    // 65 threads, each with a connection, and what is open besides: the standard streams, the
    // listener, and what the server may have inherited.
    for descriptors in 68..=72 {
        let mut command = with_descriptors(descriptors, "--max-clients 1");
        let room = Server::start_with(&mut command);
        let mut guests: Vec<_> = (0..80).map(|_| Peer::connect(room.address)).collect();
        let before = processor_time(room.program.id());
        // The last waits in the queue until the goodbyes of the others have ended, after 2 s.
        let _ = guests[79].0.read(&mut [0]).unwrap();
        let used = processor_time(room.program.id()) - before;
        // A loop that does not rest takes all of these 2 s, or its share of a busy machine.
        assert!(used < Duration::from_millis(500), "{descriptors}: {used:?}");
        drop(guests);
        room.quits();
    }
}

/// The processor time of a process (proc_pid_stat(5)), in hundredths of a second.
#[cfg(target_os = "linux")]
fn processor_time(id: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let ticks = rest.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

#[allow(dead_code, reason = "held until the server ends")]
enum Turn {
    Shared(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

/// A running room, with its stdin and its output.
struct Server {
    program: Started,
    address: SocketAddr,
    _turn: Turn,
}

impl Server {
    fn start(args: &[&str]) -> Self {
        Self::start_with(&mut Self::command(args))
    }

    fn start_alone(args: &[&str]) -> Self {
        let turn = MACHINE.write().unwrap_or_else(PoisonError::into_inner);
        Self::spawn(&mut Self::command(args), Turn::Alone(turn))
    }

    fn start_with(command: &mut Command) -> Self {
        let turn = MACHINE.read().unwrap_or_else(PoisonError::into_inner);
        Self::spawn(command, Turn::Shared(turn))
    }

    fn command(args: &[&str]) -> Command {
        let mut command = program();
        command.args(["server", "127.0.0.1:0"]).args(args);
        command
    }

    #[track_caller]
    fn spawn(command: &mut Command, turn: Turn) -> Self {
        program::environment(command);
        let mut program = Started::start(command);
        let first = program.lines_until(|_| true).remove(0);
        let address = first.strip_prefix("监听 listening on ").expect(&first);
        let mut address: SocketAddr = address.parse().unwrap();
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        Self {
            program,
            address,
            _turn: turn,
        }
    }

    /// A guest that has been greeted.
    #[track_caller]
    fn guest(&self) -> Peer {
        let mut peer = Peer::connect(self.address);
        let hello = peer.line();
        assert!(hello.starts_with("* 你是 you are guest"), "{hello}");
        peer
    }

    /// Guests that have all been greeted, and have heard of one another.
    #[track_caller]
    fn guests<const N: usize>(&self) -> [Peer; N] {
        let mut guests: Vec<Peer> = Vec::new();
        for n in 1..=N {
            let guest = self.guest();
            for other in &mut guests {
                other.expect(&format!("* guest{n} 进来了 joined"));
            }
            guests.push(guest);
        }
        guests.try_into().ok().unwrap()
    }

    #[track_caller]
    fn until_printed(&mut self, start: &str) {
        self.program.lines_until(|line| line.starts_with(start));
    }

    #[track_caller]
    fn quits(mut self) {
        self.program.types("/quit\n");
        assert_eq!(self.status().code(), Some(0));
        self.until_printed("聊天室关了 the room is closed");
    }

    #[track_caller]
    fn status(&mut self) -> ExitStatus {
        self.program.status()
    }
}

/// A raw client.
struct Peer(BufReader<TcpStream>);

impl Peer {
    #[track_caller]
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, DEADLINE).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    fn stream(&self) -> &TcpStream {
        self.0.get_ref()
    }

    #[track_caller]
    fn send(&mut self, bytes: &[u8]) {
        self.stream().write_all(bytes).unwrap();
    }

    #[track_caller]
    fn raw_line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the connection ends after {line:?}");
        line
    }

    #[track_caller]
    fn line(&mut self) -> String {
        self.raw_line().trim_end_matches(['\r', '\n']).to_owned()
    }

    #[track_caller]
    fn expect(&mut self, line: &str) {
        assert_eq!(self.line(), line);
    }

    /// The lines up to one that starts like this.
    #[track_caller]
    fn until(&mut self, start: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while !lines
            .last()
            .is_some_and(|line: &String| line.starts_with(start))
        {
            lines.push(self.line());
        }
        lines
    }

    #[track_caller]
    fn ends(&mut self) {
        assert_eq!(self.0.read(&mut [0]).unwrap(), 0);
    }
}

fn program() -> Command {
    program::command(language(), "03_threaded_server")
}

/// The server on a free port, with `options`, and no more descriptors than these.
fn with_descriptors(descriptors: u32, options: &str) -> Command {
    let program = program();
    let mut shell = Command::new("sh");
    let run = format!("ulimit -n {descriptors}; exec \"$@\" server 127.0.0.1:0 {options}");
    shell.args(["-c", &run, "sh"]).arg(program.get_program());
    shell.args(program.get_args());
    shell.current_dir(program.get_current_dir().unwrap());
    shell
}

/// A thousand connections need more than the usual 1,024 descriptors at each end.
fn more_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = Some(maximum.unwrap_or(4096).min(4096));
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
}
