//! What `11_encapsulation` prints, against `etherparse`, an independent decoder.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

#[path = "../../session/tests/support/started.rs"]
mod started;

use std::collections::BTreeMap;
use std::process::{Command, Output};

use etherparse::{NetSlice, SlicedPacket, TransportSlice, ip_number};
use proptest::prelude::*;

#[test]
fn an_independent_decoder_finds_the_sentence_and_every_field() {
    for sentence in [
        "你好",
        "x",
        "odd",
        "even",
        "Hello, Server",
        &"字".repeat(486),
        &"y".repeat(1460),
    ] {
        let printed = run(&[sentence]);
        let frame = frame(&printed);
        let packet = SlicedPacket::from_ethernet(&frame).unwrap();
        let Some(NetSlice::Ipv4(ip)) = &packet.net else {
            panic!("no IPv4 in {sentence}")
        };
        let Some(TransportSlice::Tcp(tcp)) = &packet.transport else {
            panic!("no TCP in {sentence}")
        };
        let link = etherparse::Ethernet2Header::from_slice(&frame).unwrap().0;
        let header = ip.header();

        assert_eq!(tcp.payload(), sentence.as_bytes());
        assert_eq!(
            header.header_checksum(),
            header.to_header().calc_header_checksum()
        );
        let sum = tcp
            .to_header()
            .calc_checksum_ipv4(&header.to_header(), tcp.payload())
            .unwrap();
        assert_eq!(tcp.checksum(), sum);
        assert_eq!(header.protocol(), ip_number::TCP);
        assert_eq!(frame.len(), (54 + sentence.len()).max(60));
        assert!(
            frame[54 + sentence.len()..].iter().all(|byte| *byte == 0),
            "padding is zero"
        );

        let fields = fields(&printed);
        let check =
            |place: &str, value: String| assert_eq!(fields[place], value, "{place} of {sentence}");
        check("0 destination MAC", mac(link.destination));
        check("6 source MAC", mac(link.source));
        check("12 EtherType", format!("{:#06x}", link.ether_type.0));
        check("14 version", header.version().to_string());
        check("14 IHL", header.ihl().to_string());
        check("16 total length", header.total_len().to_string());
        check("18 identification", header.identification().to_string());
        assert!(header.dont_fragment() && !header.more_fragments());
        check("20 flags", "DF".to_owned());
        check(
            "20 fragment offset",
            header.fragments_offset().value().to_string(),
        );
        check("22 TTL", header.ttl().to_string());
        check(
            "24 header checksum",
            format!("{:#06x}", header.header_checksum()),
        );
        check("26 source address", header.source_addr().to_string());
        check(
            "30 destination address",
            header.destination_addr().to_string(),
        );
        check("34 source port", tcp.source_port().to_string());
        check("36 destination port", tcp.destination_port().to_string());
        check("38 sequence number", tcp.sequence_number().to_string());
        check(
            "42 acknowledgment number",
            tcp.acknowledgment_number().to_string(),
        );
        check("46 data offset", tcp.data_offset().to_string());
        assert!(tcp.psh() && tcp.ack() && !tcp.syn() && !tcp.fin() && !tcp.rst() && !tcp.urg());
        check("47 flags", "PSH ACK".to_owned());
        check("48 window", tcp.window_size().to_string());
        check("50 checksum", format!("{:#06x}", tcp.checksum()));
        check("52 urgent pointer", tcp.urgent_pointer().to_string());
        check("54 data", sentence.to_owned());
    }
}

#[test]
fn a_sentence_must_fit_one_segment() {
    for (sentence, size) in [
        ("", 0),
        (&*"y".repeat(1461), 1461),
        (&*"字".repeat(487), 1461),
    ] {
        let output = example(&[sentence], "");
        assert_eq!(output.status.code(), Some(1));
        let words = String::from_utf8(output.stderr).unwrap();
        assert!(
            words.contains("1460") && words.contains(&format!(" {size}")),
            "{words}"
        );
    }
}

#[test]
fn a_frame_made_by_another_is_explained_with_its_options() {
    let mut frame = Vec::new();
    etherparse::PacketBuilder::ethernet2([2, 0, 0, 0, 0, 9], [2, 0, 0, 0, 0, 8])
        .ipv4([198, 51, 100, 7], [203, 0, 113, 9], 17)
        .tcp(1025, 80, 4_000_000_000, 65535)
        .syn()
        .options(&[etherparse::TcpOptionElement::MaximumSegmentSize(1460)])
        .unwrap()
        .write(&mut frame, b"")
        .unwrap();
    let fields = fields(&run(&["--hex", &hex(&frame)]));
    assert_eq!(fields["26 source address"], "198.51.100.7");
    assert_eq!(fields["38 sequence number"], "4000000000");
    assert_eq!(fields["47 flags"], "SYN");
    assert_eq!(fields["54 options"], "02 04 05 b4");
    assert!(!fields.contains_key("58 data"));
}

#[test]
fn a_flipped_bit_is_found_at_the_first_byte_that_is_not_valid() {
    let good = frame(&run(&["你好"]));
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let found = offset(&bad);
            let expected = match at {
                // No checksum that is in the frame covers the addresses of layer 2.
                0..12 => None,
                12 | 13 => Some(12),
                // IHL 7 and 13 could be true: then the checksum is wrong, or the frame too short.
                14 if bad[14] == 0x47 => Some(24),
                14 if bad[14] == 0x4d => Some(60),
                14 => Some(14),
                16 | 17 if u16::from_be_bytes([bad[16], bad[17]]) < 20 => Some(16),
                16 | 17 if u16::from_be_bytes([bad[16], bad[17]]) > 46 => Some(16),
                20 | 21 if !(at == 20 && bit == 6) => Some(20),
                23 => Some(23),
                15..34 => Some(24),
                46 if bad[46] >> 4 < 5 || bad[46] >> 4 > 6 => Some(46),
                _ => Some(50),
            };
            assert_eq!(found, expected, "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_frame_cut_short_is_found_where_it_ends_or_where_it_promises_more() {
    let good = frame(&run(&["你好"]));
    for end in 0..good.len() {
        let expected = if end < 34 { end } else { 16 };
        assert_eq!(offset(&good[..end]), Some(expected), "cut at {end}");
    }
}

#[test]
fn a_frame_is_read_from_stdin_with_line_ends_and_colons() {
    let good = frame(&run(&["你好"]));
    let text = hex(&good).replace(' ', ":");
    let (first, second) = text.split_at(60);
    let output = example(&["--hex", "-"], &format!("{first}\r\n  {second}\n"));
    assert!(output.status.success());
    assert_eq!(frame(&String::from_utf8(output.stdout).unwrap()), good);
}

#[test]
fn control_characters_in_a_frame_do_not_reach_the_terminal() {
    let good = frame(&run(&["\x1b[2Jred\u{9b}1A\n"]));
    let printed = run(&["--hex", &hex(&good)]);
    assert!(
        !printed.chars().any(|c| c.is_control() && c != '\n'),
        "{printed:?}"
    );
    assert_eq!(fields(&printed)["54 data"], r"\u{1b}[2Jred\u{9b}1A\n");
    let turned = run(&["1\u{202e}2\u{200b}3\u{2066}4\u{feff}5"]);
    assert_eq!(
        fields(&turned)["54 data"],
        r"1\u{202e}2\u{200b}3\u{2066}4\u{feff}5"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn no_input_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), head in 0_usize..60, text: String) {
        // Random bytes behind a good beginning reach the deeper checks.
        let mut frame = GOOD[..head].to_vec();
        frame.extend(bytes);
        for input in [hex(&frame), text] {
            let output = example(&["--hex", "-"], &input);
            prop_assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
            prop_assert!(output.status.success() != output.stderr.starts_with("错误 error: ".as_bytes()));
        }
    }
}

/// The frame of 你好, for a beginning.
const GOOD: [u8; 60] = [
    2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 0x2e, 0, 1, 0x40, 0, 0x40, 6, 0xb6, 0xc5,
    0xc0, 0, 2, 1, 0xc0, 0, 2, 2, 0xd4, 0x31, 0x27, 0x0f, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0xfa,
    0xf0, 0x0a, 0x2e, 0, 0, 0xe4, 0xbd, 0xa0, 0xe5, 0xa5, 0xbd,
];

fn example(args: &[&str], input: &str) -> Output {
    let mut command = Command::new(session::example("11_encapsulation").unwrap());
    session::run::environment::of_a_session(&mut command);
    started::run(command.args(args), input.as_bytes())
}

#[track_caller]
fn run(args: &[&str]) -> String {
    let output = example(args, "");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The offset that an error names; `None` if the frame is valid.
#[track_caller]
fn offset(frame: &[u8]) -> Option<usize> {
    let output = example(&["--hex", &hex(frame)], "");
    let words = String::from_utf8(output.stderr).unwrap();
    let rest = words.split_once("offset ")?.1;
    assert_eq!(output.status.code(), Some(1), "{words}");
    Some(rest.split_once(' ').unwrap().0.parse().unwrap())
}

/// The bytes of layer 2, as printed.
fn frame(printed: &str) -> Vec<u8> {
    let layer = printed
        .lines()
        .skip_while(|line| !line.starts_with("2 "))
        .skip(1);
    layer
        .take_while(|line| line.starts_with(' '))
        .filter_map(|line| line.split_once("| "))
        .flat_map(|(_, bytes)| bytes.split(' '))
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

/// Place and English name of each field, with its value.
fn fields(printed: &str) -> BTreeMap<String, String> {
    let line = |line: &str| {
        let (name, value) = line.strip_suffix(']')?.split_once(" = ")?;
        let (place, names) = name.trim_start().split_once("  ")?;
        let english = names
            .char_indices()
            .rfind(|(_, c)| !c.is_ascii())
            .map_or(0, |(at, c)| at + c.len_utf8());
        let english = names[english..].trim_start().trim_start_matches("MAC ");
        let value = value.rsplit_once("  [")?.0;
        Some((format!("{place} {english}"), value.to_owned()))
    };
    printed.lines().filter_map(line).collect()
}

fn hex(bytes: &[u8]) -> String {
    Vec::from_iter(bytes.iter().map(|byte| format!("{byte:02x}"))).join(" ")
}

fn mac(bytes: [u8; 6]) -> String {
    hex(&bytes).replace(' ', ":")
}
