//! The head of a capture's session: its hosts, what the wire loses, and what may vary.

use core::net::Ipv4Addr;
use std::fmt;

use super::lexer::{Mismatch, is_actor};
use super::{ParseError, Step};

/// Maximum number of hosts: a diagram has room for no more, and a MAC address has one digit for it.
const HOSTS_MAX: usize = 9;

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
    VariesPayload,
}

/// What the head says.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) hosts: Vec<Host>,
    pub(super) losses: Vec<Loss>,
    pub(super) ports: Vec<Ports>,
    pub(super) varies_payload: bool,
}

impl Head {
    /// Collects the head, with an error for every line that does not fit the others.
    pub(super) fn read<'a>(
        facts: impl Iterator<Item = (usize, &'a Fact)>,
        errors: &mut Vec<ParseError>,
    ) -> Self {
        let mut head = Self::default();
        // The hosts first: the other lines name them.
        let (hosts, others): (Vec<_>, Vec<_>) =
            facts.partition(|(_, fact)| matches!(fact, Fact::Host(_)));
        for (line, fact) in hosts.into_iter().chain(others) {
            if let Err((expected, found)) = head.add(fact) {
                errors.push(ParseError {
                    line,
                    expected,
                    found,
                });
            }
        }
        head
    }

    /// As soon as there is a host, every actor needs one.
    pub(super) fn seat(&self, steps: &[Step], errors: &mut Vec<ParseError>) {
        if self.hosts.is_empty() {
            return;
        }
        let mut standing = Vec::new();
        for step in steps {
            let Some(actor) = step.action.actor() else {
                continue;
            };
            if self.host(actor).is_none() && !standing.contains(&actor) {
                standing.push(actor);
                errors.push(ParseError {
                    line: step.line,
                    expected: format!("`host {actor} ADDRESS` in the head"),
                    found: format!("no host for `{actor}`"),
                });
            }
        }
    }

    fn add(&mut self, fact: &Fact) -> Result<(), Mismatch> {
        match fact {
            Fact::Host(host) => {
                self.fits(host)?;
                self.hosts.push(host.clone());
            }
            Fact::Lose(loss) => {
                self.named(&loss.host)?;
                self.losses.push(loss.clone());
            }
            Fact::Ports(ports) => {
                self.named(&ports.host)?;
                if self.ports.iter().any(|other| other.host == ports.host) {
                    let expected = format!("one `ports {}`", ports.host);
                    return Err((expected, "a second one".to_owned()));
                }
                self.ports.push(ports.clone());
            }
            Fact::VariesPayload if self.hosts.is_empty() => {
                return Err(("a `host` line first".to_owned(), "no host".to_owned()));
            }
            Fact::VariesPayload => self.varies_payload = true,
        }
        Ok(())
    }

    fn fits(&self, host: &Host) -> Result<(), Mismatch> {
        if self.hosts.len() == HOSTS_MAX {
            return Err((format!("at most {HOSTS_MAX} hosts"), "one more".to_owned()));
        }
        if self.host(&host.name).is_some() {
            return Err((format!("one `host {}`", host.name), "a second one".into()));
        }
        for (index, &address) in host.addresses.iter().enumerate() {
            if self.hosts.iter().any(|h| h.addresses.contains(&address)) {
                let expected = "an address that no other host has".to_owned();
                return Err((expected, format!("`{address}`")));
            }
            let shared = |other: &Ipv4Addr| network(*other) == network(address);
            if host.addresses[..index].iter().any(shared) {
                let expected = "the network cards of a host in different networks".to_owned();
                return Err((expected, format!("`{address}`")));
            }
            let is_router = |h: &&Host| h.addresses.len() > 1 && h.addresses.iter().any(shared);
            if let Some(router) = self.hosts.iter().find(is_router)
                && host.addresses.len() > 1
            {
                let (net, name) = (network(address), &router.name);
                return Err((
                    format!("one router for the network of {net}, which is `{name}`"),
                    format!("`{}`", host.name),
                ));
            }
        }
        Ok(())
    }

    fn host(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|host| host.name == name)
    }

    fn named(&self, name: &str) -> Result<(), Mismatch> {
        if self.host(name).is_some() {
            return Ok(());
        }
        Err((
            "the name of a host of this session".to_owned(),
            format!("`{name}`"),
        ))
    }
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

fn network(address: Ipv4Addr) -> Ipv4Addr {
    let [a, b, c, _] = address.octets();
    Ipv4Addr::new(a, b, c, 0)
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
