//! What a port number says.

use crate::bits::{nothing, say, text};
use bilingual::Text;

/// `calls`: the port of the end that opened the conversation, if that is known.
pub(crate) fn meaning(port: u64, calls: Option<bool>) -> Text {
    let service = service(port);
    // A DHCP client has a port of its own, too.
    let assigned = !matches!(port, 67 | 68);
    match (calls, service) {
        (Some(true), _) if assigned => say(
            "系统临时分配给这次通信",
            "assigned by the system for this conversation",
        ),
        (Some(false), ("", _)) => say(
            "要找的程序用这个端口",
            "the port of the program that is addressed",
        ),
        (_, ("", _)) => nothing(),
        (_, (zh, en)) => text(format!("{zh}的端口"), format!("the port of {en}")),
    }
}

/// Services of the port registry (RFC 6335) that the book meets.
fn service(port: u64) -> (&'static str, &'static str) {
    match port {
        21 => ("FTP ", "FTP"),
        22 => ("SSH ", "SSH"),
        23 => ("Telnet ", "Telnet"),
        25 => ("SMTP ", "SMTP"),
        53 => ("DNS ", "DNS"),
        67 => ("DHCP 服务器", "DHCP servers"),
        68 => ("DHCP 客户端", "DHCP clients"),
        80 => ("HTTP ", "HTTP"),
        443 => ("HTTPS ", "HTTPS"),
        _ => ("", ""),
    }
}
