//! `12_pcap_reader` reads what `tcpdump` reads, and nothing in a file can make it panic.
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
use std::process::{Command, Output};

use captures::{
    Order, Timed, block, enhanced, interface, interface_of, links, packets, pcap, pcap_of, pcapng,
    section,
};
use program::Program;
use reader::file::{Capture, Record};
use reader::{dissect, line, link, screen, wire};

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

/// `tcpdump -i any`, a tunnel, lo0 of macOS, a tagged port: link types that occur in practice.
#[test]
fn frames_of_other_links_read_as_tcpdump_reads_them() {
    let mut total = tcpdump::Tally::default();
    for (link, name, packets) in links() {
        assert!(packets.len() >= 2, "{name}");
        for order in [Order::Little, Order::Big] {
            let file = pcap_of(link, order, true, &packets);
            total.compare_lines(&format!("{name} {order:?}"), &file);
        }
    }
    eprintln!("other links: {total}");
    assert!(
        total.differences.is_empty(),
        "{}",
        total.differences.join("\n")
    );
}

/// The fields of the first header, as `-v` shows them.
#[track_caller]
fn shows(link: u32, frame: &[u8], expected: &[&str]) {
    let file = pcap_of(link, Order::Little, true, &[(0, frame.to_vec())]);
    let (records, error) = read(&file);
    assert_eq!(error, None);
    let packet = dissect(link.into(), &records[0]);
    let fields = packet
        .headers
        .iter()
        .take_while(|header| !format!("{:?}", header.kind).starts_with("Ip"))
        .flat_map(|header| screen::fields(&packet, *header));
    let fields: Vec<_> = fields
        .map(|field| format!("{} {} = {}", field.at, field.name, field.value))
        .collect();
    assert_eq!(fields, expected);
}

#[test]
fn the_header_of_each_link_is_shown_field_by_field() {
    let frame = |wanted: &str| {
        let (link, _, mut packets) = links()
            .into_iter()
            .find(|(_, name, _)| *name == wanted)
            .unwrap();
        (link, packets.swap_remove(4).1)
    };
    let (link, bytes) = frame("SLL");
    shows(
        link,
        &bytes,
        &[
            "0 方向 packet type = 4 我们发的 sent by us",
            "2 网卡种类 ARPHRD type = 0x0304 回环 loopback",
            "4 地址长度 address length = 6",
            "6 发送方 MAC sender MAC = 02:00:00:00:01:01",
            "12 未用 unused = 0x0000",
            "14 类型 EtherType = 0x0800 IPv4",
        ],
    );
    let (link, bytes) = frame("SLL2");
    shows(
        link,
        &bytes,
        &[
            "0 类型 EtherType = 0x0800 IPv4",
            "2 保留 reserved = 0x0000",
            "4 网卡编号 interface index = 1",
            "8 网卡种类 ARPHRD type = 0x0304 回环 loopback",
            "10 方向 packet type = 4 我们发的 sent by us",
            "11 地址长度 address length = 6",
            "12 发送方 MAC sender MAC = 02:00:00:00:01:01",
            "18 未用 unused = 0x0000",
        ],
    );
    for machine in [
        "NULL of a big-endian machine",
        "NULL of a little-endian machine",
    ] {
        let (link, bytes) = frame(machine);
        shows(link, &bytes, &["0 地址族 address family = 2 IPv4"]);
    }
    let (link, bytes) = frame("802.1Q");
    shows(
        link,
        &bytes,
        &[
            "0 目的 MAC destination MAC = 02:00:00:00:02:01",
            "6 源 MAC source MAC = 02:00:00:00:01:01",
            "12 类型 EtherType = 0x8100 VLAN",
            "14 优先级 priority (PCP) = 4",
            "14 可丢弃 drop eligible (DEI) = 0",
            "14 VLAN 编号 VLAN ID = 9",
            "16 类型 EtherType = 0x0800 IPv4",
        ],
    );
}

#[test]
fn a_packet_of_any_interface_says_whether_it_came_or_went() {
    let lines = |wanted: &str| {
        let (link, _, packets) = links()
            .into_iter()
            .find(|(_, name, _)| *name == wanted)
            .unwrap();
        let (records, _) = read(&pcap_of(link, Order::Little, true, &packets[..5]));
        let mut talks = line::Talks::default();
        let line = |record| line::line(&dissect(link.into(), record), &mut talks);
        let lines: Vec<_> = records.iter().map(line).collect();
        lines
            .iter()
            .map(|line| line.split(" IP").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    colored::control::set_override(false);
    assert_eq!(lines("SLL"), ["In", "B", "M", "P", "Out"]);
    assert_eq!(
        lines("SLL2"),
        ["if1 In", "if1 B", "if1 M", "if1 P", "if1 Out"]
    );
}

/// A network with a payload that is not known, and frames that are cut off.
#[test]
fn an_unknown_packet_on_a_link_is_still_a_line() {
    colored::control::set_override(false);
    let one = |link: u64, bytes: &[u8]| {
        let original = bytes.len();
        let bytes = bytes.to_vec();
        let record = Record {
            original,
            bytes,
            ..Record::default()
        };
        line::line(&dissect(link, &record), &mut line::Talks::default())
    };
    assert_eq!(one(0, &[7, 0, 0, 0, 9]), "family 7, length 5");
    assert_eq!(one(108, &[0, 0, 0, 255]), "family 255, length 4");
    assert_eq!(
        one(
            113,
            &[0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 1, 1, 0, 0, 0x88, 0xcc, 9]
        ),
        "Out 02:00:00:00:01:01: EtherType 0x88cc, length 17"
    );
    let tagged = [
        2, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 1, 0x81, 0, 0, 5, 0x88, 0xcc,
    ];
    assert_eq!(
        one(1, &tagged),
        "02:00:00:00:01:01 > 02:00:00:00:02:01: EtherType 0x88cc, length 18"
    );
    assert_eq!(
        one(1, &tagged[..15]),
        "02:00:00:00:01:01 > 02:00:00:00:02:01: EtherType 0x8100, length 15  \
         偏移 offset 15: 首部不完整 header cut off"
    );
    assert_eq!(
        one(276, &[8, 0, 0]),
        "length 3  偏移 offset 3: 首部不完整 header cut off"
    );
    assert_eq!(
        one(101, &[0x70]),
        "length 1  偏移 offset 1: 首部不完整 header cut off"
    );
    assert_eq!(
        one(101, &[0x70; 40]),
        "未知的链路 unknown link, length 40  偏移 offset 0: IP 版本不是 4 IP version is not 4"
    );
}

#[test]
fn a_link_that_is_not_known_is_named_by_number_with_advice_said_once() {
    let order = Order::Little;
    let packet = |wire| enhanced(order, wire, 0, &[0x80; 40]);
    let mut file = [section(order), interface_of(105, order, None)].concat();
    file.extend(interface_of(9999, order, None));
    file.extend([packet(0), packet(0), packet(1), packet(0)].concat());
    let output = run(&["-"], &file);
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        err,
        "链路类型 link type 105 802.11 这里不会拆 is not read here: \
         无线网卡在监听模式；关掉它再抓 the wireless card was in monitor mode: capture without it\n\
         链路类型 link type 9999 这里不会拆 is not read here: \
         用 Wireshark 打开 open it in Wireshark\n"
    );
    assert_eq!(output.status.code(), Some(0));
    for number in [9, 127, 147, 166, 189, 239, 258] {
        let advice = link::advice(number);
        assert!(advice.contains(&format!("link type {number}")), "{advice}");
    }
}

#[test]
fn a_frame_of_another_link_was_on_no_ethernet_wire() {
    for (link, name, packets) in links().into_iter().filter(|(link, ..)| *link != 1) {
        let (records, _) = read(&pcap_of(link, Order::Little, true, &packets));
        let said = wire::on_the_wire(&dissect(link.into(), &records[0]));
        assert_eq!(said, "     不是以太网帧 not an Ethernet frame\n", "{name}");
    }
}

#[test]
fn a_compressed_file_must_be_unpacked_and_a_file_of_another_format_converted() {
    let packed: [(&[u8], &str); 8] = [
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\xfd7zXZ\0", "xz"),
        (b"BZh91AY", "bzip2"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"PK\x03\x04", "zip"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\x1f\x9d\x90\0", "compress"),
    ];
    for (file, name) in packed {
        let (_, error) = read(file);
        let error = error.unwrap();
        let start = format!(
            "偏移 offset 0 (0x00): {name} 压缩的，先解压 compressed with {name}, unpack it first: "
        );
        assert!(error.starts_with(&start), "{error}");
    }
    fails(
        b"snoop\0\0\0\0\0\0\x02",
        "偏移 offset 0 (0x00): snoop 的格式，先转换 a file of snoop, convert it first: \
         editcap -F pcapng IN OUT",
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
    body.extend(
        [
            order.two(1),
            order.two(10),
            "a\x1b[2J\nb\u{202e}\0\0".as_bytes().to_vec(),
        ]
        .concat(),
    );
    let file = [
        section(order),
        interface(order, None),
        block(order, 6, &body),
    ]
    .concat();
    let (records, error) = read(&file);
    assert_eq!(
        (records[0].comment.as_str(), error),
        ("a\u{FFFD}[2J\nb\u{FFFD}", None)
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
fn a_file_that_is_not_a_capture_is_an_error() {
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
    let others = links().into_iter();
    files.extend(others.map(|(link, _, packets)| pcap_of(link, Order::Little, false, &packets)));
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

/// Any value in the fields that both programs show; a wrong length is an error for both.
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
    session::run::environment::of_a_session(&mut command);
    program::started::run(command.args(args), input)
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
