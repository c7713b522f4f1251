//! 名字服务器：名字进来，IP 地址出去。一问一答，各是一个 UDP 数据报。
//! The name server: a name comes in, an IP address goes out; one UDP datagram each.
use std::net::UdpSocket;
use std::{io, thread};

use anyhow::Result;
use common::explain;

use crate::message::{Data, Message, RCODE};
use crate::table::{NO_SUCH_NAME, Table};
use crate::trace::{Layer, Trace};
use crate::{NAMES, address};

// ANCHOR: names
pub(crate) fn serve(words: &[&str]) -> Result<()> {
    let trace = Trace::new("names");
    let at = words.iter().find(|word| !word.contains('='));
    let at = address(at.unwrap_or(&NAMES));
    // 这张表就是“域名解析”的全部：真正的 DNS 只是把表分给了很多台服务器。
    // This table is all there is to name resolution: the real DNS divides it among many servers.
    let mut rows = vec!["www.workbook.test=127.0.0.1".to_owned()];
    let given = words.iter().filter(|word| word.contains('='));
    rows.extend(given.map(|&word| word.to_owned()));
    if words
        .iter()
        .any(|word| word.starts_with("www.workbook.test="))
    {
        rows.remove(0);
    }
    let table = Table::new(&rows)?;
    let socket = UdpSocket::bind(at).map_err(|error| explain(error, at))?;
    trace.listening(socket.local_addr()?);
    thread::spawn(move || while answer(&socket, &table, &trace).is_ok() {});
    crate::until_end_of_input()
}

fn answer(socket: &UdpSocket, table: &Table, trace: &Trace) -> io::Result<()> {
    let mut buffer = [0; 512];
    // 上一个回答没人收，ICMP 会让这次 recv 出错（Windows）：不是结束。
    // If nobody took our last answer, ICMP makes this recv fail (Windows): that is no end.
    let Ok((length, peer)) = socket.recv_from(&mut buffer) else {
        return Ok(());
    };
    trace.step(
        Layer::Transport,
        format_args!("UDP {peer} 来了 sent {length} 字节 bytes"),
    );
    // 不是问题的数据报不回答：源地址可以伪造，回答会打到别人身上。
    // What is no question gets no answer: source addresses are forged, and it would hit others.
    let Some(answer) = table.answer(&buffer[..length]) else {
        return Ok(());
    };
    trace.step(Layer::Application, format_args!("DNS {}", words(&answer)));
    // 发出去就不管了：丢了，浏览器会再问。
    // Sent and forgotten: if it is lost, the browser asks again.
    let _ = socket.send_to(&answer.to_bytes(), peer);
    Ok(())
}
// ANCHOR_END: names

fn words(answer: &Message) -> String {
    let question = answer.questions.first();
    let name = question.map(|question| question.name.to_string());
    let name = name.unwrap_or_default();
    let addresses = answer
        .answers
        .iter()
        .filter_map(|record| match record.data {
            Data::A(ip) => Some(ip.to_string()),
            Data::Aaaa(ip) => Some(ip.to_string()),
            _ => None,
        });
    let addresses: Vec<_> = addresses.collect();
    match answer.flags & RCODE {
        0 => format!("{name} → {}", addresses.join(" ")),
        NO_SUCH_NAME => format!("没有这个名字 no such name: {name}"),
        code => format!("不能回答 cannot answer: RCODE {code}"),
    }
}
