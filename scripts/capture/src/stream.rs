//! What a TCP stream carries above TCP, remembered from segment to segment.

use std::ops::Range;

use crate::line_protocols::{self, LineProtocol};
use crate::segment::{Seen, Segment};
use crate::{Layer, data, dns, http, tls, uwsgi, websocket};
use bilingual::Text;

/// Number of segments of one direction whose beginning is remembered: a retransmission starts where
/// the first copy did.
const REMEMBERED_PLACES_MAX: usize = 4096;

/// One direction of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// What was being said at each sequence number where a segment began.
    places: Vec<(u32, Saying)>,
}

/// What is being said at one place of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Saying {
    /// Nothing known.
    #[default]
    Anything,
    Tls(tls::State),
    Http(http::State),
    Uwsgi(uwsgi::State),
    WebSocket(websocket::State),
}

/// The payload of a segment, read.
pub(crate) struct Said {
    pub(crate) layers: Vec<Layer>,
    /// For the arrow, if the bytes say something of their own.
    pub(crate) words: Option<(String, Text)>,
}

impl Stream {
    /// Reads the payload of a segment.
    pub(crate) fn read(
        &mut self,
        frame: &[u8],
        bytes: Range<usize>,
        segment: &Segment,
        seen: &Seen,
        from: &Text,
    ) -> Said {
        let known = self
            .places
            .iter()
            .rev()
            .find(|(seq, _)| *seq == segment.seq);
        let mut saying = known.map(|(_, saying)| *saying).unwrap_or_default();
        let said = read(frame, bytes, segment, seen, from, &mut saying);
        if self.places.len() < REMEMBERED_PLACES_MAX && !seen.again {
            self.places.push((segment.end(), saying));
        }
        said
    }
}

fn read(
    frame: &[u8],
    bytes: Range<usize>,
    segment: &Segment,
    seen: &Seen,
    from: &Text,
    saying: &mut Saying,
) -> Said {
    let payload = &frame[bytes.clone()];
    let ports = [segment.destination.port(), segment.source.port()];
    if let Some(protocol) = ports.iter().find_map(|&port| LineProtocol::of_port(port)) {
        let server = LineProtocol::of_port(segment.source.port()).is_some();
        let (layer, words) = line_protocols::lines(frame, bytes, protocol, server, from);
        return Said::one(layer, words);
    }
    if ports.contains(&53) && payload.len() > 14 {
        let message = dns::message(frame, bytes, true, from);
        return Said::one(message.layer, Some((message.label, message.said)));
    }
    if *saying == Saying::Anything && seen.seq == 1 && tls::is_record(payload) {
        *saying = Saying::Tls(tls::State::default());
    }
    if *saying == Saying::Anything && seen.seq == 1 && uwsgi::is_request(ports[0], payload) {
        *saying = Saying::Uwsgi(uwsgi::State::default());
    }
    let can_begin = match saying {
        Saying::Tls(_) | Saying::Uwsgi(_) => false,
        Saying::WebSocket(state) => state.is_between_frames(),
        Saying::Http(_) | Saying::Anything => true,
    };
    if can_begin && http::is_message(payload) {
        *saying = Saying::Http(http::State::default());
    }
    match saying {
        Saying::Tls(state)
            if state.goes_on() || tls::is_record(payload) || payload.len() < tls::HEADER_BYTES =>
        {
            let mut names = Vec::new();
            let layers = tls::records(frame, bytes, state, &mut names);
            let words = Some(tls::words(&names, from));
            Said { layers, words }
        }
        Saying::Http(state) => {
            let before = *state;
            let (layer, words) = http::messages(frame, bytes.clone(), state, from);
            if !state.is_upgraded() {
                return Said::one(layer, words);
            }
            // Frames may follow in the same segment.
            let (layers, state) = upgraded(frame, bytes, layer, before, from);
            *saying = Saying::WebSocket(state);
            Said { layers, words }
        }
        Saying::WebSocket(state) => {
            let (layer, words) = websocket::frames(frame, bytes, state, from);
            Said::one(layer, words)
        }
        Saying::Uwsgi(state) => {
            let (layer, words) = uwsgi::request(frame, bytes, state, from);
            Said::one(layer, words)
        }
        Saying::Tls(_) | Saying::Anything => Said {
            layers: vec![data::layer(frame, bytes)],
            words: None,
        },
    }
}

/// The end of a handshake, which this layer of HTTP has, and the frames behind it.
fn upgraded(
    frame: &[u8],
    bytes: Range<usize>,
    layer: Layer,
    mut before: http::State,
    from: &Text,
) -> (Vec<Layer>, websocket::State) {
    let mut state = websocket::State::default();
    let end = layer.fields.iter().rfind(|field| http::is_end(field));
    let end = end.map_or(bytes.end, |field| field.bits.end / 8);
    if end == bytes.end {
        return (vec![layer], state);
    }
    let (handshake, _) = http::messages(frame, bytes.start..end, &mut before, from);
    let (frames, _) = websocket::frames(frame, end..bytes.end, &mut state, from);
    (vec![handshake, frames], state)
}

impl Said {
    fn one(layer: Layer, words: Option<(String, Text)>) -> Self {
        Self {
            layers: vec![layer],
            words,
        }
    }
}
