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
use session::{Session, mac};
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

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
        let plan = |(index, host): (usize, &session::Host)| Self {
            name: host.name.clone(),
            cards: host
                .addresses
                .iter()
                .enumerate()
                .map(|(card, &address)| Card {
                    address,
                    mac: mac(index, card),
                })
                .collect(),
            router: router(session, host),
            ports: session.ports_of(&host.name),
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
    ip(&commands(plan))?;
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
        let mac = mac.map(|byte| format!("{byte:02x}")).join(":");
        commands.push_str(&format!(
            "link set {name} address {mac}\n\
             addr add {address}/24 dev {name}\n\
             ntable change name arp_cache dev {name} base_reachable {NEIGHBOR_TIMEOUT_MS} delay_probe {NEIGHBOR_TIMEOUT_MS}\n\
             link set {name} up\n"
        ));
    }
    if let Some(router) = plan.router {
        commands.push_str(&format!("route add default via {router}\n"));
    }
    commands
}

fn ip(commands: &str) -> Result<()> {
    let mut child = Command::new("ip")
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("run ip")?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(commands.as_bytes()).context("run ip")?;
    }
    let output = child.wait_with_output().context("run ip")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("ip -batch: {}", said.trim_end());
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
}
