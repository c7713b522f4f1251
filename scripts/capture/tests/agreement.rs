//! The values of the fields are those that an independent decoder finds in the same bytes.

#[path = "support/captures.rs"]
mod captures;

use capture::{Layer, Packet};
use etherparse::{
    Icmpv4Slice, Icmpv6Slice, Ipv6HeaderSlice, NetSlice, SlicedPacket, TransportSlice,
};
use hickory_proto::op::Message;

fn layer<'a>(packet: &'a Packet, protocol: &str) -> &'a Layer {
    let mut layers = packet.layers.iter();
    let found = layers.find(|layer| layer.protocol == protocol);
    found.unwrap_or_else(|| panic!("no {protocol} in {}", packet.label))
}

/// The values of a layer in order of its fields, by the end of their ids.
#[track_caller]
fn check(layer: &Layer, expected: &[(&str, String)]) {
    for (id, value) in expected {
        let field = layer.fields.iter().find(|field| field.kind.id == *id);
        let field = field.unwrap_or_else(|| panic!("no field {id}"));
        assert_eq!(&field.value, value, "{id}");
        if id.ends_with(".checksum") {
            assert!(
                field.meaning.en.starts_with('✓') || field.meaning.en.starts_with("not all"),
                "{id}: {}",
                field.meaning.en
            );
        }
    }
}

fn bit(set: bool) -> String {
    u8::from(set).to_string()
}

#[test]
fn headers_agree_with_etherparse() {
    let mut compared = 0;
    for recording in captures::all() {
        for packet in &recording.capture.packets {
            let sliced = SlicedPacket::from_ethernet(&packet.bytes);
            let sliced = sliced.unwrap_or_else(|why| panic!("{}: {why}", recording.name));
            compared += 1;
            if let Some(NetSlice::Ipv6(ip)) = &sliced.net {
                ipv6(packet, &ip.header());
                if let Some(transport) = &sliced.transport {
                    transports(packet, transport);
                }
                continue;
            }
            let Some(NetSlice::Ipv4(ip)) = &sliced.net else {
                assert!(packet.layers[1].protocol == "ARP", "{}", packet.label);
                continue;
            };
            let ip = ip.header();
            check(
                layer(packet, "IPv4"),
                &[
                    ("ip.version", ip.version().to_string()),
                    ("ip.ihl", ip.ihl().to_string()),
                    ("ip.total", ip.total_len().to_string()),
                    ("ip.id", format!("0x{:04x}", ip.identification())),
                    ("ip.df", bit(ip.dont_fragment())),
                    ("ip.mf", bit(ip.more_fragments())),
                    ("ip.offset", ip.fragments_offset().to_string()),
                    ("ip.ttl", ip.ttl().to_string()),
                    ("ip.protocol", ip.protocol().0.to_string()),
                    ("ip.checksum", format!("0x{:04x}", ip.header_checksum())),
                    ("ip.src", ip.source_addr().to_string()),
                    ("ip.dst", ip.destination_addr().to_string()),
                ],
            );
            if let Some(transport) = &sliced.transport {
                transports(packet, transport);
            }
        }
    }
    assert!(compared > 200, "only {compared} packets");
}

fn ipv6(packet: &Packet, ip: &Ipv6HeaderSlice<'_>) {
    check(
        layer(packet, "IPv6"),
        &[
            ("ipv6.version", ip.version().to_string()),
            ("ipv6.dscp", (ip.traffic_class() >> 2).to_string()),
            ("ipv6.ecn", (ip.traffic_class() & 3).to_string()),
            ("ipv6.flow", format!("0x{:05x}", ip.flow_label().value())),
            ("ipv6.length", ip.payload_length().to_string()),
            ("ipv6.next", ip.next_header().0.to_string()),
            ("ipv6.hops", ip.hop_limit().to_string()),
            ("ipv6.src", ip.source_addr().to_string()),
            ("ipv6.dst", ip.destination_addr().to_string()),
        ],
    );
}

fn transports(packet: &Packet, transport: &TransportSlice) {
    match transport {
        TransportSlice::Tcp(tcp) => check(
            layer(packet, "TCP"),
            &[
                ("tcp.src", tcp.source_port().to_string()),
                ("tcp.dst", tcp.destination_port().to_string()),
                ("tcp.seq", tcp.sequence_number().to_string()),
                ("tcp.ack", tcp.acknowledgment_number().to_string()),
                ("tcp.offset", tcp.data_offset().to_string()),
                ("tcp.cwr", bit(tcp.cwr())),
                ("tcp.ece", bit(tcp.ece())),
                ("tcp.urg", bit(tcp.urg())),
                ("tcp.flag.ack", bit(tcp.ack())),
                ("tcp.psh", bit(tcp.psh())),
                ("tcp.rst", bit(tcp.rst())),
                ("tcp.syn", bit(tcp.syn())),
                ("tcp.fin", bit(tcp.fin())),
                ("tcp.window", tcp.window_size().to_string()),
                ("tcp.checksum", format!("0x{:04x}", tcp.checksum())),
                ("tcp.urgent", tcp.urgent_pointer().to_string()),
            ],
        ),
        TransportSlice::Udp(udp) => check(
            layer(packet, "UDP"),
            &[
                ("udp.src", udp.source_port().to_string()),
                ("udp.dst", udp.destination_port().to_string()),
                ("udp.length", udp.length().to_string()),
                ("udp.checksum", format!("0x{:04x}", udp.checksum())),
            ],
        ),
        TransportSlice::Icmpv4(icmp) => icmps(packet, icmp),
        TransportSlice::Icmpv6(icmp) => icmps_6(packet, icmp),
        TransportSlice::Igmp(_) => panic!("{}: a different transport", packet.label),
    }
}

fn icmps(packet: &Packet, icmp: &Icmpv4Slice) {
    check(
        layer(packet, "ICMP"),
        &[
            ("icmp.type", icmp.type_u8().to_string()),
            ("icmp.code", icmp.code_u8().to_string()),
            ("icmp.checksum", format!("0x{:04x}", icmp.checksum())),
        ],
    );
}

fn icmps_6(packet: &Packet, icmp: &Icmpv6Slice) {
    check(
        layer(packet, "ICMPv6"),
        &[
            ("icmpv6.type", icmp.type_u8().to_string()),
            ("icmpv6.code", icmp.code_u8().to_string()),
            ("icmpv6.checksum", format!("0x{:04x}", icmp.checksum())),
        ],
    );
}

#[test]
fn tcp_options_agree_with_etherparse() {
    use etherparse::TcpOptionElement::{MaximumSegmentSize, Timestamp, WindowScale};
    let mut compared = 0;
    for recording in captures::all() {
        for packet in &recording.capture.packets {
            let sliced = SlicedPacket::from_ethernet(&packet.bytes).unwrap();
            let Some(TransportSlice::Tcp(tcp)) = sliced.transport else {
                continue;
            };
            for option in tcp.options_iterator() {
                let expected = match option.unwrap() {
                    MaximumSegmentSize(mss) => vec![("tcp.option.mss", mss.to_string())],
                    WindowScale(shift) => vec![("tcp.option.scale", shift.to_string())],
                    Timestamp(value, echo) => vec![
                        ("tcp.option.tsval", value.to_string()),
                        ("tcp.option.tsecr", echo.to_string()),
                    ],
                    _ => continue,
                };
                compared += 1;
                check(layer(packet, "TCP"), &expected);
            }
        }
    }
    assert!(compared > 100, "only {compared} options");
}

#[test]
fn dns_agrees_with_hickory() {
    let mut compared = 0;
    for recording in captures::all() {
        for packet in &recording.capture.packets {
            let dns = packet.layers.iter().find(|layer| layer.protocol == "DNS");
            let Some(dns) = dns else { continue };
            let message = Message::from_vec(&packet.bytes[dns.bytes.clone()]).unwrap();
            compared += 1;
            check(
                dns,
                &[
                    ("dns.id", format!("0x{:04x}", message.metadata.id)),
                    ("dns.aa", bit(message.metadata.authoritative)),
                    ("dns.tc", bit(message.metadata.truncation)),
                    ("dns.rd", bit(message.metadata.recursion_desired)),
                    ("dns.ra", bit(message.metadata.recursion_available)),
                    ("dns.ancount", message.answers.len().to_string()),
                ],
            );
            let name = message.queries[0].name().to_string();
            let fields = dns.fields.iter();
            let whole = fields.clone().find(|field| field.kind.id == "dns.root");
            assert_eq!(whole.unwrap().meaning.en, name.trim_end_matches('.'));
            let types = fields.clone().filter(|field| field.kind.id == "dns.type");
            let types: Vec<String> = types.map(|field| field.value.clone()).collect();
            let records = message
                .answers
                .iter()
                .chain(&message.authorities)
                .chain(&message.additionals);
            let expected: Vec<String> = records
                .map(|record| u16::from(record.record_type()).to_string())
                .collect();
            assert_eq!(types, expected);
            for record in &message.answers {
                let value = record.data.to_string();
                let value = value.trim_end_matches('.');
                let found = fields
                    .clone()
                    .any(|field| field.value == value || field.meaning.en.ends_with(value));
                assert!(found, "no field says {value}");
            }
        }
    }
    assert!(compared > 0);
}
