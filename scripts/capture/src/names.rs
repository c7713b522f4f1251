//! The hosts by network card and by address, and what to call them.

use core::net::{IpAddr, Ipv4Addr};

use crate::Host;
use crate::bits::say;
use bilingual::{Text, actors};

/// The hosts of a capture.
pub(crate) struct Names<'a>(pub(crate) &'a [Host]);

impl Names<'_> {
    /// The host that has this card.
    pub(crate) fn card(&self, mac: &[u8]) -> Option<usize> {
        let cards = |host: &Host| host.addresses.len();
        (0..self.0.len())
            .find(|&host| (0..cards(&self.0[host])).any(|card| session::mac(host, card) == mac))
    }

    /// The host that has this address.
    pub(crate) fn address(&self, address: IpAddr) -> Option<usize> {
        let IpAddr::V4(address) = address else {
            return None;
        };
        let has = |host: &Host| host.addresses.contains(&address);
        self.0.iter().position(has)
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
            (None, IpAddr::V4(a)) if a.is_loopback() => {
                say("本机（回环）", "this machine (loopback)")
            }
            (None, IpAddr::V4(a)) if a.is_multicast() => {
                say("组播：一组主机", "multicast: a group of hosts")
            }
            (None, IpAddr::V6(a)) if a.is_multicast() => {
                say("组播：一组主机", "multicast: a group of hosts")
            }
            (None, _) => Text::default(),
        }
    }
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
