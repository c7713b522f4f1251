//! The head of a capture's session as a whole: lines that do not fit the others are errors.

use core::net::{IpAddr, Ipv4Addr};

use super::fact::{
    Card, Delay, Fact, Forwarding, Host, Loss, Ports, Refusal, Translation, network,
};
use super::lexer::Mismatch;
use super::{ParseError, Step};

/// Maximum number of hosts: a diagram has room for no more, and a MAC address has one digit for it.
const HOSTS_MAX: usize = 9;

/// What the head says.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) hosts: Vec<Host>,
    pub(super) losses: Vec<Loss>,
    pub(super) ports: Vec<Ports>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) translations: Vec<Translation>,
    pub(super) forwardings: Vec<Forwarding>,
    pub(super) dhcp: Vec<String>,
    pub(super) delay: Option<Delay>,
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
        let (nats, others): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|(_, fact)| matches!(fact, Fact::Nat(_)));
        for (line, fact) in hosts.into_iter().chain(nats).chain(others) {
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
            Fact::Refuse(refusal) => {
                self.routes(&refusal.host)?;
                self.refusals.push(refusal.clone());
            }
            Fact::Nat(nat) => {
                self.routes(&nat.host)?;
                self.has(&nat.host, nat.outer)?;
                if self.translations.iter().any(|one| one.host == nat.host) {
                    let expected = format!("one `nat {}`", nat.host);
                    return Err((expected, "a second one".to_owned()));
                }
                self.translations.push(nat.clone());
            }
            Fact::Forward(forwarding) => {
                if !self
                    .translations
                    .iter()
                    .any(|nat| nat.host == forwarding.host)
                {
                    let expected = format!("`nat {} ADDRESS` first", forwarding.host);
                    return Err((expected, format!("`{forwarding}`")));
                }
                self.forwardings.push(forwarding.clone());
            }
            Fact::Dhcp(host) => {
                self.named(host)?;
                let cards = self.host(host).map(|host| host.cards.as_slice());
                if !matches!(cards, Some([Card { addresses }]) if addresses[0].is_ipv4()) {
                    let expected = "a host with one network card and an address of IPv4";
                    return Err((expected.to_owned(), format!("`{host}`")));
                }
                self.dhcp.push(host.clone());
            }
            Fact::Delay(_) | Fact::VariesPayload if self.hosts.is_empty() => {
                return Err(("a `host` line first".to_owned(), "no host".to_owned()));
            }
            Fact::Delay(_) if self.delay.is_some() => {
                return Err(("one `delay`".to_owned(), "a second one".to_owned()));
            }
            Fact::Delay(delay) => self.delay = Some(*delay),
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
        for (index, card) in host.cards.iter().enumerate() {
            for &address in &card.addresses {
                self.fits_address(host, &host.cards[..index], address)?;
            }
        }
        Ok(())
    }

    fn fits_address(&self, host: &Host, earlier: &[Card], address: IpAddr) -> Result<(), Mismatch> {
        if self
            .hosts
            .iter()
            .any(|h| h.addresses().any(|other| other == address))
        {
            let expected = "an address that no other host has".to_owned();
            return Err((expected, format!("`{address}`")));
        }
        let net = network(address);
        let shared = |card: &Card| card.networks().any(|other| other == net);
        if earlier.iter().any(shared) {
            let expected = "the network cards of a host in different networks".to_owned();
            return Err((expected, format!("`{address}`")));
        }
        let is_router = |h: &&Host| h.is_router() && h.cards.iter().any(shared);
        if let Some(router) = self.hosts.iter().find(is_router)
            && host.is_router()
        {
            let name = &router.name;
            return Err((
                format!("one router for the network of {net}, which is `{name}`"),
                format!("`{}`", host.name),
            ));
        }
        Ok(())
    }

    fn host(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|host| host.name == name)
    }

    /// Only a router has packets for others in its hands.
    fn routes(&self, name: &str) -> Result<(), Mismatch> {
        self.named(name)?;
        if self.host(name).is_some_and(Host::is_router) {
            return Ok(());
        }
        Err((
            "the name of a router, a host with two addresses".to_owned(),
            format!("`{name}`"),
        ))
    }

    fn has(&self, name: &str, address: Ipv4Addr) -> Result<(), Mismatch> {
        let is_its = |host: &Host| host.addresses().any(|one| one == IpAddr::V4(address));
        if self.host(name).is_some_and(is_its) {
            return Ok(());
        }
        Err((format!("an address of `{name}`"), format!("`{address}`")))
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
