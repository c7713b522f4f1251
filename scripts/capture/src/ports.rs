//! What a port number says.

use crate::bits::{nothing, say, text};
use bilingual::Text;

/// `calls`: the port of the end that opened the conversation, if that is known.
pub(crate) fn meaning(port: u64, calls: Option<bool>) -> Text {
    let service = service(port);
    match (calls, service) {
        (Some(true), _) => say(
            "系统临时分配给这次通信",
            "assigned by the system for this conversation",
        ),
        (Some(false), "") => say(
            "要找的程序用这个端口",
            "the port of the program that is addressed",
        ),
        (_, "") => nothing(),
        (_, name) => text(format!("{name} 的端口"), format!("the port of {name}")),
    }
}

/// Services of the port registry (RFC 6335) that the book meets.
fn service(port: u64) -> &'static str {
    match port {
        21 => "FTP",
        22 => "SSH",
        23 => "Telnet",
        25 => "SMTP",
        53 => "DNS",
        80 => "HTTP",
        443 => "HTTPS",
        _ => "",
    }
}
