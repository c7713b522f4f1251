//! 屏幕上的消息和错误。
//! Messages and errors on the screen.
use std::io;
use std::net::SocketAddr;

use common::{explain, printable};

/// 网络的错误要说接下来做什么；坏消息的错误自己说得清。
/// An error of the network says what to do next; one about a bad message speaks for itself.
pub(crate) fn told(error: anyhow::Error, peer: SocketAddr) -> anyhow::Error {
    match error.downcast::<io::Error>() {
        Ok(error) => explain(error, peer),
        Err(error) => error.context(peer),
    }
}

/// 屏幕上的一条消息：⏎ 是里面的换行，太长就只留两头。
/// A message on the screen: ⏎ is a line end inside it; of a long one, both ends.
pub(crate) fn shown(message: &[u8]) -> String {
    let text = printable(&String::from_utf8_lossy(message)).replace('\n', "⏎");
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= 60 {
        return text;
    }
    let start = String::from_iter(&chars[..24]);
    let end = String::from_iter(&chars[chars.len() - 24..]);
    format!("{start} … {end}")
}
