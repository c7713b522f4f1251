//! Recordings made by hand: frames from a packet builder, and a pcapng around them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use capture::{Capture, Field, Packet};
use etherparse::PacketBuilder;
use session::Session;

/// Two hosts, a story of two steps.
pub(crate) fn session() -> Session {
    let notation = "title zh 线\ntitle en A wire\n\
        host client 192.0.2.1\nhost server 192.0.2.2\n\
        client $ nc 192.0.2.2 9999\nclient > hello\nclient ? 0\n";
    Session::parse(notation).expect("a session")
}

/// The number where each side's sequence numbers start: near the end, so that they wrap.
pub(crate) const ISN: [u32; 2] = [u32::MAX - 1, 5_000];

pub(crate) struct Frame {
    pub(crate) bytes: Vec<u8>,
    pub(crate) comment: String,
}

/// A segment in relative numbers.
pub(crate) struct Segment<'a> {
    pub(crate) from: usize,
    pub(crate) flags: &'a str,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) payload: &'a [u8],
    pub(crate) window: u16,
    pub(crate) lost: bool,
}

impl Segment<'_> {
    pub(crate) fn frame(&self) -> Frame {
        let to = 1 - self.from;
        let ports = [50_000, 9_999];
        let seq = ISN[self.from].wrapping_add(self.seq);
        let builder = PacketBuilder::ethernet2(session::mac(self.from, 0), session::mac(to, 0))
            .ipv4(address(self.from), address(to), 64)
            .tcp(ports[self.from], ports[to], seq, self.window);
        let mut builder = builder;
        for flag in self.flags.split(' ') {
            builder = match flag {
                "SYN" => builder.syn(),
                "FIN" => builder.fin(),
                "RST" => builder.rst(),
                "ACK" => builder.ack(ISN[to].wrapping_add(self.ack)),
                other => panic!("no such flag: {other}"),
            };
        }
        let mut bytes = Vec::new();
        builder.write(&mut bytes, self.payload).expect("a frame");
        let lost = if self.lost { "\nlost" } else { "" };
        Frame {
            bytes,
            comment: format!("step 2: client > hello{lost}"),
        }
    }
}

pub(crate) fn address(host: usize) -> [u8; 4] {
    [192, 0, 2, u8::try_from(host + 1).expect("a small number")]
}

/// `c SYN 0`, `s SYN,ACK 0 1`, `c ACK 1 1 hello`, `c FIN,ACK 6 1 lost`; `win=0` sets the window.
pub(crate) fn frames(story: &str) -> Vec<Frame> {
    let number = |word: Option<&str>| word.map_or(0, |word| word.parse().expect("a number"));
    let lines = story.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut words: Vec<&str> = line.split(' ').collect();
            let lost = words.last() == Some(&"lost");
            words.truncate(words.len() - usize::from(lost));
            let window = words.last().and_then(|word| word.strip_prefix("win="));
            words.truncate(words.len() - usize::from(window.is_some()));
            let mut words = words.into_iter();
            let from = usize::from(words.next() == Some("s"));
            let flags = words.next().expect("flags").replace(',', " ");
            let (seq, ack) = (number(words.next()), number(words.next()));
            Segment {
                from,
                flags: &flags,
                seq,
                ack,
                payload: words.next().unwrap_or_default().as_bytes(),
                window: window.map_or(1_000, |window| window.parse().expect("a window")),
                lost,
            }
            .frame()
        })
        .collect()
}

/// The recording of a story told in segments.
#[track_caller]
pub(crate) fn capture(story: &str) -> Capture {
    let file = pcapng(&frames(story));
    capture::read(&file, &session()).expect("a capture")
}

/// What the states of client and server become, packet by packet: `SYN-SENT/SYN-RECEIVED`.
pub(crate) fn states(packets: &[Packet]) -> Vec<String> {
    let of = |packet: &Packet, host| {
        let mut changes = packet.states.iter().filter(|change| change.host == host);
        changes.next_back().map_or("·", |change| change.state)
    };
    packets
        .iter()
        .map(|packet| format!("{}/{}", of(packet, 0), of(packet, 1)))
        .collect()
}

/// A little-endian pcapng with one interface and nanosecond times, 1 ms apart.
pub(crate) fn pcapng(frames: &[Frame]) -> Vec<u8> {
    pcapng_of(1, frames)
}

/// The same with an interface of this link type.
pub(crate) fn pcapng_of(link: u16, frames: &[Frame]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut header = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
    header.extend([1, 0, 0, 0]);
    header.extend([0xff; 8]);
    block(&mut file, 0x0a0d_0d0a, header);
    let [low, high] = link.to_le_bytes();
    let mut interface = vec![low, high, 0, 0, 0, 0, 4, 0];
    // if_tsresol: 10^-9.
    interface.extend([9, 0, 1, 0, 9, 0, 0, 0]);
    interface.extend([0; 4]);
    block(&mut file, 1, interface);
    for (index, frame) in frames.iter().enumerate() {
        let time = 1_700_000_000_000_000_000_u64 + index as u64 * 1_000_000;
        let length = u32::try_from(frame.bytes.len()).expect("a small frame");
        let mut body = vec![0; 4];
        body.extend(
            u32::try_from(time >> 32)
                .expect("its upper half")
                .to_le_bytes(),
        );
        body.extend(
            u32::try_from(time & 0xffff_ffff)
                .expect("its lower half")
                .to_le_bytes(),
        );
        body.extend(length.to_le_bytes());
        body.extend(length.to_le_bytes());
        padded(&mut body, &frame.bytes);
        body.extend([1, 0]);
        let comment = frame.comment.as_bytes();
        body.extend(
            u16::try_from(comment.len())
                .expect("a short comment")
                .to_le_bytes(),
        );
        padded(&mut body, comment);
        body.extend([0; 4]);
        block(&mut file, 6, body);
    }
    file
}

fn block(file: &mut Vec<u8>, kind: u32, body: Vec<u8>) {
    let length = u32::try_from(body.len() + 12)
        .expect("a small block")
        .to_le_bytes();
    file.extend(kind.to_le_bytes());
    file.extend(length);
    file.extend(body);
    file.extend(length);
}

fn padded(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend(bytes);
    body.resize(body.len().next_multiple_of(4), 0);
}

/// What a client sends to this port, in segments that end at these places.
pub(crate) fn sent_to(port: u16, payload: &[u8], cuts: &[usize]) -> Vec<Packet> {
    let all = segments(port, ISN, payload, cuts);
    let capture = capture::read(&pcapng(&all), &session()).expect("a capture");
    capture.packets
}

/// The segments alone; `from` is the first sequence number of each side.
pub(crate) fn segments(port: u16, from: [u32; 2], payload: &[u8], cuts: &[usize]) -> Vec<Frame> {
    let mut all = Vec::new();
    let mut start = 0;
    for end in cuts.iter().copied().chain([payload.len()]) {
        let seq = from[0].wrapping_add(u32::try_from(start).expect("small"));
        let builder = PacketBuilder::ethernet2(session::mac(0, 0), session::mac(1, 0))
            .ipv4(address(0), address(1), 64)
            .tcp(50_000, port, seq, 1_000)
            .ack(from[1]);
        let mut bytes = Vec::new();
        builder
            .write(&mut bytes, &payload[start..end])
            .expect("a frame");
        let comment = "step 2: client > hello".to_owned();
        all.push(Frame { bytes, comment });
        start = end;
    }
    all
}

/// The fields above TCP, which cover every bit of the payload.
#[track_caller]
pub(crate) fn fields(packet: &Packet) -> Vec<&Field> {
    let above: Vec<_> = packet.layers.iter().skip(3).collect();
    let mut bit = packet.layers[2].bytes.end * 8;
    for field in above.iter().flat_map(|layer| &layer.fields) {
        assert_eq!(field.bits.start, bit, "{field:#?}");
        assert!(!field.bits.is_empty(), "{field:#?}");
        bit = field.bits.end;
    }
    assert_eq!(bit, packet.bytes.len() * 8);
    above.into_iter().flat_map(|layer| &layer.fields).collect()
}
