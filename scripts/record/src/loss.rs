//! Which frames a wire loses. Pure.

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use session::{LossKind, Session, Which};

/// The session's `lose` lines, and how many frames each has counted.
#[derive(Debug)]
pub(crate) struct Losses {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    host: usize,
    kind: LossKind,
    which: Which,
    seen: u32,
}

impl Losses {
    pub(crate) fn of(session: &Session) -> Self {
        let rule = |loss: &session::Loss| {
            let host = session.hosts.iter().position(|h| h.name == loss.host)?;
            Some(Rule {
                host,
                kind: loss.kind,
                which: loss.which,
                seen: 0,
            })
        };
        Self {
            rules: session.losses.iter().filter_map(rule).collect(),
        }
    }

    /// Whether the wire loses this frame of the host with this index. Every rule counts it.
    pub(crate) fn lose(&mut self, host: usize, frame: &[u8]) -> bool {
        let mut lost = false;
        for rule in &mut self.rules {
            if rule.host == host && is_kind(rule.kind, frame) {
                rule.seen = rule.seen.saturating_add(1);
                lost |= match rule.which {
                    Which::All => true,
                    Which::Nth(n) => n == rule.seen,
                };
            }
        }
        lost
    }
}

fn is_kind(kind: LossKind, frame: &[u8]) -> bool {
    let packet = SlicedPacket::from_ethernet(frame).ok();
    let is_6 = packet
        .as_ref()
        .is_some_and(|packet| matches!(packet.net, Some(NetSlice::Ipv6(_))));
    match (kind, packet.and_then(|packet| packet.transport)) {
        (LossKind::Any, _) => true,
        (LossKind::Syn, Some(TransportSlice::Tcp(tcp))) => tcp.syn(),
        (LossKind::Syn6, Some(TransportSlice::Tcp(tcp))) => is_6 && tcp.syn(),
        (LossKind::Data, Some(TransportSlice::Tcp(tcp))) => !tcp.payload().is_empty(),
        (LossKind::Data, Some(TransportSlice::Udp(udp))) => !udp.payload().is_empty(),
        (LossKind::Syn | LossKind::Syn6 | LossKind::Data, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use etherparse::PacketBuilder;

    use super::*;

    fn losses(lines: &str) -> Losses {
        let source = format!(
            "title zh 题\ntitle en T\nhost a 192.0.2.1\nhost b 192.0.2.2\n{lines}a $ nc\na ? 0\n"
        );
        Losses::of(&Session::parse(&source).unwrap())
    }

    enum Tcp {
        Syn,
        Data,
        Ack,
    }

    fn tcp(what: Tcp) -> Vec<u8> {
        let builder = PacketBuilder::ethernet2([2; 6], [4; 6])
            .ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64)
            .tcp(1, 2, 3, 4);
        let (builder, payload) = match what {
            Tcp::Syn => (builder.syn(), &b""[..]),
            Tcp::Data => (builder.ack(5), &b"x"[..]),
            Tcp::Ack => (builder.ack(5), &b""[..]),
        };
        let mut frame = Vec::new();
        builder.write(&mut frame, payload).unwrap();
        frame
    }

    #[test]
    fn the_second_segment_with_data_is_lost_and_no_other() {
        let mut losses = losses("lose a data 2\n");
        let mut lose = |host, what| losses.lose(host, &tcp(what));
        assert!(!lose(0, Tcp::Syn));
        assert!(!lose(0, Tcp::Data));
        assert!(!lose(1, Tcp::Data));
        assert!(!lose(0, Tcp::Ack));
        assert!(lose(0, Tcp::Data));
        assert!(!lose(0, Tcp::Data));
    }

    #[test]
    fn all_of_a_kind_are_lost() {
        let mut losses = losses("lose a syn all\n");
        assert!(losses.lose(0, &tcp(Tcp::Syn)) && losses.lose(0, &tcp(Tcp::Syn)));
        assert!(!losses.lose(0, &tcp(Tcp::Ack)));
    }

    #[test]
    fn a_syn_over_ipv6_is_lost_and_one_over_ipv4_is_not() {
        let mut losses = losses("lose a syn6 all\n");
        let mut frame = Vec::new();
        PacketBuilder::ethernet2([2; 6], [4; 6])
            .ipv6([1; 16], [2; 16], 64)
            .tcp(1, 2, 3, 4)
            .syn()
            .write(&mut frame, b"")
            .unwrap();
        assert!(losses.lose(0, &frame) && losses.lose(0, &frame));
        assert!(!losses.lose(0, &tcp(Tcp::Syn)));
    }

    #[test]
    fn a_frame_that_cannot_be_read_counts_as_any_frame_only() {
        let mut losses = losses("lose a any 2\nlose a data 1\n");
        assert!(!losses.lose(0, b"\x02"));
        assert!(losses.lose(0, b""));
        assert!(losses.lose(0, &tcp(Tcp::Data)));
    }
}
