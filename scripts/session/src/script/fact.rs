//! The lines in the head of a capture's session, one by one: its hosts, what the wire and the
//! routers do with frames, and what may vary.

use core::net::Ipv4Addr;
use std::fmt;
use std::time::Duration;

use super::lexer::{Mismatch, duration, is_actor, mismatch};

/// The least delay: with less, an answer might come before all that a program sends in one go.
const DELAY_MIN: Duration = Duration::from_millis(5);

/// The longest delay: with more, ARP and TCP ask again before the first answer is back.
const DELAY_MAX: Duration = Duration::from_millis(450);

/// A machine of its own, with one network card for each address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name, which is also that of its actor, if it has one.
    pub name: String,
    /// Its IPv4 addresses, each `/24`. A host with more than one is a router.
    pub addresses: Vec<Ipv4Addr>,
}

/// What the wire does not deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The host that sends it.
    pub host: String,
    /// Which of its frames count.
    pub kind: LossKind,
    /// Which of those is lost.
    pub which: Which,
}

/// A kind of frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossKind {
    /// A TCP segment with SYN.
    Syn,
    /// A TCP segment or UDP datagram with payload.
    Data,
    /// Every frame.
    Any,
}

/// One of several, or each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The Nth, from 1.
    Nth(u32),
    /// All.
    All,
}

/// How many client ports a host has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports {
    /// The host.
    pub host: String,
    /// Number of ports, from 50000 up.
    pub count: u16,
}

/// What a router does not pass on, and says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The router.
    pub host: String,
    /// Where the packets that it refuses are going.
    pub address: Ipv4Addr,
    /// How it refuses them.
    pub with: RefuseWith,
}

/// How a router refuses a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefuseWith {
    /// ICMP "communication administratively prohibited" from the router.
    Icmp,
    /// A TCP RST in the name of the address.
    Rst,
}

/// The MAC address of a network card: `02:00:00:00:0i:0j`. Host and card count from 0 as arguments,
/// from 1 in the address.
#[must_use]
pub fn mac(host: usize, card: usize) -> [u8; 6] {
    let digit = |index: usize| u8::try_from(index + 1).unwrap_or(u8::MAX);
    [2, 0, 0, 0, digit(host), digit(card)]
}

/// What the head of a capture's session says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Host(Host),
    Lose(Loss),
    Ports(Ports),
    Refuse(Refusal),
    Delay(Duration),
    VariesPayload,
}

/// What stands after `host`.
pub(super) fn host(words: &[&str]) -> Result<Host, Mismatch> {
    let Some((&name, addresses)) = words.split_first() else {
        return Err(("`host NAME ADDRESS…`".to_owned(), "nothing".to_owned()));
    };
    if !is_actor(name) {
        return Err((
            "the name of a host (an ASCII word)".to_owned(),
            format!("`{name}`"),
        ));
    }
    if addresses.is_empty() {
        return Err((
            format!("an address after `host {name}`"),
            "nothing".to_owned(),
        ));
    }
    let addresses = addresses.iter().map(|&word| address(word));
    Ok(Host {
        name: name.to_owned(),
        addresses: addresses.collect::<Result<_, _>>()?,
    })
}

/// What stands after `lose`.
pub(super) fn loss(words: &[&str]) -> Result<Loss, Mismatch> {
    let form = || {
        let expected = "`lose NAME syn|data|any N|all`, N from 1".to_owned();
        Err((expected, format!("`lose {}`", words.join(" "))))
    };
    let &[host, kind, which] = words else {
        return form();
    };
    let kind = match kind {
        "syn" => LossKind::Syn,
        "data" => LossKind::Data,
        "any" => LossKind::Any,
        _ => return form(),
    };
    let which = match which.parse() {
        _ if which == "all" => Which::All,
        Ok(n) if n > 0 => Which::Nth(n),
        _ => return form(),
    };
    Ok(Loss {
        host: host.to_owned(),
        kind,
        which,
    })
}

/// What stands after `ports`.
pub(super) fn ports(words: &[&str]) -> Result<Ports, Mismatch> {
    if let &[host, count] = words
        && let Ok(count @ 1..=1000) = count.parse()
    {
        return Ok(Ports {
            host: host.to_owned(),
            count,
        });
    }
    Err((
        "`ports NAME N`, N from 1 to 1000".to_owned(),
        format!("`ports {}`", words.join(" ")),
    ))
}

/// What stands after `refuse`.
pub(super) fn refusal(words: &[&str]) -> Result<Refusal, Mismatch> {
    let form = || {
        let expected = "`refuse NAME ADDRESS icmp|rst`".to_owned();
        Err((expected, format!("`refuse {}`", words.join(" "))))
    };
    let &[host, to, with] = words else {
        return form();
    };
    let with = match with {
        "icmp" => RefuseWith::Icmp,
        "rst" => RefuseWith::Rst,
        _ => return form(),
    };
    Ok(Refusal {
        host: host.to_owned(),
        address: address(to)?,
        with,
    })
}

/// What stands after `delay`.
pub(super) fn delay(text: &str) -> Result<Duration, Mismatch> {
    let delay = duration(text)?;
    if (DELAY_MIN..=DELAY_MAX).contains(&delay) {
        return Ok(delay);
    }
    let (least, most) = (DELAY_MIN.as_millis(), DELAY_MAX.as_millis());
    mismatch(format!("a delay from {least}ms to {most}ms"), text)
}

/// An address that is reserved for documentation, so that it belongs to nobody.
fn address(word: &str) -> Result<Ipv4Addr, Mismatch> {
    let address: Option<Ipv4Addr> = word.parse().ok();
    match address.map(|address| (address, address.octets())) {
        Some((address, [192, 0, 2, n] | [198, 51, 100, n] | [203, 0, 113, n]))
            if n != 0 && n != 255 =>
        {
            Ok(address)
        }
        _ => Err((
            "an address of a host in 192.0.2.0/24, 198.51.100.0/24 or 203.0.113.0/24".to_owned(),
            format!("`{word}`"),
        )),
    }
}

/// Back to the notation.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host {}", self.name)?;
        for address in &self.addresses {
            write!(f, " {address}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            LossKind::Syn => "syn",
            LossKind::Data => "data",
            LossKind::Any => "any",
        };
        write!(f, "lose {} {kind} ", self.host)?;
        match self.which {
            Which::Nth(n) => write!(f, "{n}"),
            Which::All => f.write_str("all"),
        }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ports {} {}", self.host, self.count)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = match self.with {
            RefuseWith::Icmp => "icmp",
            RefuseWith::Rst => "rst",
        };
        write!(f, "refuse {} {} {with}", self.host, self.address)
    }
}
