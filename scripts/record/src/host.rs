//! A host: a thread in a network namespace of its own, which starts the programs of its actor.
//!
//! A child lives in the namespace of the thread that started it, so nothing has to be entered
//! from outside, and no privilege is given to the programs.

use std::fs;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use nix::sched::{CloneFlags, unshare};
use session::{Refusal, RefuseWith, Session, mac, network};
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
    /// Its network cards.
    pub cards: Vec<Card>,
    /// Whether its cards have their addresses from the start: not where a program gets them by DHCP.
    pub addressed: bool,
    /// Where packets for other networks go, for each kind of IP.
    pub routers: Vec<IpAddr>,
    /// The address that stands for all hosts behind it, if it translates.
    pub outer: Option<Ipv4Addr>,
    /// What comes to a port of that address, and the host that gets it.
    pub forwardings: Vec<(u16, Ipv4Addr)>,
    /// How many client ports it has.
    pub ports: u16,
    /// What it does not pass on.
    pub refusals: Vec<Refusal>,
    /// Whose MAC addresses it knows from the start, by its own card.
    pub neighbors: Vec<(usize, Card)>,
}

/// The ports of a router that translates: client ports, so that a comparison knows them as such.
const TRANSLATED_PORTS: &str = "60000-60999";

/// A network card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its addresses.
    pub of: session::Card,
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
            addressed: !session.dhcp.contains(&host.name),
            routers: routers(session, host),
            outer: outer(session, &host.name),
            forwardings: session
                .forwardings
                .iter()
                .filter(|one| one.host == host.name)
                .map(|one| (one.port, one.to))
                .collect(),
            ports: session.ports_of(&host.name),
            refusals: session
                .refusals
                .iter()
                .filter(|refusal| refusal.host == host.name)
                .cloned()
                .collect(),
            // On a wire this long, ARP takes most of the second after which a SYN is sent again.
            neighbors: match session.delay {
                Some(delay) if !delay.arp => neighbors(index, &cards),
                _ => Vec::new(),
            },
        };
        session.hosts.iter().enumerate().map(plan).collect()
    }
}

impl Plan {
    fn has_ipv6(&self) -> bool {
        let mut addresses = self.cards.iter().flat_map(|card| &card.of.addresses);
        addresses.any(IpAddr::is_ipv6)
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
    match plan.has_ipv6() {
        false => {
            set_if_there("ipv6/conf/all/disable_ipv6", "1")?;
            set_if_there("ipv6/conf/default/disable_ipv6", "1")?;
        }
        // The addresses are ours alone, and no router advertises any: nobody needs to ask.
        true => {
            for of in ["all", "default"] {
                set(&format!("ipv6/conf/{of}/accept_dad"), "0")?;
                set(&format!("ipv6/conf/{of}/accept_ra"), "0")?;
                set(&format!("ipv6/conf/{of}/router_solicitations"), "0")?;
            }
        }
    }
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
        if plan.has_ipv6() {
            set("ipv6/conf/all/forwarding", "1")?;
        }
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
    for (index, Card { of, mac }) in plan.cards.iter().enumerate() {
        let name = card_name(index);
        let mac = text(*mac);
        commands.push_str(&format!("link set {name} address {mac}\n"));
        let mut tables = vec!["arp_cache"];
        for address in of.addresses.iter().filter(|_| plan.addressed) {
            commands.push_str(&match address {
                IpAddr::V4(address) => format!("addr add {address}/24 dev {name}\n"),
                IpAddr::V6(address) => format!("addr add {address}/64 dev {name} nodad\n"),
            });
        }
        if of.addresses.iter().any(IpAddr::is_ipv6) {
            tables.push("ndisc_cache");
        }
        for table in tables {
            commands.push_str(&format!(
                "ntable change name {table} dev {name} base_reachable {NEIGHBOR_TIMEOUT_MS} delay_probe {NEIGHBOR_TIMEOUT_MS}\n"
            ));
        }
        commands.push_str(&format!("link set {name} up\n"));
    }
    for (index, Card { of, mac }) in &plan.neighbors {
        let (name, mac) = (card_name(*index), text(*mac));
        for address in &of.addresses {
            commands.push_str(&format!("neigh add {address} lladdr {mac} dev {name}\n"));
        }
    }
    for router in plan.routers.iter().filter(|_| plan.addressed) {
        commands.push_str(&format!("route add default via {router}\n"));
    }
    for refusal in plan
        .refusals
        .iter()
        .filter(|one| one.with == RefuseWith::Icmp)
    {
        let bits = if refusal.address.is_ipv4() { 32 } else { 128 };
        commands.push_str(&format!("route add prohibit {}/{bits}\n", refusal.address));
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
            let family = if one.address.is_ipv4() { "ip" } else { "ip6" };
            format!(
                "add rule inet firewall forward {family} daddr {} reject with tcp reset\n",
                one.address
            )
        })
        .collect();
    let mut all = String::new();
    if !rules.is_empty() {
        all.push_str(
            "add table inet firewall\n\
             add chain inet firewall forward { type filter hook forward priority 0; }\n",
        );
        all.push_str(&rules);
    }
    all.push_str(&translation(plan).unwrap_or_default());
    (!all.is_empty()).then_some(all)
}

/// The rules of a router that translates: what leaves by its outer card gets its address, and one of
/// its ports; what comes to a forwarded port goes to the host behind it.
fn translation(plan: &Plan) -> Option<String> {
    let outer = plan.outer?;
    let has = |card: &Card| card.of.addresses.contains(&outer.into());
    let name = card_name(plan.cards.iter().position(has)?);
    let mut rules = format!(
        "add table ip nat\n\
         add chain ip nat postrouting {{ type nat hook postrouting priority 100; }}\n\
         add chain ip nat prerouting {{ type nat hook prerouting priority -100; }}\n\
         add rule ip nat postrouting oifname {name} meta l4proto {{ tcp, udp }} snat to {outer}:{TRANSLATED_PORTS}\n\
         add rule ip nat postrouting oifname {name} snat to {outer}\n"
    );
    for (port, to) in &plan.forwardings {
        rules.push_str(&format!(
            "add rule ip nat prerouting ip daddr {outer} tcp dport {port} dnat to {to}\n"
        ));
    }
    Some(rules)
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
    let card = |(card, of): (usize, &session::Card)| Card {
        of: of.clone(),
        mac: mac(host, card),
    };
    of.cards.iter().enumerate().map(card).collect()
}

/// The cards of the other hosts on the wires of this host, each with the card that leads there.
fn neighbors(host: usize, all: &[Vec<Card>]) -> Vec<(usize, Card)> {
    let others = all.iter().enumerate().filter(|(other, _)| *other != host);
    let others = others.flat_map(|(_, cards)| cards);
    let way = |card: &Card| {
        let there: Vec<IpAddr> = card.of.networks().collect();
        let shared = |own: &Card| own.of.networks().any(|network| there.contains(&network));
        Some((all[host].iter().position(shared)?, card.clone()))
    };
    others.filter_map(way).collect()
}

/// The routers of the networks that `host` is in, one for each kind of IP, if it is not a router
/// itself. To the world outside, a router that translates is a host like others.
fn routers(session: &Session, host: &session::Host) -> Vec<IpAddr> {
    if host.is_router() {
        return Vec::new();
    }
    let found = host.addresses().filter_map(|own| {
        let mut routers = session.hosts.iter().filter(|host| host.is_router());
        routers.find_map(|router| {
            let near = |address: &IpAddr| network(*address) == network(own);
            let address = router.addresses().find(near)?;
            let outer = outer(session, &router.name).map(IpAddr::V4);
            (outer != Some(address)).then_some(address)
        })
    });
    found.collect()
}

/// The address that stands for all hosts behind this one, if it translates.
fn outer(session: &Session, host: &str) -> Option<Ipv4Addr> {
    let mut all = session.translations.iter();
    all.find(|one| one.host == host).map(|one| one.outer)
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
        let routers: Vec<_> = plans.iter().map(|plan| plan.routers.clone()).collect();
        let at = |a, b, c| vec![IpAddr::from([a, b, c, 9])];
        assert_eq!(routers, [at(192, 0, 2), Vec::new(), at(198, 51, 100)]);
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
            .map(|(card, known)| (*card, known.of.addresses[0].to_string()))
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
    fn on_a_long_wire_everyone_asks_where_the_head_says_arp() {
        let plans = plans("host a 192.0.2.2\nhost b 192.0.2.1\ndelay 100ms arp\n");
        assert!(!commands(&plans[0]).contains("neigh"));
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
                "add table inet firewall\n\
                 add chain inet firewall forward { type filter hook forward priority 0; }\n\
                 add rule inet firewall forward ip daddr 198.51.100.3 reject with tcp reset\n"
            )
        );
        assert!(!commands(&plans[0]).contains("prohibit"));
        assert_eq!(rules(&plans[0]), None);
    }

    #[test]
    fn a_card_may_have_an_address_of_each_kind() {
        let plans =
            plans("host a 192.0.2.2,2001:db8:1::2\nhost r 192.0.2.1,2001:db8:1::1 2001:db8:2::1\n");
        assert!(plans[0].has_ipv6());
        let commands = commands(&plans[0]);
        assert!(commands.contains("\naddr add 2001:db8:1::2/64 dev eth0 nodad\n"));
        assert!(commands.contains("\nntable change name ndisc_cache dev eth0 "));
        assert!(
            commands.ends_with(
                "\nroute add default via 192.0.2.1\nroute add default via 2001:db8:1::1\n"
            )
        );
    }

    #[test]
    fn a_router_translates_for_the_hosts_behind_it_only() {
        let plans = plans(
            "host a 192.168.1.2\nhost r 192.168.1.1 203.0.113.1\nhost b 203.0.113.9\n\
             nat r 203.0.113.1\nforward r 8808 192.168.1.2\ndhcp a\n",
        );
        assert_eq!(plans[2].routers, [] as [IpAddr; 0]);
        assert!(!commands(&plans[0]).contains("192.168.1"));
        let rules = rules(&plans[1]).unwrap();
        assert!(rules.contains(" oifname eth1 snat to 203.0.113.1\n"));
        assert!(rules.ends_with("ip daddr 203.0.113.1 tcp dport 8808 dnat to 192.168.1.2\n"));
    }
}
