//! The port: the one that was asked for, or the first free one from 3000 upward. Loopback only.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Result, anyhow};

use bilingual::Ui;

/// Where to look for a free port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// This one or none; 0 lets the system choose.
    Exactly(u16),
    /// This one, or the next free one of the hundred from here.
    From(u16),
}

/// Listens on 127.0.0.1.
pub fn bind(port: Port, ui: Ui) -> Result<TcpListener> {
    let (first, last) = match port {
        Port::Exactly(port) => (port, port),
        Port::From(port) => (port, port.saturating_add(99)),
    };
    let mut failed = None;
    for port in first..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = Some((port, error)),
        }
    }
    Err(match failed {
        Some((port, error)) if first == last && error.kind() == ErrorKind::AddrInUse => {
            anyhow!(ui.pick(format!(
                    "端口 {port} 已被别的程序占用；换一个 --port，或者不写它，让工具找一个空闲的"
                ),
                format!(
                    "port {port} is in use by another program; choose another --port, or leave it out to take a free one"
                ),
            ))
        }
        Some((port, error)) if error.kind() == ErrorKind::PermissionDenied => anyhow!(ui.pick(
            format!("系统不允许使用端口 {port}；请用 1024 以上的端口，例如 --port 3000"),
            format!(
                "the system does not allow port {port}; use one above 1023, such as --port 3000"
            ),
        )),
        Some((port, error)) => anyhow!(ui.pick(
            format!("从 {first} 到 {port} 没有可用的端口（{error}）；请用 --port 指定一个"),
            format!("no port from {first} to {port} can be used ({error}); choose one with --port"),
        )),
        None => anyhow!("no port"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bilingual::Lang;

    #[test]
    fn a_taken_port_leads_to_the_next_free_one() {
        let taken = bind(Port::Exactly(0), Ui::plain(Lang::En)).unwrap();
        let first = taken.local_addr().unwrap().port();
        let next = bind(Port::From(first), Ui::plain(Lang::En))
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(next.port() > first && next.ip().is_loopback(), "{next}");
    }

    #[test]
    fn an_exact_port_that_is_taken_is_an_error_that_says_what_to_do() {
        let taken = bind(Port::Exactly(0), Ui::plain(Lang::En)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = bind(Port::Exactly(port), Ui::plain(Lang::En))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("in use by another program; choose another --port"),
            "{error}"
        );
        let error = bind(Port::Exactly(port), Ui::plain(Lang::Zh))
            .unwrap_err()
            .to_string();
        assert!(error.contains("已被别的程序占用；换一个 --port"), "{error}");
    }
}
