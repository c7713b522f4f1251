//! From the file to the capture: frames, then hosts, layers, and states.

use std::time::Duration;

use session::{Action, Session};

use crate::bits::{tame, tame_text};
use crate::conversation::Conversations;
use crate::file::{self, Frame};
use crate::frame::{Context, Decoded, decode};
use crate::names::Names;
use crate::segment::Segment;
use crate::segment_times::{self, Transit};
use crate::{Capture, Host, Packet, link};

/// Reads the recording of `session` from a pcapng file.
///
/// # Errors
/// What is wrong with the file, at which byte, and what to do next.
pub fn read(file: &[u8], session: &Session) -> Result<Capture, String> {
    let hosts: Vec<Host> = session.hosts.iter().map(|one| host(one, session)).collect();
    if hosts.is_empty() {
        return Err("its session names no hosts: add a line `host NAME ADDRESS`".to_owned());
    }
    let frames = file::frames(file)?;
    let start = frames
        .iter()
        .map(|frame| frame.time)
        .min()
        .unwrap_or_default();
    let names = Names(&hosts);
    let mut conversations = Conversations::default();
    let mut packets = Vec::with_capacity(frames.len());
    let mut transits = Vec::with_capacity(frames.len());
    for (index, frame) in frames.iter().enumerate() {
        let number = index + 1;
        let place =
            |problem: String| format!("packet {number} at byte {}: {problem}", frame.offset);
        let (packet, segment) =
            packet(frame, number, start, &names, &mut conversations).map_err(place)?;
        if let Some(step) = packet.step {
            belongs(step, &frame.action, session).map_err(place)?;
        }
        transits.push(segment.map(|segment| Transit::new(&packet, segment, &names)));
        packets.push(packet);
    }
    segment_times::follow(&mut packets, &transits);
    segment_times::listen(&mut packets, &transits, &starts(session));
    Ok(Capture { hosts, packets })
}

/// An error where the session has changed since it was recorded.
fn belongs(step: usize, action: &str, session: &Session) -> Result<(), String> {
    let Some(now) = session.steps.get(step) else {
        return Err(format!(
            "it belongs to a step after the session's last, {}; record the capture again",
            session.steps.len()
        ));
    };
    let now = now.action.to_string();
    if now == action {
        return Ok(());
    }
    Err(format!(
        "it belongs to step {}, which was `{action}` and is `{now}` now; record the capture again",
        step + 1
    ))
}

/// The step in which a program first starts on each host.
fn starts(session: &Session) -> Vec<Option<usize>> {
    let start = |host: &session::Host| {
        session.steps.iter().position(
            |step| matches!(&step.action, Action::Start { actor, .. } if *actor == host.name),
        )
    };
    session.hosts.iter().map(start).collect()
}

fn host(host: &session::Host, session: &Session) -> Host {
    let translates = |nat: &session::Translation| nat.host == host.name;
    Host {
        name: host.name.clone(),
        cards: host.cards.clone(),
        translates: session.translations.iter().any(translates),
    }
}

fn packet(
    frame: &Frame,
    number: usize,
    start: Duration,
    names: &Names,
    conversations: &mut Conversations,
) -> Result<(Packet, Option<Segment>), String> {
    let bytes = frame.bytes;
    if bytes.len() < frame.link.least() {
        return Err(format!(
            "{} bytes are too few for a frame of link {:?}; record the capture again",
            bytes.len(),
            frame.link
        ));
    }
    let (from, to) = link::ends(frame.link, bytes, names).map_err(|sender| {
        format!(
            "its sender {sender} is not a host of the session; compare the session's `host` lines, \
             and record the capture again"
        )
    })?;
    let context = Context {
        names,
        from: names.of(from),
        conversations,
    };
    let Decoded {
        layers,
        label,
        said,
        segment,
    } = decode(bytes, frame.link, context);
    let packet = Packet {
        number,
        time: frame.time - start,
        step: frame.step.map(|step| step - 1),
        lost: frame.lost,
        from,
        to,
        bytes: bytes.to_vec(),
        label: tame(label),
        said: tame_text(said),
        layers,
        states: Vec::new(),
    };
    Ok((packet, segment))
}
