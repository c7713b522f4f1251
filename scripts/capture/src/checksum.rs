//! The Internet checksum (RFC 1071), and what to say about one.

use core::net::IpAddr;

use etherparse::checksum::Sum16BitWords;

use crate::bits::say;
use bilingual::Text;

/// Whether the checksum of a header holds: the sum with it included is 0.
pub(crate) fn holds(bytes: &[u8]) -> bool {
    Sum16BitWords::new().add_slice(bytes).ones_complement() == 0
}

/// Whether the checksum of a segment and its pseudo-header holds, likewise.
pub(crate) fn holds_with_pseudo(pseudo: &Pseudo, segment: &[u8]) -> bool {
    let length = u32::try_from(segment.len()).unwrap_or(u32::MAX);
    let mut sum = match (pseudo.source, pseudo.destination) {
        (IpAddr::V4(a), IpAddr::V4(b)) => Sum16BitWords::new()
            .add_4bytes(a.octets())
            .add_4bytes(b.octets()),
        (IpAddr::V6(a), IpAddr::V6(b)) => Sum16BitWords::new()
            .add_16bytes(a.octets())
            .add_16bytes(b.octets()),
        _ => return false,
    };
    sum = sum.add_2bytes([0, pseudo.protocol]);
    sum = sum.add_4bytes(length.to_be_bytes());
    sum.add_slice(segment).ones_complement() == 0
}

/// What TCP and UDP sum up besides their own bytes.
#[derive(Clone, Copy)]
pub(crate) struct Pseudo {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) protocol: u8,
}

/// ✓ or ✗, in words.
pub(crate) fn verdict(holds: bool) -> Text {
    if holds {
        say("✓ 重新算过，正确", "✓ computed again: correct")
    } else {
        say("✗ 重新算过，不对", "✗ computed again: wrong")
    }
}

/// Words for a checksum some of whose bytes are missing.
pub(crate) fn unknown() -> Text {
    say(
        "字节不全，无法验算",
        "not all bytes are here: cannot be checked",
    )
}
