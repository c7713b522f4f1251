//! What a recording is, shown with real programs. Where this machine has no namespaces for us,
//! each test says so and proves nothing.
#![cfg(target_os = "linux")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use record::job::{Changes, Checked, Job};
use record::lab::{Recording, record, record_with};
use record::preflight;
use session::run::{Found, Invocation};
use session::{Options, Session};

const TWO: &str = "title zh 题\ntitle en T\nhost a 192.0.2.1\nhost b 192.0.2.2\n";

/// Whether this machine can record.
fn can_record() -> bool {
    static READY: OnceLock<bool> = OnceLock::new();
    *READY.get_or_init(|| match preflight::prepare() {
        Ok(()) => true,
        Err(lack) => {
            eprintln!("skipped: this machine cannot record: {lack:?}");
            false
        }
    })
}

fn root() -> PathBuf {
    session::root().expect("the repository")
}

fn parse(source: &str) -> Session {
    Session::parse(source).expect("a session")
}

/// Every command is for bash, which can open sockets.
fn bash(command: &str) -> anyhow::Result<Found> {
    Ok(Found::Run(Invocation {
        program: "/bin/bash".into(),
        args: vec!["-c".into(), command.into()],
    }))
}

#[track_caller]
fn plays(source: &str) -> Recording {
    match record_with(&parse(source), &Options::new(root()), &bash) {
        Ok(recording) => recording,
        Err(error) => panic!("{error:#}"),
    }
}

fn read(name: &str, session: &Session, recording: &Recording) -> capture::Capture {
    let file = record::pcapng::write(name, session, recording).expect("a file");
    capture::read(&file, session).expect("a capture")
}

#[test]
fn one_shot_compares_as_the_same_twenty_times() {
    if !can_record() {
        return;
    }
    let source = fs::read_to_string(root().join("book/captures/one_shot.session")).unwrap();
    let session = &parse(&source);
    let first = &read("one_shot", session, &record(session, &root()).unwrap());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let again = read("one_shot", session, &record(session, &root()).unwrap());
                    let differences = capture::differences(first, &again, session);
                    assert!(differences.is_empty(), "{differences:?}");
                }
            });
        }
    });
}

#[test]
fn a_host_has_its_own_wire_and_no_way_out() {
    if !can_record() {
        return;
    }
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = outside.local_addr().unwrap().port();
    let recording = plays(&format!(
        "{TWO}a $ ip -brief link | cut -d ' ' -f 1; ip -brief -6 address; cat < /dev/tcp/127.0.0.1/{port}\n\
         a | lo\na | eth0\na | [..]Connection refused\na | [..]\na ? 1\n\
         a $ cat < /dev/tcp/203.0.113.9/80\na | [..]Network is unreachable\na | [..]\na ? 1\n"
    ));
    assert_eq!(recording.frames, []);
}

#[test]
fn a_lost_frame_is_marked_and_not_delivered() {
    if !can_record() {
        return;
    }
    let source = format!(
        "{TWO}lose a data 1\n\
         a $ echo one > /dev/udp/192.0.2.2/9999\na ? 0\n\
         a $ echo two > /dev/udp/192.0.2.2/9999\na ? 0\n"
    );
    let recording = plays(&source);
    let lost: Vec<_> = recording.frames.iter().map(|frame| frame.lost).collect();
    // ARP asks and answers, `one` is lost; `two` arrives at a closed port, and ICMP says so.
    assert_eq!(lost, [false, false, true, false, false]);
    let steps: Vec<_> = recording.frames.iter().map(|frame| frame.step).collect();
    assert_eq!(steps, [0, 0, 0, 2, 2]);
    let session = parse(&source);
    let packets = read("lost", &session, &recording).packets;
    assert!(packets[2].lost && packets[2].step == Some(0) && !packets[3].lost);
}

#[test]
fn an_icmp_error_that_comes_late_is_not_the_end_of_ping() {
    if !can_record() {
        return;
    }
    // ARP gets no answer for 3 s; only then does the kernel report the first requests.
    let story = "title zh 题\ntitle en T\nhost a 192.0.2.1\n\
         a $ cargo run --example 14_ping -- 192.0.2.99 -c 4 -W 1\n\
         a | 问 asking 192.0.2.99[..]\n\
         a | 没有回答 no answer: seq 1, 1s\n\
         a | 没有回答 no answer: seq 2, 1s\n\
         a | [..]: seq 3, [..]\n\
         a | 没有回答 no answer: seq 4, 1s\n\
         a | 错误 error: 发了 4 个，一个回答也没有 sent 4, no reply at all\n\
         a ? 1\n";
    if let Err(error) = record(&parse(story), &root()) {
        panic!("{error:#}");
    }
}

#[test]
fn a_flood_is_cut_off() {
    if !can_record() {
        return;
    }
    let source = format!(
        "{TWO}a $ exec 3<> /dev/udp/192.0.2.2/9; for i in {{1..3000}}; do echo x >&3; done 2> /dev/null\n\
         a ? 0\n"
    );
    let error = record_with(&parse(&source), &Options::new(root()), &bash).unwrap_err();
    assert_eq!(error.to_string(), "the wire failed: more than 2000 frames");
}

#[test]
fn a_router_passes_on_what_is_for_another_network() {
    if !can_record() {
        return;
    }
    let recording = plays(
        "title zh 题\ntitle en T\nhost a 192.0.2.2\nhost r 192.0.2.1 198.51.100.1\n\
         host b 198.51.100.2\na $ echo one > /dev/udp/198.51.100.2/9999\na ? 0\n",
    );
    assert_eq!(recording.wires.len(), 2);
    // On each wire: ARP asks and answers, the datagram, and ICMP from `b`.
    for wire in 0..recording.wires.len() {
        let here = recording.frames.iter();
        assert_eq!(here.filter(|frame| frame.wire == wire).count(), 4);
    }
    // Where the time to live is.
    let ttl = recording
        .frames
        .iter()
        .filter(|frame| frame.bytes[12..14] == [8, 0]);
    let ttl: Vec<_> = ttl.map(|frame| frame.bytes[22]).collect();
    assert_eq!(ttl, [64, 63, 64, 63]);
}

#[test]
fn a_router_refuses_with_icmp_or_rst_and_passes_nothing_on() {
    if !can_record() {
        return;
    }
    for (with, said) in [("icmp", "No route to host"), ("rst", "Connection refused")] {
        if with == "rst"
            && let Err(lack) = preflight::try_nft()
        {
            eprintln!("skipped: refusing with RST: {lack:?}");
            continue;
        }
        let recording = plays(&format!(
            "title zh 题\ntitle en T\nhost a 192.0.2.2\nhost r 192.0.2.1 198.51.100.1\n\
             host b 198.51.100.2\nrefuse r 198.51.100.2 {with}\n\
             a $ cat < /dev/tcp/198.51.100.2/9\na | [..]{said}\na | [..]\na ? 1\n"
        ));
        // ARP asks and answers, the SYN, the answer.
        let here = recording.frames.iter();
        let here = here.filter(|frame| frame.wire == 0);
        assert_eq!((here.count(), recording.frames.len()), (4, 4), "{with}");
        // Its source is where IP has it.
        let source = match with {
            "icmp" => [192, 0, 2, 1],
            _ => [198, 51, 100, 2],
        };
        assert_eq!(recording.frames[3].bytes[26..30], source, "{with}");
    }
}

#[test]
fn what_two_steps_send_crosses_on_a_long_wire() {
    if !can_record() {
        return;
    }
    let recording = plays(&format!(
        "{TWO}delay 450ms\n\
         a $ read line; echo one > /dev/udp/192.0.2.2/9\n\
         b $ read line; echo two > /dev/udp/192.0.2.1/9\n\
         a > now\nb > now\na ? 0\nb ? 0\n"
    ));
    // Nobody asks with ARP. Each datagram is sent before the other arrives and ICMP answers.
    let protocols = recording.frames.iter().map(|frame| frame.bytes[23]);
    assert_eq!(protocols.collect::<Vec<_>>(), [17, 17, 1, 1]);
    let steps = recording.frames.iter().map(|frame| frame.step);
    assert_eq!(steps.collect::<Vec<_>>(), [2, 3, 3, 3]);
    let crossed = recording.frames[1].time - recording.frames[0].time;
    assert!(crossed < Duration::from_millis(450), "{crossed:?}");
}

#[test]
fn tcpdump_reads_every_frame_and_finds_every_checksum_right() {
    if !can_record() {
        return;
    }
    let source = fs::read_to_string(root().join("book/captures/one_shot.session")).unwrap();
    let session = parse(&source);
    let recording = record(&session, &root()).unwrap();
    let file = record::pcapng::write("one_shot", &session, &recording).unwrap();
    let path = scratch("tcpdump").join("one_shot.pcapng");
    fs::write(&path, file).unwrap();
    let shown = match Command::new("tcpdump").args(["-nnvr"]).arg(&path).output() {
        Err(error) => return eprintln!("skipped: tcpdump: {error}"),
        Ok(output) => String::from_utf8(output.stdout).unwrap(),
    };
    let packets = shown.lines().filter(|line| !line.starts_with(' ')).count();
    assert_eq!(packets, recording.frames.len(), "{shown}");
    assert!(
        shown.contains("(correct)") && !shown.contains("incorrect"),
        "{shown}"
    );
}

#[test]
fn a_session_that_fails_leaves_the_old_file() {
    if !can_record() {
        return;
    }
    let folder = scratch("failed");
    let nc = "a $ nc -l -p 9 -w 1\na | never\na ? 0\n";
    fs::write(folder.join("x.session"), format!("{TWO}{nc}")).unwrap();
    fs::write(folder.join("x.pcapng"), "old").unwrap();
    let error = Job::new(&folder, "x").record_anew(&root()).unwrap_err();
    let error = format!("{error:#}");
    assert!(
        error.starts_with("x.session did not happen as written"),
        "{error}"
    );
    assert_eq!(fs::read(folder.join("x.pcapng")).unwrap(), b"old");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn a_capture_that_would_come_out_differently_is_reported() {
    if !can_record() {
        return;
    }
    let folder = scratch("changed");
    let captures = root().join("book/captures");
    let source = fs::read_to_string(captures.join("one_shot.session")).unwrap();
    fs::write(folder.join("one_shot.session"), &source).unwrap();
    let job = Job::new(&folder, "one_shot");
    let error = format!("{:#}", job.check(&root()).unwrap_err());
    assert!(error.contains("cargo workbook capture one_shot"), "{error}");
    let recorded = job.record_anew(&root()).unwrap();
    assert_eq!(recorded.changes, Changes::New);
    assert!(
        !folder.join("one_shot.pcapng").exists(),
        "nothing is written yet"
    );
    job.write(&recorded).unwrap();
    assert!(matches!(job.check(&root()), Ok(Checked::Same { .. })));
    let again = job.record_anew(&root()).unwrap();
    assert_eq!(again.changes, Changes::Differs(Vec::new()));
    // The same steps on another wire.
    let lossy = source.replacen("\n\n", "\nlose client data 1\n\n", 1);
    assert_ne!(lossy, source);
    fs::write(folder.join("one_shot.session"), lossy).unwrap();
    match job.check(&root()) {
        Ok(Checked::Different(differences)) => assert!(!differences.is_empty()),
        other => panic!("{other:?}"),
    }
    // Other steps: the old recording tells of another story.
    let longer = source.replace("你好", "你好吗").replace(" 6 ", " 9 ");
    fs::write(folder.join("one_shot.session"), longer).unwrap();
    let error = format!("{:#}", job.check(&root()).unwrap_err());
    assert!(error.contains("record the capture again"), "{error}");
    match job.record_anew(&root()).unwrap().changes {
        Changes::Differs(differences) => assert!(!differences.is_empty()),
        Changes::New => panic!("there is a file"),
    }
}

/// An empty folder for one test.
fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder for the test");
    path
}
