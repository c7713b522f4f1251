//! The hosts by network card and by address, and what to call them.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Host;
use crate::bits::say;
use bilingual::{Text, actors};

/// The hosts of a capture.
pub(crate) struct Names<'a>(pub(crate) &'a [Host]);

impl Names<'_> {
    /// The host that has this card.
    pub(crate) fn card(&self, mac: &[u8]) -> Option<usize> {
        let cards = |host: &Host| host.cards.len();
        (0..self.0.len())
            .find(|&host| (0..cards(&self.0[host])).any(|card| session::mac(host, card) == mac))
    }

    /// The host that has this address.
    pub(crate) fn address(&self, address: IpAddr) -> Option<usize> {
        let has = |host: &Host| {
            host.cards
                .iter()
                .any(|card| card.addresses.contains(&address))
        };
        let found = self.0.iter().position(has);
        match address {
            IpAddr::V6(v6) if found.is_none() => self.card(&card_of(v6)?),
            _ => found,
        }
    }

    /// The host at which a TCP connection with this address ends: not at a router that translates.
    pub(crate) fn end(&self, address: IpAddr) -> Option<usize> {
        self.address(address)
            .filter(|&host| !self.0[host].translates)
    }

    /// What to call a host.
    pub(crate) fn of(&self, host: usize) -> Text {
        match self.0.get(host) {
            Some(host) => say(
                actors::chinese(&host.name).unwrap_or(&host.name),
                &host.name,
            ),
            None => say("另一台主机", "another host"),
        }
    }

    /// The host that has this address; empty if none has.
    pub(crate) fn owner(&self, address: IpAddr) -> Text {
        match (self.address(address), address) {
            (Some(host), _) => self.of(host),
            (None, IpAddr::V4(Ipv4Addr::BROADCAST)) => {
                say("广播：每一台主机", "broadcast: every host")
            }
            (None, IpAddr::V4(a)) if a.is_unspecified() => say("还没有地址", "no address yet"),
            (None, IpAddr::V4(a)) if a.is_loopback() => {
                say("本机（回环）", "this machine (loopback)")
            }
            (None, IpAddr::V4(a)) if a.is_multicast() => {
                say("组播：一组主机", "multicast: a group of hosts")
            }
            (None, IpAddr::V6(a)) if a.is_loopback() => {
                say("本机（回环）", "this machine (loopback)")
            }
            (None, IpAddr::V6(a)) if a.is_unspecified() => say("还没有地址", "no address yet"),
            (None, IpAddr::V6(a)) if is_solicited(a) => say(
                "组播：地址末尾是这几位的主机",
                "multicast: hosts whose address ends with these digits",
            ),
            (None, IpAddr::V6(a)) if a.is_multicast() => {
                say("组播：一组主机", "multicast: a group of hosts")
            }
            (None, _) => Text::default(),
        }
    }
}

/// The MAC address in a link-local address that was made from it (RFC 4291, appendix A).
fn card_of(address: Ipv6Addr) -> Option<[u8; 6]> {
    match address.octets() {
        [0xfe, 0x80, 0, 0, 0, 0, 0, 0, a, b, c, 0xff, 0xfe, d, e, f] => {
            Some([a ^ 2, b, c, d, e, f])
        }
        _ => None,
    }
}

/// Whether this is a solicited-node multicast address (RFC 4291 §2.7.1).
fn is_solicited(address: Ipv6Addr) -> bool {
    address
        .octets()
        .starts_with(&[0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff])
}

/// A sentence that starts with a name: a space between Latin and Chinese letters.
pub(crate) fn sentence(name: &Text, zh: &str, en: &str) -> Text {
    let latin = name.zh.ends_with(|last: char| last.is_ascii_alphanumeric());
    let gap = if latin { " " } else { "" };
    Text {
        zh: format!("{}{gap}{zh}", name.zh),
        en: format!("{} {en}", name.en),
    }
}
