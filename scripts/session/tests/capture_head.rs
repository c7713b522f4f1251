//! The head of a capture's session: what it says, and what it refuses.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use session::{Loss, LossKind, Refusal, RefuseWith, Session, Which, mac};

const HEAD: &str = "title zh 题\ntitle en T\nhost a 192.0.2.1\n";
const STEPS: &str = "a $ nc\na ? 0\n";

#[track_caller]
fn reads(head: &str) -> Session {
    Session::parse(&format!("{HEAD}{head}{STEPS}")).expect("a session")
}

/// The lines stand after a good head of three lines; the errors are shown one per line.
#[track_caller]
fn refuses(lines: &str, expected: &str) {
    let source = format!("{HEAD}{lines}{STEPS}");
    let errors = Session::parse(&source).expect_err("this session must be refused");
    let shown: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(shown.join("\n"), expected);
}

#[test]
fn the_lines_of_a_head_are_read_in_any_order() {
    let head = "host router 192.0.2.254 198.51.100.254\nlose a syn 2\nlose router any all\n\
                refuse router 198.51.100.2 rst\ndelay 60ms\nports a 3\nvaries payload\n";
    let session = reads(head);
    let names: Vec<_> = session.hosts.iter().map(|host| &host.name).collect();
    assert_eq!(names, ["a", "router"]);
    let own: Vec<IpAddr> = session.hosts[0].addresses().collect();
    assert_eq!(own, [Ipv4Addr::new(192, 0, 2, 1)]);
    assert_eq!(session.hosts[1].cards.len(), 2);
    assert_eq!(
        session.losses[0],
        Loss {
            host: "a".to_owned(),
            kind: LossKind::Syn,
            which: Which::Nth(2),
        }
    );
    assert_eq!(session.losses[1].which, Which::All);
    assert_eq!(
        session.refusals,
        [Refusal {
            host: "router".to_owned(),
            address: Ipv4Addr::new(198, 51, 100, 2).into(),
            with: RefuseWith::Rst,
        }]
    );
    let delay = session.delay.unwrap();
    assert_eq!((delay.time, delay.arp), (Duration::from_millis(60), false));
    assert_eq!((session.ports_of("a"), session.ports_of("router")), (3, 1));
    assert!(session.varies_payload);
}

#[test]
fn a_head_survives_being_shown() {
    let head = "host router 192.0.2.254 198.51.100.254\nlose a data 2\nports a 3\n\
                refuse router 198.51.100.2 icmp\n";
    let session = reads(head);
    let shown = format!(
        "{}\n{}\n{}\n{}\n",
        session.hosts[1], session.losses[0], session.ports[0], session.refusals[0]
    );
    assert_eq!(shown, head);
}

#[test]
fn the_head_may_name_a_host_before_its_line() {
    let source = "title zh 题\ntitle en T\nlose a any 1\nhost a 192.0.2.1\na $ nc\na ? 0\n";
    assert!(Session::parse(source).is_ok());
}

#[test]
fn a_session_without_hosts_has_no_head() {
    let source = format!("title zh 题\ntitle en T\n{STEPS}");
    let session = Session::parse(&source).unwrap();
    assert!(session.hosts.is_empty() && !session.varies_payload);
    for (line, found) in [("lose a syn 1", "`a`"), ("ports a 1", "`a`")] {
        let errors = Session::parse(&format!("{line}\n{source}")).unwrap_err();
        assert_eq!(errors[0].found, found);
    }
    for line in ["varies payload", "delay 60ms"] {
        let errors = Session::parse(&format!("{line}\n{source}")).unwrap_err();
        assert_eq!(errors[0].expected, "a `host` line first");
    }
}

#[test]
fn the_mac_address_counts_from_one() {
    assert_eq!(mac(0, 0), [2, 0, 0, 0, 1, 1]);
    assert_eq!(mac(2, 1), [2, 0, 0, 0, 3, 2]);
}

#[test]
fn an_address_is_reserved_for_documentation() {
    let expected = "an address of a host that is for documentation (192.0.2.0/24, \
                    198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32) or private (10.0.0.0/8, \
                    172.16.0.0/12, 192.168.0.0/16, fd00::/8), found";
    for word in [
        "8.8.8.8",
        "192.0.2.0",
        "192.0.2.255",
        "192.0.2",
        "::1",
        "2001:db8::",
        "2001:db9::1",
        "fe80::1",
        "172.32.0.1",
        "甲",
    ] {
        refuses(
            &format!("host b {word}\n"),
            &format!("line 4: expected {expected} `{word}`"),
        );
    }
}

#[test]
fn a_host_needs_a_name_and_an_address() {
    refuses(
        "host\nhost 甲 192.0.2.2\nhost b\n",
        "line 4: expected `host NAME ADDRESS…`, found nothing\n\
         line 5: expected the name of a host (an ASCII word), found `甲`\n\
         line 6: expected an address after `host b`, found nothing",
    );
}

#[test]
fn hosts_differ_in_name_and_address() {
    refuses(
        "host a 192.0.2.2\nhost b 192.0.2.1\nhost c 192.0.2.3 192.0.2.4\n",
        "line 4: expected one `host a`, found a second one\n\
         line 5: expected an address that no other host has, found `192.0.2.1`\n\
         line 6: expected the network cards of a host in different networks, found `192.0.2.4`",
    );
}

#[test]
fn a_network_has_one_router() {
    refuses(
        "host r 192.0.2.2 198.51.100.2\nhost s 198.51.100.3 203.0.113.3\n",
        "line 5: expected one router for the network of 198.51.100.0, which is `r`, found `s`",
    );
}

#[test]
fn every_actor_sits_at_a_host() {
    refuses(
        "b $ nc\nb ? 0\n",
        "line 4: expected `host b ADDRESS` in the head, found no host for `b`",
    );
}

#[test]
fn a_loss_names_a_host_a_kind_and_a_number() {
    for line in ["a", "a fin 1", "a syn 0", "a syn", "a syn -1", "a syn 1 2"] {
        refuses(
            &format!("lose {line}\n"),
            &format!(
                "line 4: expected `lose NAME syn|syn6|data|any N|all`, N from 1, found `lose {line}`"
            ),
        );
    }
    refuses(
        "lose z syn 1\n",
        "line 4: expected the name of a host of this session, found `z`",
    );
}

#[test]
fn it_is_a_router_that_refuses_with_icmp_or_rst() {
    for line in ["", "r 198.51.100.2", "r 198.51.100.2 drop", "r icmp"] {
        refuses(
            &format!("host r 192.0.2.9 198.51.100.9\nrefuse {line}\n"),
            &format!("line 5: expected `refuse NAME ADDRESS icmp|rst`, found `refuse {line}`"),
        );
    }
    refuses(
        "refuse a 198.51.100.2 rst\nrefuse z 198.51.100.2 rst\n",
        "line 4: expected the name of a router, a host with two addresses, found `a`\n\
         line 5: expected the name of a host of this session, found `z`",
    );
}

#[test]
fn a_delay_is_long_enough_for_one_go_and_short_enough_for_an_answer() {
    refuses(
        "delay soon\n",
        "line 4: expected a duration such as 300ms or 2s, found `soon`",
    );
    for delay in ["4ms", "451ms", "1s"] {
        refuses(
            &format!("delay {delay}\n"),
            &format!("line 4: expected a delay from 5ms to 450ms, found `{delay}`"),
        );
    }
    for line in ["delay", "delay 50ms ndp", "delay arp 50ms"] {
        refuses(
            &format!("{line}\n"),
            &format!("line 4: expected `delay DURATION` or `delay DURATION arp`, found `{line}`"),
        );
    }
    assert!(reads("delay 50ms arp\n").delay.unwrap().arp);
    refuses(
        "delay 5ms arp\ndelay 6ms\n",
        "line 5: expected one `delay`, found a second one",
    );
}

#[test]
fn ports_stand_once_for_a_host() {
    refuses(
        "ports a 2\nports a 0\n",
        "line 5: expected `ports NAME N`, N from 1 to 1000, found `ports a 0`",
    );
    refuses(
        "ports a 2\nports a 3\n",
        "line 5: expected one `ports a`, found a second one",
    );
    refuses(
        "varies sizes\n",
        "line 4: expected `payload` after `varies`, found `sizes`",
    );
}

#[test]
fn the_head_stands_before_the_story() {
    let source = format!("{HEAD}{STEPS}lose a syn 1\n");
    let errors = Session::parse(&source).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "line 6: expected the hosts, and what the wire does, before the first step, \
         found a line about them after it"
    );
}

#[test]
fn a_card_has_an_address_of_each_kind() {
    let head =
        "host b 192.0.2.2,2001:db8:1::2\nhost c 2001:db8:1::3 fd00:2::3\nhost d 192.168.7.1\n";
    let session = reads(head);
    let cards: Vec<usize> = session.hosts.iter().map(|host| host.cards.len()).collect();
    assert_eq!(cards, [1, 1, 2, 1]);
    assert_eq!(
        format!(
            "{}\n{}\n{}\n",
            session.hosts[1], session.hosts[2], session.hosts[3]
        ),
        head
    );
    // The card of `b` joins the wire of IPv4 and that of IPv6.
    let wires: Vec<String> = session::wires(&session.hosts)
        .iter()
        .map(|wire| {
            wire.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(wires, ["192.0.2.0 2001:db8:1::", "fd00:2::", "192.168.7.0"]);
    for word in [
        "192.0.2.2,192.0.2.3",
        "2001:db8::1,2001:db8:2::1",
        "192.0.2.2,fd00::1,fd01::1",
    ] {
        refuses(
            &format!("host b {word}\n"),
            &format!(
                "line 4: expected one address of IPv4 and one of IPv6 for a network card, found `{word}`"
            ),
        );
    }
}

#[test]
fn a_router_translates_to_an_address_of_its_own() {
    let router = "host r 192.168.1.1 203.0.113.1\n";
    let head = "nat r 203.0.113.1\nforward r 8808 192.168.1.2\n";
    let session = reads(&format!(
        "forward r 8808 192.168.1.2\n{router}nat r 203.0.113.1\ndhcp a\n"
    ));
    assert_eq!(
        format!("{}\n{}\n", session.translations[0], session.forwardings[0]),
        head
    );
    assert_eq!(session.dhcp, ["a"]);
    refuses(
        &format!(
            "{router}nat a 192.0.2.1\nnat r 203.0.113.9\nnat r\nforward r 80 192.168.1.2\nforward r 0 192.168.1.2\ndhcp r\ndhcp\n"
        ),
        "line 5: expected the name of a router, a host with two addresses, found `a`\n\
         line 6: expected an address of `r`, found `203.0.113.9`\n\
         line 7: expected `nat NAME ADDRESS`, found `nat r`\n\
         line 8: expected `nat r ADDRESS` first, found `forward r 80 192.168.1.2`\n\
         line 9: expected `forward NAME PORT ADDRESS`, found `forward r 0 192.168.1.2`\n\
         line 10: expected a host with one network card and an address of IPv4, found `r`\n\
         line 11: expected `dhcp NAME`, found `dhcp `",
    );
}
