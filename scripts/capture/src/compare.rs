//! What two recordings of one session must have in common.

use session::Session;

use crate::pairs::Pairs;
use crate::{Capture, Field, Packet};

/// Number of differences that are shown: the first ones say what happened.
const DIFFERENCES_SHOWN_MAX: usize = 20;

/// The differences between two recordings of `session` in what must be the same.
///
/// Packets are compared in order within each step and conversation; two conversations in the same
/// step may be interleaved differently. Absolute sequence numbers, times, identifiers, windows
/// (open or closed is compared), and ports that the system chose may differ.
#[must_use]
pub fn differences(committed: &Capture, recorded: &Capture, session: &Session) -> Vec<String> {
    let mut found = Vec::new();
    if committed.hosts != recorded.hosts {
        found.push("the hosts of the session differ".to_owned());
        return found;
    }
    let (before, after) = (committed.packets.len(), recorded.packets.len());
    if before != after {
        found.push(format!(
            "there were {before} packets, now there are {after}"
        ));
    }
    let old = conversations(committed, session);
    let new = conversations(recorded, session);
    let added = new.keys().filter(|&key| old.get(key).is_none());
    for key in old.keys().chain(added) {
        let empty = Vec::new();
        let (old, new) = (
            old.get(key).unwrap_or(&empty),
            new.get(key).unwrap_or(&empty),
        );
        if let Some(difference) = first_difference(old, new, committed, session) {
            found.push(difference);
        }
    }
    if found.len() > DIFFERENCES_SHOWN_MAX {
        let more = found.len() - DIFFERENCES_SHOWN_MAX;
        found.truncate(DIFFERENCES_SHOWN_MAX);
        found.push(format!("and {more} more differences"));
    }
    found
}

/// A packet, and the facts of it that must stay the same.
struct Sight<'a> {
    packet: &'a Packet,
    facts: Vec<(&'static str, String)>,
}

/// The packets of every step and conversation, in order.
type PacketsByConversation<'a> = Pairs<(Option<usize>, String), Vec<Sight<'a>>>;

fn conversations<'a>(capture: &'a Capture, session: &Session) -> PacketsByConversation<'a> {
    let mut ports = Ports::default();
    let mut all = PacketsByConversation::default();
    for packet in &capture.packets {
        let mut ends = Ends([host(capture, Some(packet.from)), host(capture, packet.to)]);
        let facts = facts(packet, session.varies_payload, &mut ports, &mut ends);
        let sight = Sight { packet, facts };
        all.entry((packet.step, ends.key()), Vec::new).push(sight);
    }
    all
}

/// The two ends of a packet: host, then port.
struct Ends([String; 2]);

impl Ends {
    /// A key that is the same for both directions.
    fn key(&self) -> String {
        let [a, b] = &self.0;
        if a > b {
            format!("{b}, {a}")
        } else {
            format!("{a}, {b}")
        }
    }
}

fn host(capture: &Capture, host: Option<usize>) -> String {
    let host = host.and_then(|host| capture.hosts.get(host));
    host.map_or_else(|| "everyone".to_owned(), |host| host.name.clone())
}

fn facts(
    packet: &Packet,
    varies_payload: bool,
    ports: &mut Ports,
    ends: &mut Ends,
) -> Vec<(&'static str, String)> {
    let protocols: Vec<_> = packet.layers.iter().map(|layer| layer.protocol).collect();
    let mut facts = vec![
        ("sender", ends.0[0].clone()),
        ("receiver", ends.0[1].clone()),
        ("lost", if packet.lost { "yes" } else { "no" }.to_owned()),
        ("protocols", protocols.join(", ")),
        ("size", format!("{} bytes", packet.bytes.len())),
    ];
    let mut addresses = ["", ""];
    for layer in &packet.layers {
        if varies_payload && layer.number > 4 {
            facts.push((
                "size of the payload",
                format!("{} bytes", layer.bytes.len()),
            ));
            continue;
        }
        for field in &layer.fields {
            let value = match field.kind.id {
                "ip.src" | "ip.dst" | "ipv6.src" | "ipv6.dst" => {
                    addresses[usize::from(field.kind.id.ends_with(".dst"))] = &field.value;
                    Some(field.value.clone())
                }
                "tcp.src" | "udp.src" | "tcp.dst" | "udp.dst" => {
                    let end = usize::from(field.kind.id.ends_with("dst"));
                    let port = ports.name(addresses[end], &field.value);
                    ends.0[end] = format!("{} {port}", ends.0[end]);
                    Some(port)
                }
                _ => stable(field, &packet.bytes),
            };
            facts.extend(value.map(|value| (field.kind.name.1, value)));
        }
    }
    facts
}

/// What a field says that must be the same every time.
fn stable(field: &Field, frame: &[u8]) -> Option<String> {
    match field.kind.id {
        // Chosen anew by the system, or a clock.
        "ip.id" | "icmp.id" | "dns.id" | "tcp.option.tsval" | "tcp.option.tsecr" | "ipv6.flow"
        | "ipv6.fragment.id" | "icmpv6.id" | "dhcp.xid" | "dhcp.secs" => None,
        // The name and the version of the program.
        "dhcp.option.class" => None,
        id if id.ends_with(".checksum") || id.ends_with(".random") => {
            // The number varies; whether it is right does not. 0 means that there is none.
            Some(field.meaning.en.clone())
        }
        "tcp.seq" | "tcp.ack" | "tcp.option.sack.left" | "tcp.option.sack.right" => {
            Some(field.meaning.en.clone())
        }
        "tcp.window" => Some(if field.value == "0" { "0" } else { "open" }.to_owned()),
        _ if field.value.starts_with("Date:") => None,
        // The value shows only some of these bytes, or not which they are.
        _ if field.value.ends_with('…') || field.value.contains('\u{fffd}') => {
            let bytes = frame.get(field.bits.start / 8..field.bits.end.div_ceil(8));
            let bytes = bytes.unwrap_or_default().iter();
            Some(bytes.map(|byte| format!("{byte:02x}")).collect())
        }
        _ => Some(field.value.clone()),
    }
}

/// Ports that the system chose, by the order in which they appear.
#[derive(Default)]
struct Ports(Pairs<(String, String), usize>);

impl Ports {
    fn name(&mut self, address: &str, port: &str) -> String {
        /// First of the client ports of a capture.
        const CLIENT_PORT_FIRST: u16 = 50_000;
        if port
            .parse::<u16>()
            .is_ok_and(|port| port < CLIENT_PORT_FIRST)
        {
            return port.to_owned();
        }
        let next = self.0.keys().filter(|(host, _)| host == address).count() + 1;
        let key = (address.to_owned(), port.to_owned());
        let number = *self.0.entry(key, || next);
        format!("client port {number} of {address}")
    }
}

fn first_difference(
    old: &[Sight],
    new: &[Sight],
    capture: &Capture,
    session: &Session,
) -> Option<String> {
    for (before, after) in old.iter().zip(new) {
        let place = place(before.packet, capture, session);
        let changed = differing(&before.facts, &after.facts);
        if let Some((name, was, is)) = changed {
            let (was, is) = around(was, is);
            return Some(format!(
                "packet {}: {name} was {was}, now {is} (it was `{}`, now `{}`)",
                place, before.packet.label, after.packet.label
            ));
        }
    }
    let common = old.len().min(new.len());
    if let Some(gone) = old.get(common) {
        let place = place(gone.packet, capture, session);
        return Some(format!(
            "packet {place}: `{}` is missing now",
            gone.packet.label
        ));
    }
    let extra = new.get(common)?;
    let place = place(extra.packet, capture, session);
    Some(format!("packet {place}: `{}` is new", extra.packet.label))
}

fn differing<'a>(
    before: &'a [(&'static str, String)],
    after: &'a [(&'static str, String)],
) -> Option<(&'static str, &'a str, &'a str)> {
    for ((name, was), (other, is)) in before.iter().zip(after) {
        if name != other {
            return Some(("a field", name, other));
        }
        if was != is {
            return Some((name, was, is));
        }
    }
    (before.len() != after.len()).then_some(("number of fields", "different", "as shown"))
}

/// Where two long values differ, with a little before it.
fn around(was: &str, is: &str) -> (String, String) {
    const VALUE_CHARACTERS_SHOWN_MAX: usize = 100;
    let same = was.chars().zip(is.chars()).take_while(|(a, b)| a == b);
    let skip = same.count().saturating_sub(VALUE_CHARACTERS_SHOWN_MAX / 4);
    let part = |text: &str| {
        if text.chars().count() <= VALUE_CHARACTERS_SHOWN_MAX {
            return text.to_owned();
        }
        let part: String = text
            .chars()
            .skip(skip)
            .take(VALUE_CHARACTERS_SHOWN_MAX)
            .collect();
        format!("…{part}… (from character {skip})")
    };
    (part(was), part(is))
}

/// `5 (client to server, step 9: client > 你好)`.
fn place(packet: &Packet, capture: &Capture, session: &Session) -> String {
    let from = host(capture, Some(packet.from));
    let to = host(capture, packet.to);
    let step = packet
        .step
        .and_then(|step| Some((step, session.steps.get(step)?)));
    let step = step.map_or_else(
        || "before the first step".to_owned(),
        |(index, step)| format!("step {}: {}", index + 1, step.action),
    );
    format!("{} ({from} to {to}, {step})", packet.number)
}
