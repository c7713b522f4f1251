//! The lines in the head of a capture's session, one by one: its hosts, what the wire and the
//! routers do with frames, and what may vary.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt;
use std::time::Duration;

use super::lexer::{Mismatch, duration, is_actor, mismatch};

/// The least delay: with less, an answer might come before all that a program sends in one go.
const DELAY_MIN: Duration = Duration::from_millis(5);

/// The longest delay: with more, ARP and TCP ask again before the first answer is back.
const DELAY_MAX: Duration = Duration::from_millis(450);

/// How long the wires are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// How long a frame is in transit.
    pub time: Duration,
    /// The hosts ask with ARP all the same; without it they know each other's MAC addresses from the
    /// start.
    pub arp: bool,
}

/// A machine of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name, which is also that of its actor, if it has one.
    pub name: String,
    /// Its network cards. A host with more than one is a router.
    pub cards: Vec<Card>,
}

/// A network card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its addresses: one of IPv4, `/24`, or one of IPv6, `/64`, or one of each.
    pub addresses: Vec<IpAddr>,
}

impl Host {
    /// All its addresses, card by card.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.cards.iter().flat_map(|card| card.addresses.clone())
    }

    /// Whether it has a card on more than one wire.
    #[must_use]
    pub fn is_router(&self) -> bool {
        self.cards.len() > 1
    }
}

impl Card {
    /// The networks of its addresses.
    pub fn networks(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().copied().map(network)
    }
}

/// The network of an address: its first 24 bits in IPv4, its first 64 in IPv6.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => (Ipv4Addr::from_bits(v4.to_bits() & !0xff)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

/// The wires between these hosts, in the order in which their cards name them, each as its networks.
/// Cards with an address in one network are on one wire.
#[must_use]
pub fn wires(hosts: &[Host]) -> Vec<Vec<IpAddr>> {
    let mut wires: Vec<Vec<IpAddr>> = Vec::new();
    for card in hosts.iter().flat_map(|host| &host.cards) {
        let here: Vec<IpAddr> = card.networks().collect();
        let touches = |wire: &Vec<IpAddr>| wire.iter().any(|network| here.contains(network));
        let Some(first) = wires.iter().position(touches) else {
            wires.push(here);
            continue;
        };
        // A card with two addresses may join two wires that were apart so far.
        let (joined, apart): (Vec<_>, Vec<_>) = wires.drain(first..).partition(touches);
        let mut wire: Vec<IpAddr> = joined.concat();
        let more = here.into_iter().filter(|network| !wire.contains(network));
        wire.extend(more.collect::<Vec<_>>());
        wires.push(wire);
        wires.extend(apart);
    }
    wires
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
    /// The same over IPv6.
    Syn6,
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
    pub address: IpAddr,
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

/// What a router does to addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    /// The router.
    pub host: String,
    /// Its address on the outer wire, which stands for all the hosts on the others.
    pub outer: Ipv4Addr,
}

/// What a router that translates passes on from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarding {
    /// The router.
    pub host: String,
    /// The TCP port of its outer address.
    pub port: u16,
    /// The host that gets what comes to that port, on the same port.
    pub to: Ipv4Addr,
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
    Nat(Translation),
    Forward(Forwarding),
    Dhcp(String),
    Delay(Delay),
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
    let cards = addresses.iter().map(|&word| card(word));
    Ok(Host {
        name: name.to_owned(),
        cards: cards.collect::<Result<_, _>>()?,
    })
}

/// The addresses of one network card, joined by a comma.
fn card(word: &str) -> Result<Card, Mismatch> {
    let addresses = word.split(',').map(address);
    let addresses = addresses.collect::<Result<Vec<_>, _>>()?;
    if let [a, b] = addresses[..]
        && a.is_ipv4() != b.is_ipv4()
    {
        return Ok(Card { addresses });
    }
    if addresses.len() > 1 {
        let expected = "one address of IPv4 and one of IPv6 for a network card".to_owned();
        return Err((expected, format!("`{word}`")));
    }
    Ok(Card { addresses })
}

/// What stands after `lose`.
pub(super) fn loss(words: &[&str]) -> Result<Loss, Mismatch> {
    let form = || {
        let expected = "`lose NAME syn|syn6|data|any N|all`, N from 1".to_owned();
        Err((expected, format!("`lose {}`", words.join(" "))))
    };
    let &[host, kind, which] = words else {
        return form();
    };
    let kind = match kind {
        "syn" => LossKind::Syn,
        "syn6" => LossKind::Syn6,
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

/// What stands after `nat`.
pub(super) fn translation(words: &[&str]) -> Result<Translation, Mismatch> {
    match words {
        &[host, outer] => Ok(Translation {
            host: host.to_owned(),
            outer: address_v4(outer)?,
        }),
        _ => Err((
            "`nat NAME ADDRESS`".to_owned(),
            format!("`nat {}`", words.join(" ")),
        )),
    }
}

/// What stands after `forward`.
pub(super) fn forwarding(words: &[&str]) -> Result<Forwarding, Mismatch> {
    if let &[host, port, to] = words
        && let Ok(port @ 1..) = port.parse()
    {
        let (host, to) = (host.to_owned(), address_v4(to)?);
        return Ok(Forwarding { host, port, to });
    }
    Err((
        "`forward NAME PORT ADDRESS`".to_owned(),
        format!("`forward {}`", words.join(" ")),
    ))
}

/// What stands after `dhcp`: the name of a host.
pub(super) fn dhcp(words: &[&str]) -> Result<String, Mismatch> {
    match words {
        &[host] => Ok(host.to_owned()),
        _ => Err((
            "`dhcp NAME`".to_owned(),
            format!("`dhcp {}`", words.join(" ")),
        )),
    }
}

/// What stands after `delay`.
pub(super) fn delay(words: &[&str]) -> Result<Delay, Mismatch> {
    let (text, arp) = match *words {
        [text] => (text, false),
        [text, "arp"] => (text, true),
        _ => {
            let found = format!("`{}`", [&["delay"], words].concat().join(" "));
            return Err(("`delay DURATION` or `delay DURATION arp`".to_owned(), found));
        }
    };
    let time = duration(text)?;
    if (DELAY_MIN..=DELAY_MAX).contains(&time) {
        return Ok(Delay { time, arp });
    }
    let (least, most) = (DELAY_MIN.as_millis(), DELAY_MAX.as_millis());
    mismatch(format!("a delay from {least}ms to {most}ms"), text)
}

/// An address that belongs to nobody: it is reserved for documentation, or private.
fn address(word: &str) -> Result<IpAddr, Mismatch> {
    let good = |address: &IpAddr| match address {
        IpAddr::V4(v4) => {
            let last = v4.octets()[3];
            (v4.is_documentation() || v4.is_private()) && last != 0 && last != 255
        }
        // 2001:db8::/32 (RFC 3849) and fd00::/8 (RFC 4193 §3.1), and no anycast of the routers.
        IpAddr::V6(v6) => {
            let documentation = v6.segments()[..2] == [0x2001, 0xdb8];
            (documentation || v6.octets()[0] == 0xfd) && network(*address) != *address
        }
    };
    let address: Option<IpAddr> = word.parse().ok();
    address.filter(good).ok_or_else(|| {
        let expected = "an address of a host that is for documentation (192.0.2.0/24, \
             198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32) or private (10.0.0.0/8, \
             172.16.0.0/12, 192.168.0.0/16, fd00::/8)";
        (expected.to_owned(), format!("`{word}`"))
    })
}

fn address_v4(word: &str) -> Result<Ipv4Addr, Mismatch> {
    match address(word)? {
        IpAddr::V4(v4) => Ok(v4),
        IpAddr::V6(_) => mismatch("an address of IPv4".to_owned(), word),
    }
}

/// Back to the notation.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host {}", self.name)?;
        for card in &self.cards {
            let addresses: Vec<_> = card.addresses.iter().map(ToString::to_string).collect();
            write!(f, " {}", addresses.join(","))?;
        }
        Ok(())
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            LossKind::Syn => "syn",
            LossKind::Syn6 => "syn6",
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

impl fmt::Display for Translation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nat {} {}", self.host, self.outer)
    }
}

impl fmt::Display for Forwarding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "forward {} {} {}", self.host, self.port, self.to)
    }
}
