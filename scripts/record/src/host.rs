//! A host: a thread in a network namespace of its own, which starts the programs of its actor.
//!
//! A child lives in the namespace of the thread that started it, so nothing has to be entered
//! from outside, and no privilege is given to the programs.

use std::fs;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use nix::sched::{CloneFlags, unshare};
use session::{Refusal, RefuseWith, Session, mac};
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

use crate::preflight;

/// The first client port of every host.
const CLIENT_PORT_FIRST: u16 = 50_000;

/// An hour, in milliseconds: longer than any session. A neighbor that has been found stays known,
/// so that the recordings have the same ARP requests.
const NEIGHBOR_TIMEOUT_MS: &str = "3600000";

/// Setting of Linux 6.5 and later, which retransmits a SYN four times, a second apart, before it
/// doubles the interval.
const SYN_TIMEOUTS_SETTING: &str = "ipv4/tcp_syn_linear_timeouts";

/// The plan of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name in the session.
    pub name: String,
    /// One network card for each address.
    pub cards: Vec<Card>,
    /// Where packets for other networks go.
    pub router: Option<Ipv4Addr>,
    /// How many client ports it has.
    pub ports: u16,
    /// What it does not pass on.
    pub refusals: Vec<Refusal>,
    /// Whose MAC addresses it knows from the start, by its own card.
    pub neighbors: Vec<(usize, Card)>,
}

/// A network card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its address, `/24`.
    pub address: Ipv4Addr,
    /// Its MAC address.
    pub mac: [u8; 6],
}

/// A running host. It ends when this is dropped and its programs have ended.
#[derive(Debug)]
pub struct Host {
    spawns: Sender<Spawn>,
}

struct Spawn {
    command: Command,
    done: Sender<io::Result<Child>>,
}

impl Plan {
    /// The plans of the hosts of `session`, in order.
    #[must_use]
    pub fn of(session: &Session) -> Vec<Self> {
        let hosts = session.hosts.iter().enumerate();
        let cards: Vec<Vec<Card>> = hosts.map(|(index, host)| cards(index, host)).collect();
        let plan = |(index, host): (usize, &session::Host)| Self {
            name: host.name.clone(),
            cards: cards[index].clone(),
            router: router(session, host),
            ports: session.ports_of(&host.name),
            refusals: session
                .refusals
                .iter()
                .filter(|refusal| refusal.host == host.name)
                .cloned()
                .collect(),
            // On a wire this long, ARP takes most of the second after which a SYN is sent again.
            neighbors: match session.delay {
                Some(_) => neighbors(index, &cards),
                None => Vec::new(),
            },
        };
        session.hosts.iter().enumerate().map(plan).collect()
    }
}

impl Host {
    /// Makes the host, with one TAP device for each of its cards.
    ///
    /// # Errors
    /// The system refuses the namespace, a device or its configuration.
    pub fn start(plan: Plan) -> Result<(Self, Vec<SyncDevice>)> {
        let (spawns, to_do) = mpsc::channel();
        let (made, is_made) = mpsc::channel();
        thread::Builder::new()
            .name(format!("host {}", plan.name))
            .spawn(move || {
                let result = settle(&plan).with_context(|| format!("make the host {}", plan.name));
                let lives = result.is_ok();
                if made.send(result).is_ok() && lives {
                    work(to_do);
                }
            })
            .context("start a thread for a host")?;
        let devices = is_made
            .recv()
            .map_err(|_| anyhow!("the thread of a host ended"))??;
        Ok((Self { spawns }, devices))
    }

    /// Starts a program on this host.
    ///
    /// # Errors
    /// It does not start.
    pub fn spawn(&self, command: Command) -> io::Result<Child> {
        let gone = || io::Error::other("the thread of its host ended");
        let (done, started) = mpsc::channel();
        self.spawns
            .send(Spawn { command, done })
            .map_err(|_| gone())?;
        started.recv().map_err(|_| gone())?
    }
}

fn work(to_do: Receiver<Spawn>) {
    for Spawn { mut command, done } in to_do {
        let child = command.spawn();
        // Before the answer: the command holds ends of the program's pipes.
        drop(command);
        let _ = done.send(child);
    }
}

/// Enters a new namespace and makes it the host of `plan`. For this thread only.
fn settle(plan: &Plan) -> Result<Vec<SyncDevice>> {
    unshare(CloneFlags::CLONE_NEWNET).context("make a network namespace")?;
    set_if_there("ipv6/conf/all/disable_ipv6", "1")?;
    set_if_there("ipv6/conf/default/disable_ipv6", "1")?;
    let last = CLIENT_PORT_FIRST + (plan.ports - 1);
    set(
        "ipv4/ip_local_port_range",
        &format!("{CLIENT_PORT_FIRST} {last}"),
    )?;
    // The same on every kernel and every amount of memory.
    set("ipv4/tcp_rmem", "4096 131072 6291456")?;
    set("ipv4/tcp_wmem", "4096 16384 4194304")?;
    set("ipv4/tcp_ecn", "2")?;
    set_if_there(SYN_TIMEOUTS_SETTING, "4")?;
    // Every probe of a closed window is answered, not just one every half second.
    set_if_there("ipv4/tcp_invalid_ratelimit", "0")?;
    // Group 0 may open ICMP datagram sockets: where programs run as it, here and in a user
    // namespace.
    set_if_there("ipv4/ping_group_range", "0 0")?;
    if plan.cards.len() > 1 {
        set("ipv4/ip_forward", "1")?;
    }
    let devices = plan.cards.iter().enumerate().map(|(index, _)| tap(index));
    let devices = devices.collect::<Result<Vec<_>>>()?;
    batch(Command::new("ip").args(["-batch", "-"]), &commands(plan))?;
    if let Some(rules) = rules(plan) {
        batch(preflight::nft()?.args(["-f", "-"]), &rules)?;
    }
    Ok(devices)
}

/// Without the header for offloads: the kernel computes every checksum and cuts every segment
/// before a frame reaches us, as it must on a wire.
fn tap(index: usize) -> Result<SyncDevice> {
    let device = DeviceBuilder::new()
        .name(card_name(index))
        .layer(Layer::L2)
        .enable(false)
        .build_sync()
        .context("make a TAP device")?;
    device
        .set_nonblocking(true)
        .context("set up a TAP device")?;
    Ok(device)
}

fn card_name(index: usize) -> String {
    format!("eth{index}")
}

/// What `ip -batch` is to do.
fn commands(plan: &Plan) -> String {
    let mut commands = String::from("link set lo up\n");
    for (index, Card { address, mac }) in plan.cards.iter().enumerate() {
        let name = card_name(index);
        let mac = text(*mac);
        commands.push_str(&format!(
            "link set {name} address {mac}\n\
             addr add {address}/24 dev {name}\n\
             ntable change name arp_cache dev {name} base_reachable {NEIGHBOR_TIMEOUT_MS} delay_probe {NEIGHBOR_TIMEOUT_MS}\n\
             link set {name} up\n"
        ));
    }
    for (index, Card { address, mac }) in &plan.neighbors {
        let (name, mac) = (card_name(*index), text(*mac));
        commands.push_str(&format!("neigh add {address} lladdr {mac} dev {name}\n"));
    }
    if let Some(router) = plan.router {
        commands.push_str(&format!("route add default via {router}\n"));
    }
    for refusal in plan
        .refusals
        .iter()
        .filter(|one| one.with == RefuseWith::Icmp)
    {
        commands.push_str(&format!("route add prohibit {}/32\n", refusal.address));
    }
    commands
}

/// A MAC address as `ip` reads it.
fn text(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

/// What `nft -f` is to do: what a route cannot, which is to answer with RST.
fn rules(plan: &Plan) -> Option<String> {
    let resets = plan
        .refusals
        .iter()
        .filter(|one| one.with == RefuseWith::Rst);
    let rules: String = resets
        .map(|one| {
            format!(
                "add rule ip firewall forward ip daddr {} reject with tcp reset\n",
                one.address
            )
        })
        .collect();
    let chain = "add table ip firewall\n\
                 add chain ip firewall forward { type filter hook forward priority 0; }\n";
    (!rules.is_empty()).then(|| format!("{chain}{rules}"))
}

/// Runs `program`, which reads what it is to do from its standard input.
fn batch(program: &mut Command, commands: &str) -> Result<()> {
    let name = program.get_program().display().to_string();
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("run {name}"))?;
    if let Some(mut input) = child.stdin.take() {
        let written = input.write_all(commands.as_bytes());
        written.with_context(|| format!("run {name}"))?;
    }
    let output = child.wait_with_output();
    let output = output.with_context(|| format!("run {name}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{name}: {}", said.trim_end());
    }
    Ok(())
}

/// A setting of the namespace that this thread is in.
fn set(name: &str, value: &str) -> Result<()> {
    let path = format!("/proc/sys/net/{name}");
    fs::write(&path, value).with_context(|| format!("write {path}"))
}

fn set_if_there(name: &str, value: &str) -> Result<()> {
    match fs::exists(format!("/proc/sys/net/{name}")) {
        Ok(true) => set(name, value),
        Ok(false) | Err(_) => Ok(()),
    }
}

/// Whether this kernel retransmits a SYN as the one did that made the recordings of the book.
#[must_use]
pub fn repeats_syn_as_recorded() -> bool {
    fs::exists(format!("/proc/sys/net/{SYN_TIMEOUTS_SETTING}")).unwrap_or(false)
}

fn cards(host: usize, of: &session::Host) -> Vec<Card> {
    let card = |(card, &address): (usize, &Ipv4Addr)| Card {
        address,
        mac: mac(host, card),
    };
    of.addresses.iter().enumerate().map(card).collect()
}

/// The cards of the other hosts on the wires of this host, each with the card that leads there.
fn neighbors(host: usize, all: &[Vec<Card>]) -> Vec<(usize, Card)> {
    let others = all.iter().enumerate().filter(|(other, _)| *other != host);
    let others = others.flat_map(|(_, cards)| cards);
    let way = |card: &Card| {
        let shared = |own: &Card| network(own.address) == network(card.address);
        Some((all[host].iter().position(shared)?, card.clone()))
    };
    others.filter_map(way).collect()
}

/// The router of the network that `host` is in, if it is not a router itself.
fn router(session: &Session, host: &session::Host) -> Option<Ipv4Addr> {
    let &[own] = host.addresses.as_slice() else {
        return None;
    };
    let routers = session.hosts.iter().filter(|host| host.addresses.len() > 1);
    routers
        .flat_map(|router| &router.addresses)
        .copied()
        .find(|address| network(*address) == network(own))
}

/// The network of an address.
#[must_use]
pub fn network(address: Ipv4Addr) -> Ipv4Addr {
    let [a, b, c, _] = address.octets();
    Ipv4Addr::new(a, b, c, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLE: &str = "title zh 题\ntitle en T\n";

    fn plans(hosts: &str) -> Vec<Plan> {
        let source = format!("{TITLE}{hosts}a $ nc\na ? 0\n");
        Plan::of(&Session::parse(&source).unwrap())
    }

    #[test]
    fn hosts_send_other_networks_through_the_router() {
        let plans = plans("host a 192.0.2.1\nhost r 192.0.2.9 198.51.100.9\nhost b 198.51.100.1\n");
        let routers: Vec<_> = plans.iter().map(|plan| plan.router).collect();
        assert_eq!(
            routers,
            [
                Some(Ipv4Addr::new(192, 0, 2, 9)),
                None,
                Some(Ipv4Addr::new(198, 51, 100, 9))
            ]
        );
        assert_eq!(plans[1].cards[1].mac, [2, 0, 0, 0, 2, 2]);
    }

    #[test]
    fn a_card_has_its_addresses_and_never_asks_twice() {
        let plans = plans("host a 192.0.2.1\n");
        assert_eq!(
            commands(&plans[0]),
            "link set lo up\n\
             link set eth0 address 02:00:00:00:01:01\n\
             addr add 192.0.2.1/24 dev eth0\n\
             ntable change name arp_cache dev eth0 base_reachable 3600000 delay_probe 3600000\n\
             link set eth0 up\n"
        );
    }

    #[test]
    fn on_a_long_wire_everyone_is_known_from_the_start() {
        let plans = plans(
            "host a 192.0.2.2\nhost r 192.0.2.1 198.51.100.1\nhost b 198.51.100.2\ndelay 100ms\n",
        );
        let known: Vec<_> = plans[1]
            .neighbors
            .iter()
            .map(|(card, known)| (*card, known.address.to_string()))
            .collect();
        assert_eq!(
            known,
            [(0, "192.0.2.2".to_owned()), (1, "198.51.100.2".to_owned())]
        );
        assert!(commands(&plans[0]).contains(
            "\nneigh add 192.0.2.1 lladdr 02:00:00:00:02:01 dev eth0\nroute add default"
        ));
    }

    #[test]
    fn a_router_refuses_with_a_route_or_with_a_rule() {
        let plans = plans(
            "host a 192.0.2.2\nhost r 192.0.2.1 198.51.100.1\n\
             refuse r 198.51.100.2 icmp\nrefuse r 198.51.100.3 rst\n",
        );
        assert!(commands(&plans[1]).ends_with("\nroute add prohibit 198.51.100.2/32\n"));
        assert_eq!(
            rules(&plans[1]).as_deref(),
            Some(
                "add table ip firewall\n\
                 add chain ip firewall forward { type filter hook forward priority 0; }\n\
                 add rule ip firewall forward ip daddr 198.51.100.3 reject with tcp reset\n"
            )
        );
        assert!(!commands(&plans[0]).contains("prohibit"));
        assert_eq!(rules(&plans[0]), None);
    }
}
