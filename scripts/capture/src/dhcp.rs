//! DHCP: the fields that BOOTP had, bit by bit, and the options (RFC 2131, RFC 2132).

mod option;
mod words;

use core::net::Ipv4Addr;
use std::ops::Range;

use crate::bits::{Header, be32, byte, kinds, nothing, octets, say};
use crate::ethernet::{mac, owner};
use crate::names::Names;
use crate::{Kind, Layer, data};
use bilingual::Text;

kinds! {
OP "dhcp.op" "操作码" "op"
    "1 是客户端发的，2 是服务器发的。" "1 comes from a client, 2 from a server." "RFC 2131 §2"
HARDWARE "dhcp.htype" "硬件类型" "hardware type"
    "客户端网卡的类型，编号和 ARP 的一样。" "The kind of the client's network card, with the numbers of ARP." "RFC 2131 §2"
HARDWARE_LENGTH "dhcp.hlen" "硬件地址长度" "hardware address length"
    "硬件地址有几个字节。" "The size of the hardware address, in bytes." "RFC 2131 §2"
HOPS "dhcp.hops" "跳数" "hops"
    "客户端填 0；转交消息的中继代理可以用它。" "A client sets 0. Relay agents that pass the message on may use it." "RFC 2131 §2"
XID "dhcp.xid" "事务标识" "transaction ID"
    "客户端随机选的数，服务器原样送回：哪条应答是给哪次请求的。" "A random number of the client's. The server sends it back, so that answers match their requests." "RFC 2131 §2"
SECONDS "dhcp.secs" "秒数" "seconds"
    "客户端开始要地址以后，过了几秒。" "Seconds since the client began to ask for an address." "RFC 2131 §2"
BROADCAST "dhcp.broadcast" "B 请广播" "B, broadcast"
    "1 表示：我有地址以前收不到单播，请广播给我。" "1 means: I cannot receive unicast before I have an address, so broadcast your answer." "RFC 2131 §2, §4.1"
ZERO "dhcp.zero" "保留" "reserved"
    "没有用，必须是 0。" "Not used, must be 0." "RFC 2131 §2"
CLIENT "dhcp.ciaddr" "客户端地址 ciaddr" "client address, ciaddr"
    "客户端已经有的地址；还没有就是 0。" "The address that the client has already; 0 if it has none." "RFC 2131 §2"
YOURS "dhcp.yiaddr" "你的地址 yiaddr" "your address, yiaddr"
    "服务器给客户端的地址。" "The address that the server gives to the client." "RFC 2131 §2"
NEXT "dhcp.siaddr" "下一台服务器 siaddr" "next server, siaddr"
    "从网络启动的机器，下一步找这台服务器。" "For a machine that boots over the network: the server for its next step." "RFC 2131 §2"
RELAY "dhcp.giaddr" "中继代理 giaddr" "relay agent, giaddr"
    "服务器在别的网络里时，替客户端转交消息的代理。" "The agent that passes messages on to a server in another network." "RFC 2131 §2"
CARD "dhcp.chaddr" "硬件地址 chaddr" "hardware address, chaddr"
    "客户端网卡的地址。单播的应答，帧发到这里。" "The address of the client's network card. The frame of a unicast answer goes there." "RFC 2131 §2, §4.1"
CARD_REST "dhcp.chaddr.rest" "没有用到的" "not used"
    "硬件地址的位置有 16 字节，这是剩下的。" "There are 16 bytes for the hardware address; these are left over." "RFC 2131 §2"
SERVER_NAME "dhcp.sname" "服务器名 sname" "server name, sname"
    "服务器的名字，可以不填；选项太多时也可以放选项。" "The server's name, if any. Options may stand here when there are too many." "RFC 2131 §2, §4.1"
FILE "dhcp.file" "启动文件 file" "boot file, file"
    "从网络启动的机器要取的文件；选项太多时也可以放选项。" "The file for a machine that boots over the network. Options may stand here when there are too many." "RFC 2131 §2, §4.1"
COOKIE "dhcp.cookie" "魔术字" "magic cookie"
    "固定的 99.130.83.99：后面是选项。" "Always 99.130.83.99: options follow." "RFC 2132 §2"
VENDOR "dhcp.vendor" "厂商数据" "vendor information"
    "没有魔术字：不知道后面按什么格式写。" "Without the magic cookie, the format of these bytes is not known." "RFC 2132 §2"
}

/// Number of bytes before the magic cookie.
const FIXED_BYTES: usize = 236;
const COOKIE_BYTES: usize = 4;
const MAGIC_COOKIE: u64 = 0x6382_5363;
const CARD_BYTES: usize = 16;
const SERVER_NAME_BYTES: usize = 64;
const FILE_BYTES: usize = 128;

/// Whether these are the ports of DHCP: the server's or a relay agent's is 67, the client's 68.
pub(crate) fn uses(from: u16, to: u16) -> bool {
    [from, to].iter().all(|port| matches!(port, 67 | 68))
}

/// A message, and the words for it.
pub(crate) struct Message {
    pub(crate) layer: Layer,
    pub(crate) label: String,
    pub(crate) said: Text,
}

/// What a message says that its words need.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    op: u8,
    /// The type; a BOOTP message has none.
    kind: Option<u8>,
    client: Option<Ipv4Addr>,
    yours: Option<Ipv4Addr>,
    requested: Option<Ipv4Addr>,
    server: Option<Ipv4Addr>,
    lease: Option<u32>,
}

/// The message in these bytes, whatever they are.
pub(crate) fn message(frame: &[u8], bytes: Range<usize>, names: &Names, from: &Text) -> Message {
    let mut header = Header::new(frame, bytes);
    let whole = header.bytes(usize::MAX);
    let mut told = Told {
        op: byte(whole, 0),
        client: given(be32(whole, 12)),
        yours: given(be32(whole, 16)),
        ..Told::default()
    };
    let options = whole.get(FIXED_BYTES + COOKIE_BYTES..).unwrap_or_default();
    let readable = u64::from(be32(whole, FIXED_BYTES)) == MAGIC_COOKIE;
    let more = if readable {
        option::overload(options)
    } else {
        0
    };
    fixed(&mut header, names);
    // What stands in the options themselves counts first, then the file, then the name of the server
    // (RFC 2131 §4.1): the last one that is read wins.
    for (kind, count, flag) in [(&SERVER_NAME, SERVER_NAME_BYTES, 2), (&FILE, FILE_BYTES, 1)] {
        if more & flag == 0 {
            name(&mut header, kind, count);
        } else {
            option::fields(&mut header, count, names, &mut told);
        }
    }
    if readable {
        header.hex(&COOKIE, 32, say("后面是选项", "options follow"));
        let rest = header.left() / 8;
        option::fields(&mut header, rest, names, &mut told);
    } else {
        let rest = header.left() / 8;
        header.octets(&VENDOR, rest, nothing());
    }
    let (label, said) = words::words(&told, from);
    Message {
        layer: header.finish(7, "DHCP"),
        label,
        said,
    }
}

/// The fields of a fixed size, up to the hardware address.
fn fixed(header: &mut Header, names: &Names) {
    let (zh, en) = match header.peek(8) {
        1 => ("客户端的请求", "a client's request"),
        2 => ("服务器的应答", "a server's reply"),
        _ => ("", ""),
    };
    let value = header.peek(8).to_string();
    header.put(&OP, 8, value, say(zh, en));
    let hardware = header.peek(8);
    header.put(&HARDWARE, 8, hardware.to_string(), hardware_name(hardware));
    let length = header.peek(8);
    header.put(&HARDWARE_LENGTH, 8, length.to_string(), octets(length));
    header.number(&HOPS, 8);
    header.hex(&XID, 32, nothing());
    header.number(&SECONDS, 16);
    let (zh, en) = match header.peek(1) {
        0 => ("收得到单播", "unicast will do"),
        _ => ("请广播", "please broadcast"),
    };
    let value = header.peek(1).to_string();
    header.put(&BROADCAST, 1, value, say(zh, en));
    header.hex(&ZERO, 15, nothing());
    address(header, &CLIENT, names, say("还没有", "none yet"));
    address(header, &YOURS, names, say("没有填", "not filled in"));
    address(header, &NEXT, names, say("没有", "none"));
    address(header, &RELAY, names, say("没有经过代理", "no agent"));
    card(header, hardware, length, names);
}

fn card(header: &mut Header, hardware: u64, length: u64, names: &Names) {
    let size = usize::try_from(length).unwrap_or(CARD_BYTES);
    let size = size.min(CARD_BYTES);
    if (hardware, size) == (1, 6) {
        let bytes = header.bytes(6);
        header.put(&CARD, 48, mac(bytes), owner(bytes, names));
    } else {
        header.octets(&CARD, size, nothing());
    }
    let rest = CARD_BYTES - size;
    header.octets(&CARD_REST, rest, nothing());
}

/// An address; `zero` says what 0.0.0.0 means there.
fn address(header: &mut Header, kind: &'static Kind, names: &Names, zero: Text) -> Ipv4Addr {
    let bits = u32::try_from(header.peek(32)).unwrap_or_default();
    let address = Ipv4Addr::from(bits);
    let meaning = match bits {
        0 => zero,
        _ => names.owner(address.into()),
    };
    header.put(kind, 32, address.to_string(), meaning);
    address
}

/// A name that ends with a zero byte, in a field of `count` bytes.
fn name(header: &mut Header, kind: &'static Kind, count: usize) {
    let bytes = header.bytes(count);
    let end = bytes.iter().position(|&byte| byte == 0);
    match text(&bytes[..end.unwrap_or(bytes.len())]) {
        Some(name) => header.put(kind, count * 8, name, nothing()),
        None => header.octets(kind, count, say("没有填", "not filled in")),
    }
}

/// Bytes as text, without the zero bytes at its end; `None` if nothing is left.
fn text(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches('\0');
    (!text.is_empty()).then(|| data::written(text))
}

/// An address that is not 0.0.0.0.
fn given(bits: u32) -> Option<Ipv4Addr> {
    (bits != 0).then(|| Ipv4Addr::from(bits))
}

fn hardware_name(number: u64) -> Text {
    match number {
        1 => say("以太网", "Ethernet"),
        _ => nothing(),
    }
}
