//! `12_pcap_reader` reads what `tcpdump` reads, and nothing in a file can make it panic.
#![cfg(feature = "run")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/captures.rs"]
mod captures;
#[path = "support/program.rs"]
mod program;
#[path = "../../../examples/12_pcap_reader.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "a program of the book, compiled here as a module"
)]
mod reader;
#[path = "support/tcpdump.rs"]
mod tcpdump;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use captures::{Order, Timed, block, enhanced, interface, packets, pcap, pcapng, section};
use program::Program;
use reader::file::{Capture, Record};
use reader::{dissect, line, screen, wire};

fn read(bytes: &[u8]) -> (Vec<Record>, Option<String>) {
    let mut capture = match Capture::open(bytes) {
        Ok(capture) => capture,
        Err(error) => return (Vec::new(), Some(format!("{error:#}"))),
    };
    let mut records = Vec::new();
    loop {
        match capture.next() {
            Some(Ok(record)) => records.push(record),
            Some(Err(error)) => return (records, Some(format!("{error:#}"))),
            None => return (records, None),
        }
    }
}

#[track_caller]
fn fails(file: &[u8], expected: &str) {
    let (_, error) = read(file);
    assert_eq!(error.as_deref(), Some(expected));
}

fn committed() -> Vec<(PathBuf, Vec<u8>)> {
    let root = session::root().unwrap();
    let directory = fs::read_dir(root.join("book/captures")).unwrap();
    let files = directory.map(|entry| entry.unwrap().path());
    let files = files.chain([root.join("examples/12_pcap_reader/loopback.pcap")]);
    let mut files: Vec<_> = files
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end.to_string_lossy().starts_with("pcap"))
        })
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn every_committed_capture_reads_as_tcpdump_reads_it() {
    let mut total = tcpdump::Tally::default();
    for (path, file) in committed() {
        total.compare(&path.display().to_string(), &file);
    }
    eprintln!("committed captures: {total}");
    assert!(total.packets > 0, "no capture in book/captures");
    assert!(
        total.differences.is_empty(),
        "{}",
        total.differences.join("\n")
    );
}

#[test]
fn one_packet_of_each_kind_reads_as_tcpdump_reads_it() {
    let mut total = tcpdump::Tally::default();
    for order in [Order::Little, Order::Big] {
        for nano in [false, true] {
            total.compare(
                &format!("pcap {order:?} {nano}"),
                &pcap(order, nano, &packets()),
            );
        }
        total.compare(&format!("pcapng {order:?}"), &pcapng(order, &packets()));
    }
    eprintln!("made by hand: {total}");
    assert!(
        total.differences.is_empty(),
        "{}",
        total.differences.join("\n")
    );
}

#[test]
fn both_byte_orders_and_all_units_of_time_give_the_same_packets() {
    let expected: Vec<(i128, Vec<u8>)> = packets()
        .into_iter()
        .map(|(nanos, bytes)| (nanos.into(), bytes))
        .collect();
    for order in [Order::Little, Order::Big] {
        let files = [
            pcap(order, false, &packets()),
            pcap(order, true, &packets()),
            pcapng(order, &packets()),
        ];
        for file in files {
            let (records, error) = read(&file);
            assert_eq!(error, None);
            let records: Vec<_> = records
                .into_iter()
                .map(|record| (record.nanos.unwrap(), record.bytes))
                .collect();
            assert_eq!(records, expected, "{order:?}");
        }
    }
}

#[test]
fn units_of_time_may_be_powers_of_ten_or_of_two() {
    for (tsresol, ticks, nanos) in [
        (0, 3, 3_000_000_000),
        (3, 1500, 1_500_000_000),
        (12, 1_500, 1),
        (0x80 | 10, 1536, 1_500_000_000),
        (0x80 | 63, 1 << 62, 500_000_000),
    ] {
        let order = Order::Little;
        let file = [
            section(order),
            interface(order, Some(tsresol)),
            enhanced(order, 0, ticks, b"x"),
        ];
        let (records, error) = read(&file.concat());
        assert_eq!((records[0].nanos, error), (Some(nanos), None), "{tsresol}");
    }
}

#[test]
fn a_new_section_may_turn_the_byte_order() {
    let [little, big] = [Order::Little, Order::Big].map(|order| pcapng(order, &packets()));
    let (records, error) = read(&[little, big].concat());
    assert_eq!((records.len(), error), (2 * packets().len(), None));
}

#[test]
fn a_simple_packet_block_has_no_time_and_blocks_of_other_kinds_are_passed_over() {
    let order = Order::Big;
    let simple = block(order, 3, &[order.four(5), b"hello".to_vec()].concat());
    let other = block(order, 0x0bad, &[7; 99]);
    let (records, error) = read(&[section(order), other, interface(order, None), simple].concat());
    assert_eq!(error, None);
    assert_eq!(
        (records[0].nanos, &records[0].bytes[..]),
        (None, &b"hello"[..])
    );
}

#[test]
fn a_comment_is_shown_without_control_characters() {
    let order = Order::Little;
    let mut body = [0, 0, 0, 1, 1].map(|value| order.four(value)).concat();
    body.extend([b'x', 0, 0, 0]);
    body.extend([order.two(1), order.two(7), b"a\x1b[2J\nb\0".to_vec()].concat());
    let file = [
        section(order),
        interface(order, None),
        block(order, 6, &body),
    ]
    .concat();
    let (records, error) = read(&file);
    assert_eq!(
        (records[0].comment.as_str(), error),
        ("a\u{FFFD}[2J\nb", None)
    );
}

#[test]
fn the_name_of_an_interface_stays_on_its_line() {
    let order = Order::Little;
    let name = [order.two(2), order.two(4), b"a\nb\x1b".to_vec()].concat();
    let body = [order.two(1), order.two(0), order.four(0), name].concat();
    let file = [section(order), block(order, 1, &body)].concat();
    let mut capture = Capture::open(&file[..]).unwrap();
    assert!(capture.next().is_none());
    assert_eq!(capture.wires[0].name, "a\u{FFFD}b\u{FFFD}");
}

#[test]
fn a_file_cut_after_any_byte_gives_the_packets_before_and_says_where_it_ends() {
    let few: Vec<Timed> = packets().into_iter().take(5).collect();
    for file in [pcap(Order::Little, false, &few), pcapng(Order::Big, &few)] {
        let (whole, _) = read(&file);
        let mut clean = 0;
        for cut in 0..file.len() {
            let (records, error) = read(&file[..cut]);
            assert_eq!(records[..], whole[..records.len()], "{cut}");
            let Some(error) = error else {
                clean += 1;
                continue;
            };
            let place = format!(
                "偏移 offset {cut} (0x{cut:02x}): 文件到这里就断了 the file is cut off here"
            );
            assert_eq!(error, place);
        }
        // Between two packets (or blocks) a file may end.
        assert!((5..=7).contains(&clean), "{clean}");
    }
}

#[test]
fn a_length_that_lies_is_named_with_its_offset() {
    let order = Order::Little;
    let head = pcap(order, false, &[]);
    let record = |kept| {
        [
            order.four(0),
            order.four(0),
            order.four(kept),
            order.four(kept),
        ]
        .concat()
    };
    let too_long = "长度超过 1 MiB，不信 length over 1 MiB, not believed";
    fails(
        &[head.clone(), record(u32::MAX)].concat(),
        &format!("偏移 offset 32 (0x20): {too_long}"),
    );
    fails(
        &[head, record(1000)].concat(),
        "偏移 offset 40 (0x28): 文件到这里就断了 the file is cut off here",
    );

    let section = section(order);
    let impossible = "偏移 offset 32 (0x20): 块的长度不可能 impossible length of a block";
    for length in [0, 8, 11, 13, u32::MAX] {
        let block = [order.four(5), order.four(length), vec![0; 64]].concat();
        fails(&[section.clone(), block].concat(), impossible);
    }
    let huge = [order.four(6), order.four(u32::MAX - 3)].concat();
    fails(
        &[section.clone(), huge].concat(),
        &format!("偏移 offset 32 (0x20): {too_long}"),
    );
    let mut differ = block(order, 5, &[0; 4]);
    differ[12] = 17;
    fails(
        &[section.clone(), differ].concat(),
        "偏移 offset 40 (0x28): 块首尾的长度不同 the two lengths of the block differ",
    );
    let nobody = enhanced(order, 0, 0, b"x");
    fails(
        &[section.clone(), nobody].concat(),
        "偏移 offset 36 (0x24): 没有这个接口 there is no such interface",
    );
    let mut long = enhanced(order, 0, 0, b"x");
    long[20] = 200;
    let file = [section.clone(), interface(order, None), long].concat();
    fails(
        &file,
        "偏移 offset 68 (0x44): 包比块长 packet longer than its block",
    );
    let body = [
        order.two(1),
        order.two(0),
        order.four(0),
        order.two(2),
        order.two(999),
        vec![0; 4],
    ];
    fails(
        &[section.clone(), block(order, 1, &body.concat())].concat(),
        "偏移 offset 46 (0x2e): 选项比块长 option longer than its block",
    );
    fails(
        &[section, interface(order, Some(100))].concat(),
        "偏移 offset 44 (0x2c): 时间单位太小 unit of time too small",
    );
}

/// The files that the session `12_pcap_reader.broken` reads; `PCAP_READER_WRITE=1` writes them.
#[test]
fn the_committed_broken_files_are_what_they_say() {
    let hello = packets().swap_remove(6);
    let whole = pcap(Order::Little, false, &[hello.clone(), hello.clone()]);
    let cut = whole[..120].to_vec();
    let mut lie = whole[..88].to_vec();
    lie[32..40].fill(0xff);
    let mut packet = whole[..88].to_vec();
    packet[56..58].fill(0xff);
    let arp = packets().swap_remove(11);
    let mut flipped = arp.clone();
    *flipped.1.last_mut().unwrap() ^= 1;
    let flipped = pcap(Order::Little, false, &[arp, flipped]);
    let directory = session::root()
        .unwrap()
        .join("examples/12_pcap_reader/broken");
    for (name, file) in [
        ("cut.pcap", cut),
        ("lie.pcap", lie),
        ("flipped.pcap", flipped),
        ("packet.pcap", packet),
    ] {
        let path = directory.join(name);
        if std::env::var_os("PCAP_READER_WRITE").is_some() {
            fs::write(&path, &file).unwrap();
        }
        assert_eq!(fs::read(&path).unwrap(), file, "{name}");
    }
}

#[test]
fn what_is_no_capture_is_said_to_be_none() {
    fails(
        b"",
        "偏移 offset 0 (0x00): 文件到这里就断了 the file is cut off here",
    );
    fails(
        b"# README",
        "偏移 offset 0 (0x00): 不是 pcap，也不是 pcapng neither pcap nor pcapng",
    );
    let mut file = pcap(Order::Big, false, &[]);
    file[5] = 9;
    fails(
        &file,
        "偏移 offset 4 (0x04): pcap 的版本不是 2 pcap version is not 2",
    );
}

/// Everything that the program would print.
fn everything(file: &[u8]) -> String {
    let mut text = String::new();
    let Ok(mut capture) = Capture::open(file) else {
        return text;
    };
    let mut talks = line::Talks::default();
    while let Some(Ok(record)) = capture.next() {
        let packet = dissect(capture.wires[record.wire].link, &record);
        text += &screen::first_line(1, record.nanos, None, &line::line(&packet, &mut talks));
        text += &screen::details(&packet, &record);
        text += &wire::on_the_wire(&packet);
    }
    text
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 as usize
    }

    fn below(&mut self, limit: usize) -> usize {
        self.next() % limit.max(1)
    }

    /// Changes a few bytes, or cuts, repeats or drops a part.
    fn mutate(&mut self, file: &mut Vec<u8>) {
        const ODD: [u8; 8] = [0, 1, 4, 0x45, 0x7f, 0x80, 0xfe, 0xff];
        for _ in 0..=self.below(8) {
            let (at, size) = (self.below(file.len()), self.below(24));
            let end = (at + size).min(file.len());
            match self.below(10) {
                0 => file.truncate(at),
                1 => drop(file.drain(at..end)),
                2 => {
                    let part = file[at..end].to_vec();
                    let place = self.below(file.len());
                    drop(file.splice(place..place, part));
                }
                3 => file[at..end].fill(ODD[self.below(8)]),
                4..=6 => file[at..end.min(at + 1)].fill(ODD[self.below(8)]),
                _ => file[at..end.min(at + 1)]
                    .iter_mut()
                    .for_each(|byte| *byte ^= 1 << self.below(8)),
            }
            if file.is_empty() {
                return;
            }
        }
    }
}

/// `PCAP_READER_CASES=1000000` for a long run, `PCAP_READER_SEED` for another one.
#[test]
fn no_mutated_file_makes_it_panic_or_print_without_end() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|number| number.parse().ok())
    };
    let cases = number("PCAP_READER_CASES").unwrap_or(4_000);
    let mut random = Random(number("PCAP_READER_SEED").unwrap_or(0x2545_f491_4f6c_dd1d));
    let mut files: Vec<Vec<u8>> = committed().into_iter().map(|(_, file)| file).collect();
    files.retain(|file| file.len() < 8_000);
    for order in [Order::Little, Order::Big] {
        files.extend([pcap(order, false, &packets()), pcapng(order, &packets())]);
    }
    let mut printed = 0;
    for _ in 0..cases {
        let mut file = files[random.below(files.len())].clone();
        random.mutate(&mut file);
        let text = everything(&file);
        printed += text.len();
        assert!(
            text.len() <= 4_000 + file.len() * 200,
            "{} bytes of {}",
            text.len(),
            file.len()
        );
    }
    eprintln!("mutated files: {cases}, no panic, {printed} bytes printed");
}

/// Any value in the fields that both programs show; a length that lies is nonsense to both.
#[test]
fn packets_with_changed_fields_read_as_tcpdump_reads_them() {
    // MACs; TOS, length, identification; TTL; checksum and addresses; the ports of neither.
    const IP: [std::ops::Range<usize>; 4] = [0..12, 15..20, 22..23, 24..34];
    // Sequence, acknowledgment; flags, window, checksum.
    const TCP: [std::ops::Range<usize>; 2] = [38..46, 47..52];
    let (ip, tcp) = (
        IP.into_iter().flatten().collect::<Vec<_>>(),
        IP.into_iter().chain(TCP).flatten().collect::<Vec<_>>(),
    );
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut all = Vec::new();
    for index in 0..4_000 {
        // TCP, UDP and echo over IPv4.
        let (_, mut bytes) = packets().swap_remove(random.below(9));
        let places = if bytes[23] == 6 { &tcp } else { &ip };
        for _ in 0..=random.below(4) {
            bytes[places[random.below(places.len())]] ^= 1 << random.below(8);
        }
        all.push((index * 1_000, bytes));
    }
    let mut total = tcpdump::Tally::default();
    total.compare("mutated", &pcap(Order::Little, true, &all));
    eprintln!("with changed bytes: {total}");
    assert!(
        total.differences.is_empty(),
        "{}",
        total.differences.join("\n")
    );
}

#[test]
fn the_frame_check_sequence_is_crc_32_and_notices_every_flipped_bit() {
    // The check value of CRC-32 (IEEE 802.3), and a frame of the book.
    assert_eq!(wire::fcs(b"123456789"), 0xcbf4_3926_u32.to_le_bytes());
    let mut frame = packets().swap_remove(1).1;
    let right = wire::fcs(&frame);
    for bit in 0..frame.len() * 8 {
        frame[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(wire::fcs(&frame), right, "bit {bit}");
        frame[bit / 8] ^= 1 << (bit % 8);
    }
    // A receiver computes over frame and FCS together: always the same value.
    assert_eq!(
        wire::fcs(&[&frame[..], &right].concat()),
        0x2144_df1c_u32.to_le_bytes()
    );
}

fn run(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(session::example("12_pcap_reader").unwrap());
    command
        .args(args)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may stop reading at a bad byte: then the rest is not wanted.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[test]
fn statuses_are_0_for_done_1_for_a_bad_file_and_2_for_bad_arguments() {
    let file = pcap(Order::Little, true, &packets());
    let status = |args: &[&str], input: &[u8]| run(args, input).status.code();
    assert_eq!(status(&["-"], &file), Some(0));
    assert_eq!(status(&["-", "-v", "2"], &file), Some(0));
    assert_eq!(status(&["--help"], b""), Some(0));
    assert_eq!(status(&["-"], &file[..100]), Some(1));
    assert_eq!(status(&["no/such/file"], b""), Some(1));
    assert_eq!(status(&[], b""), Some(2));
    assert_eq!(status(&["-", "x"], &file), Some(2));
    assert_eq!(status(&["-", "-x"], &file), Some(2));
}

#[test]
fn the_packets_before_a_cut_are_printed_before_the_error() {
    let file = pcap(Order::Little, true, &packets());
    let output = run(&["-"], &file[..150]);
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(out.lines().count(), 1, "{out}");
    assert_eq!(
        err,
        "错误 error: -: 偏移 offset 150 (0x96): 文件到这里就断了 the file is cut off here\n"
    );
}

/// As with `tcpdump -U -w - | 12_pcap_reader -`.
#[test]
fn a_packet_from_a_pipe_is_printed_before_the_next_one_comes() {
    let mut program = Program::start("12_pcap_reader", &["-"]);
    let mut pipe = program.keyboard();
    pipe.write_all(&pcapng(Order::Little, &[])).unwrap();
    for (count, (nanos, bytes)) in packets().iter().enumerate() {
        let packet = enhanced(Order::Little, 0, *nanos, bytes);
        pipe.write_all(&packet).unwrap();
        program.sees(&format!("{:>4} ", count + 1));
    }
    drop(pipe);
    assert_eq!(program.ends().0, Some(0));
}

#[test]
fn a_lying_length_costs_no_memory() {
    // With 64 MiB of address space: a program that believed 4 GiB, or even 256 MiB, would fail
    // with another message.
    let order = Order::Little;
    let lie = [order.four(0x0bad), order.four(0xf000_0000), vec![0; 100]].concat();
    let file = [section(order), lie].concat();
    let path = std::env::temp_dir().join(format!("pcap-reader-lie-{}", std::process::id()));
    fs::write(&path, file).unwrap();
    let program = session::example("12_pcap_reader").unwrap();
    let limited = Command::new("sh")
        .args(["-c", "ulimit -v 65536; exec \"$0\" \"$1\""])
        .args([&program, &path])
        .env("NO_COLOR", "1")
        .output();
    fs::remove_file(path).unwrap();
    let error = String::from_utf8(limited.unwrap().stderr).unwrap();
    assert!(
        error.ends_with("偏移 offset 136 (0x88): 文件到这里就断了 the file is cut off here\n"),
        "{error}"
    );
}
