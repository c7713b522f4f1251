//! What a TCP stream carries above TCP, remembered from segment to segment.

use std::ops::Range;

use crate::line_protocols::{self, LineProtocol};
use crate::segment::{Seen, Segment};
use crate::{Layer, data, dns, http, tls, uwsgi};
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
    if !matches!(saying, Saying::Tls(_) | Saying::Uwsgi(_)) && http::is_message(payload) {
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
            let (layer, words) = http::messages(frame, bytes, state, from);
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

impl Said {
    fn one(layer: Layer, words: Option<(String, Text)>) -> Self {
        Self {
            layers: vec![layer],
            words,
        }
    }
}
