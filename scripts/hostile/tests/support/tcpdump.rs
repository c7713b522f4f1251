//! Compares what `12_pcap_reader` finds in a file with what `tcpdump` finds, field by field.

use std::collections::BTreeMap;
use std::fmt;

use crate::captures::tcpdump;
use crate::reader::file::{Capture, Record};
use crate::reader::headers::{Kind, Packet};
use crate::reader::{dissect, line, screen};

/// How tcpdump reports an invalid header.
const OBJECTIONS: [&str; 8] = [
    "bad",
    "truncated",
    "invalid",
    "missing",
    "too short",
    "too long",
    "Unknown",
    "[|",
];

/// How much was compared, and what differed.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) packets: usize,
    pub(crate) fields: usize,
    pub(crate) differences: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            packets,
            fields,
            differences,
        } = self;
        let differences = differences.len();
        write!(
            f,
            "{packets} packets and {fields} fields compared with tcpdump, {differences} differences"
        )
    }
}

impl Tally {
    /// Reads `file` with both, and compares the lines and the fields of every packet.
    pub(crate) fn compare(&mut self, name: &str, file: &[u8]) {
        colored::control::set_override(false);
        let (short, long) = (tcpdump(file, &[]), tcpdump(file, &["-v", "-e", "-S"]));
        let mut capture = Capture::open(file).unwrap();
        let (mut talks, mut count) = (line::Talks::default(), 0);
        while let Some(record) = capture.next() {
            let record = record.unwrap();
            let packet = dissect(capture.wires[record.wire].link, &record);
            let ours = line::line(&packet, &mut talks);
            let (Some(short), Some(long)) = (short.get(count), long.get(count)) else {
                break;
            };
            count += 1;
            let place = format!("{name} {count}");
            if packet.trouble.is_some() {
                // Each reports an invalid packet in its own words; both must report it.
                let theirs = OBJECTIONS.iter().any(|words| long.contains(words));
                self.same(&place, &format!("{ours} {theirs}"), &format!("{ours} true"));
                continue;
            }
            self.line(&place, &record, &ours, short);
            self.fields(&place, &packet, long);
        }
        if (count, count) != (short.len(), long.len()) || capture.next().is_some() {
            let theirs = short.len();
            self.differences
                .push(format!("{name}: {count} packets here, {theirs} in tcpdump"));
        }
        self.packets += count;
    }

    /// The same for a file whose frames have no plain Ethernet header: the lines are compared.
    pub(crate) fn compare_lines(&mut self, name: &str, file: &[u8]) {
        colored::control::set_override(false);
        let theirs = tcpdump(file, &[]);
        let mut capture = Capture::open(file).unwrap();
        let mut talks = line::Talks::default();
        let mut count = 0;
        while let Some(record) = capture.next() {
            let record = record.unwrap();
            let packet = dissect(capture.wires[record.wire].link, &record);
            let ours = line::line(&packet, &mut talks);
            let place = format!("{name} {count}");
            assert!(packet.trouble.is_none(), "{place}: {ours}");
            let theirs = theirs.get(count).map_or("0 ", |line| line.as_str());
            let (time, line) = theirs.split_once(' ').unwrap();
            let theirs = format!("{time} {}", without_direction(line));
            self.line(&place, &record, without_direction(&ours), &theirs);
            count += 1;
        }
        self.same(name, &count.to_string(), &theirs.len().to_string());
        self.packets += count;
    }

    fn same(&mut self, place: &str, ours: &str, theirs: &str) {
        self.fields += 1;
        if ours != theirs {
            self.differences
                .push(format!("{place}:\n  ours    {ours}\n  tcpdump {theirs}"));
        }
    }

    fn line(&mut self, place: &str, record: &Record, ours: &str, theirs: &str) {
        let (time, theirs) = theirs.split_once(' ').unwrap();
        let nanos = record.nanos.unwrap();
        let (seconds, part) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        self.same(place, &format!("{seconds}.{part:09}"), time);
        // The text of the data stands after two spaces, and tcpdump has its own words for it.
        let ours = ours.split("  ").next().unwrap();
        self.same(place, &plain(ours), &plain(theirs));
    }

    fn fields(&mut self, place: &str, packet: &Packet<'_>, theirs: &str) {
        let theirs = verbose(theirs);
        let ours = details(packet);
        for (name, value) in &theirs {
            // What we do not know, such as the cost of a fragment, is not compared.
            if let Some(ours) = ours.get(name) {
                self.same(&format!("{place}, {name}"), ours, value);
            } else {
                self.same(place, "", name);
            }
        }
    }
}

/// Without the interface and the direction. tcpdump names the interface as this machine would,
/// and says neither for SLL; for a tag in a cooked frame it says the type of what follows.
fn without_direction(line: &str) -> &str {
    let line = line.trim_start_matches("ethertype IPv4, ");
    let line = line.trim_start_matches("ethertype IPv6, ");
    let line = line.trim_start_matches("ethertype ARP, ");
    ["IP ", "IP6 ", "ARP"]
        .iter()
        .filter_map(|start| line.find(start))
        .min()
        .map_or(line, |at| &line[at..])
}

/// The part of a line that both print.
fn plain(line: &str) -> String {
    let mut line = line.to_owned();
    if let (Some(from), Some(to)) = (line.find(", options ["), line.find("], length ")) {
        line.replace_range(from..=to, "");
    }
    // A later fragment has no header of its own: tcpdump names the protocol, we its place.
    if let Some(at) = line
        .find(": ip-proto-")
        .or_else(|| line.find(": fragment "))
        .or_else(|| line.find(": udp"))
    {
        line.truncate(at);
    }
    // Its words for DHCP stand before the length.
    if let Some((ends, words)) = line.split_once("BOOTP/DHCP, ")
        && let Some((_, length)) = words.split_once(", length ")
    {
        line = format!("{ends}UDP, length {length}");
    }
    // An application's words follow the length; those of DNS stand in its place.
    if let Some(at) = line.find("length ").filter(|_| line.starts_with("IP")) {
        let digits = line[at + 7..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        line.truncate(at + 7 + digits);
    } else if line.starts_with("IP") && line.ends_with(')') {
        let (size, ports) = (line.rfind('(').unwrap(), line.find(": ").unwrap());
        line = format!(
            "{}: UDP, length {}",
            &line[..ports],
            &line[size + 1..line.len() - 1]
        );
    }
    line
}

/// What `tcpdump -v -e -S` says of the headers, by name.
fn verbose(text: &str) -> BTreeMap<&'static str, String> {
    // What ICMP cites begins in a line with a tab.
    let text = text.split("\n\t").next().unwrap();
    let between = |start: &str, end: &str| {
        let at = text.find(start)? + start.len();
        Some(text[at..at + text[at..].find(end)?].to_owned())
    };
    let mut all = BTreeMap::new();
    let macs = text.split(' ').skip(1).collect::<Vec<_>>();
    all.insert("source MAC", macs[0].to_owned());
    all.insert("destination MAC", macs[2].trim_end_matches(',').to_owned());
    let mut add = |name, start, end| {
        if let Some(value) = between(start, end) {
            all.insert(name, value);
        }
    };
    add("EtherType", "(0x", ")");
    add("frame", ", length ", ":");
    add("TOS", "(tos 0x", ",");
    add("TTL", ", ttl ", ",");
    add("identification", ", id ", ", offset");
    add("fragment offset", ", offset ", ",");
    if let Some(flags) = between(", flags [", "], proto") {
        // Such as `TCP (6), length 52)`.
        let rest = between(", proto ", "\n").unwrap();
        let (protocol, length) = rest.split_once("), length ").unwrap();
        let length = length.bytes().take_while(u8::is_ascii_digit).count();
        all.insert("protocol", protocol.split_once('(').unwrap().1.to_owned());
        all.insert(
            "total length",
            rest.split_once("), length ").unwrap().1[..length].to_owned(),
        );
        all.insert("fragment flags", flags);
        let bad = text.contains("bad cksum");
        all.insert("IP checksum", if bad { "bad" } else { "good" }.to_owned());
    }
    // Neighbor advertisements and DHCP have flags too.
    let others = text.contains("ICMP6") || text.contains("BOOTP/DHCP");
    if let Some(flags) = between("Flags [", "]").filter(|_| !others) {
        all.insert("TCP flags", flags);
        all.insert(
            "TCP checksum",
            between(", cksum ", "),").unwrap_or_default(),
        );
        all.insert(
            "sequence number",
            between(", seq ", ",")
                .map(|seq| seq.split(':').next().unwrap().to_owned())
                .unwrap_or_default(),
        );
        all.insert(
            "acknowledgment number",
            between(", ack ", ",").unwrap_or_default(),
        );
        all.insert("window", between(", win ", ",").unwrap_or_default());
        all.insert(
            "options",
            between(", options [", "], length").unwrap_or_default(),
        );
    }
    all
}

/// The same from our headers, in tcpdump's words.
fn details(packet: &Packet<'_>) -> BTreeMap<&'static str, String> {
    let mut all = BTreeMap::new();
    all.insert("frame", packet.original.to_string());
    for header in packet.headers.iter().filter(|header| !header.quoted) {
        let fields = screen::fields(packet, *header);
        let get = |name: &str| {
            let field = fields.iter().find(|field| field.name.ends_with(name));
            field.map(|field| field.value.clone()).unwrap_or_default()
        };
        let first = |name: &str| get(name).split(' ').next().unwrap().to_owned();
        match header.kind {
            Kind::Ethernet => {
                for name in ["source MAC", "destination MAC"] {
                    all.insert(name, get(name));
                }
                all.insert(
                    "EtherType",
                    first("EtherType").trim_start_matches("0x").to_owned(),
                );
            }
            Kind::Ipv4 => {
                let [dscp, ecn, offset]: [usize; 3] =
                    ["DSCP", "ECN", "fragment offset"].map(|name| get(name).parse().unwrap());
                let tos = dscp << 2 | ecn;
                all.insert("TOS", format!("{tos:x}"));
                all.insert("fragment offset", (offset * 8).to_string());
                let flags = match &*get("flags") {
                    "MF" => "+",
                    "DF" => "DF",
                    "MF DF" => "+, DF",
                    _ => "none",
                };
                all.insert("fragment flags", flags.to_owned());
                let good = get("header checksum").ends_with("correct");
                all.insert("IP checksum", if good { "good" } else { "bad" }.to_owned());
                for name in ["TTL", "identification", "protocol", "total length"] {
                    all.insert(name, first(name));
                }
            }
            Kind::Tcp => all.extend(tcp(packet, &fields)),
            _ => {}
        }
    }
    all
}

fn tcp(packet: &Packet<'_>, fields: &[screen::Field]) -> BTreeMap<&'static str, String> {
    let get = |name: &str| {
        fields
            .iter()
            .find(|field| field.name.ends_with(name))
            .unwrap()
            .value
            .clone()
    };
    let mut all = BTreeMap::new();
    let flags = get("flags");
    let names = [
        ("FIN", 'F'),
        ("SYN", 'S'),
        ("RST", 'R'),
        ("PSH", 'P'),
        ("ACK", '.'),
        ("URG", 'U'),
        ("ECE", 'E'),
        ("CWR", 'W'),
    ];
    let letters = names
        .iter()
        .filter(|(name, _)| flags.split(' ').any(|flag| flag == *name));
    let letters: String = letters.map(|(_, letter)| letter).collect();
    all.insert(
        "TCP flags",
        if letters.is_empty() {
            "none".to_owned()
        } else {
            letters
        },
    );
    let checksum = get("checksum");
    let (value, verdict) = checksum.split_once(' ').unwrap();
    let verdict = match verdict.rsplit(' ').next().unwrap() {
        "correct" => "(correct".to_owned(),
        right => format!("(incorrect -> {right}"),
    };
    all.insert("TCP checksum", format!("{value} {verdict}"));
    // tcpdump leaves the number out where a segment takes none.
    let shown = !screen::data(packet).is_empty()
        || ["SYN", "FIN", "RST"]
            .iter()
            .any(|flag| flags.contains(flag));
    all.insert(
        "sequence number",
        if shown {
            get("sequence number")
        } else {
            String::new()
        },
    );
    let ack = flags.contains("ACK");
    all.insert(
        "acknowledgment number",
        if ack {
            get("acknowledgment number")
        } else {
            String::new()
        },
    );
    all.insert("window", get("window"));
    let options = fields
        .iter()
        .filter_map(|field| Some((field.name.strip_prefix("选项 option ")?, &field.value)));
    let options = options.map(|(name, value)| match name.split(' ').next().unwrap() {
        "0" => "eol".to_owned(),
        "1" => "nop".to_owned(),
        "2" => format!("mss {value}"),
        "3" => format!("wscale {value}"),
        "4" => "sackOK".to_owned(),
        "5" => format!("sack {} {{{value}}}", value.split(' ').count())
            .replace(' ', "}{")
            .replacen("}{", " ", 2),
        "8" => format!("TS val {}", value.replace(' ', " ecr ")),
        _ => format!("{name} {value}"),
    });
    all.insert("options", options.collect::<Vec<_>>().join(","));
    all
}
