//! The rows of "Names".

use std::collections::BTreeSet;
use std::net::{SocketAddr, ToSocketAddrs};

use super::support::{is_refused, rows};

rows![row_name_addresses, row_name_of_this_machine];

fn row_name_addresses() {
    let (host, port) = ("localhost", 80);
    let addresses: Vec<_> = (host, port).to_socket_addrs().unwrap().collect();
    assert!(addresses.contains(&SocketAddr::from(([127, 0, 0, 1], 80))));
    let different: BTreeSet<_> = addresses.iter().collect();
    assert_eq!(different.len(), addresses.len(), "each of them once");
}

fn row_name_of_this_machine() {
    // Since Rust 1.91 it is there, behind a feature; before, there is no such name.
    let source = "pub fn f() { let _ = std::net::hostname(); }";
    assert!(is_refused(source, &["E0658", "E0425"]));
}
