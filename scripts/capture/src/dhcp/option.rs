//! Options: a code, and for most a length and a value (RFC 2132).

use core::net::Ipv4Addr;

use super::words::time;
use super::{Told, address, hardware_name, text};
use crate::Kind;
use crate::bits::{Header, byte, kinds, nothing, octets, say};
use crate::ethernet::{mac, owner};
use crate::names::Names;
use bilingual::Text;

kinds! {
CODE "dhcp.option.code" "选项代码" "option code"
    "哪一种选项。" "Which option this is." "RFC 2132 §2"
LENGTH "dhcp.option.length" "选项长度" "option length"
    "值有几个字节，代码和长度自己不算。" "The bytes of the value, without the code and the length itself." "RFC 2132 §2"
PAD "dhcp.option.pad" "空选项" "pad"
    "只有代码 0，用来对齐。" "The code 0 alone, for alignment." "RFC 2132 §3.1"
END "dhcp.option.end" "选项结束" "end of the options"
    "只有代码 255：选项到此为止。" "The code 255 alone: the options end here." "RFC 2132 §3.2"
AFTER_END "dhcp.option.after" "填充" "padding"
    "选项结束以后补的字节。" "Bytes after the end of the options." "RFC 2132 §3.2"
MASK "dhcp.option.mask" "子网掩码" "subnet mask"
    "地址的前几位是网络，由掩码里的 1 说明。" "Its ones say which bits of the address name the network." "RFC 2132 §3.3"
ROUTER "dhcp.option.router" "路由器" "router"
    "去别的网络，包交给它：默认网关。" "Packets for other networks go to it: the default gateway." "RFC 2132 §3.5"
NAME_SERVER "dhcp.option.dns" "域名服务器" "domain name server"
    "域名向它查。" "Names are looked up there." "RFC 2132 §3.8"
HOST_NAME "dhcp.option.host" "主机名" "host name"
    "客户端的名字。" "The name of the client." "RFC 2132 §3.14"
DOMAIN "dhcp.option.domain" "域名" "domain name"
    "客户端查主机名时用的域名。" "The domain that the client uses when it looks up host names." "RFC 2132 §3.17"
NETWORK_BROADCAST "dhcp.option.broadcast" "广播地址" "broadcast address"
    "这个网络里，发给每一台主机的地址。" "The address of every host in this network." "RFC 2132 §5.3"
REQUESTED "dhcp.option.requested" "请求的地址" "requested address"
    "客户端想要的地址。" "The address that the client would like." "RFC 2132 §9.1"
LEASE "dhcp.option.lease" "租期" "lease time"
    "地址可以用几秒，到期以前要续。" "For how many seconds the address may be used. It must be renewed before." "RFC 2132 §9.2"
OVERLOAD "dhcp.option.overload" "选项过载" "option overload"
    "选项放不下，还写在 file 或 sname 字段里。" "There are more options in the fields file or sname." "RFC 2132 §9.3"
TYPE "dhcp.option.type" "消息类型" "message type"
    "这条消息是八种里的哪一种。" "Which of the eight messages this is." "RFC 2132 §9.6"
SERVER "dhcp.option.server" "服务器标识" "server identifier"
    "哪一台服务器：客户端由此选定一台。" "Which server: with it a client chooses one." "RFC 2132 §9.7"
WANTED "dhcp.option.wanted" "想要的选项" "wanted option"
    "客户端想知道的设置，一个字节一种。" "A setting that the client would like to have, a byte for each." "RFC 2132 §9.8"
MESSAGE "dhcp.option.message" "说明" "message"
    "拒绝的原因，写给人看。" "The reason for a refusal, for people." "RFC 2132 §9.9"
SIZE "dhcp.option.size" "最大消息" "maximum message size"
    "客户端最多收这么大的 DHCP 消息。" "The largest DHCP message that the client accepts." "RFC 2132 §9.10"
RENEWAL "dhcp.option.t1" "T1 续租时间" "T1, renewal time"
    "得到地址以后，过几秒向给地址的服务器续租。" "Seconds from the assignment until the client asks that server for more time." "RFC 2132 §9.11; RFC 2131 §4.4.5"
REBINDING "dhcp.option.t2" "T2 重绑时间" "T2, rebinding time"
    "得到地址以后，过几秒还没有续上，就问所有服务器。" "Seconds from the assignment until it asks any server." "RFC 2132 §9.12; RFC 2131 §4.4.5"
VENDOR_CLASS "dhcp.option.class" "厂商类别" "vendor class identifier"
    "客户端是什么程序、什么机器。" "What program or machine the client is." "RFC 2132 §9.13"
ID_TYPE "dhcp.option.id.type" "标识类型" "type of the identifier"
    "1：后面是以太网的硬件地址；0：不是硬件地址。" "1: a hardware address of Ethernet follows. 0: what follows is no hardware address." "RFC 2132 §9.14"
ID "dhcp.option.id" "客户端标识" "client identifier"
    "服务器凭它认出客户端，查它的租约。" "By this the server knows the client and finds its lease." "RFC 2132 §9.14"
VALUE "dhcp.option.value" "选项内容" "option value"
    "选项带的值。" "The option's value." "RFC 2132 §2"
}

const PAD_CODE: u8 = 0;
const END_CODE: u8 = 255;
const OVERLOAD_CODE: u8 = 52;

/// Which fields hold options as well: 1 the file, 2 the name of the server, 3 both.
pub(super) fn overload(options: &[u8]) -> u8 {
    let mut at = 0;
    while let Some(&code) = options.get(at) {
        match (code, byte(options, at + 1)) {
            (END_CODE, _) => break,
            (PAD_CODE, _) => at += 1,
            (OVERLOAD_CODE, 1) => return byte(options, at + 2),
            (_, length) => at += 2 + usize::from(length),
        }
    }
    0
}

/// Names the options in the next `count` bytes, and nothing after them, whatever their lengths say.
pub(super) fn fields(header: &mut Header, count: usize, names: &Names, told: &mut Told) {
    let after = (header.left() / 8).saturating_sub(count);
    let room = |header: &Header| (header.left() / 8).saturating_sub(after);
    while room(header) > 0 {
        let bytes = header.bytes(room(header));
        match byte(bytes, 0) {
            PAD_CODE => {
                let run = bytes.iter().take_while(|&&byte| byte == PAD_CODE).count();
                header.octets(&PAD, run, octets(run as u64));
            }
            END_CODE => {
                header.put(&END, 8, END_CODE.to_string(), nothing());
                let rest = room(header);
                header.octets(&AFTER_END, rest, octets(rest as u64));
            }
            code => {
                header.put(&CODE, 8, code.to_string(), name(code));
                if room(header) == 0 {
                    return;
                }
                let length = usize::from(byte(bytes, 1));
                let data = length.min(room(header) - 1);
                let meaning = match data < length {
                    true => say(
                        "比剩下的还多：写错了",
                        "more than is left: the option is wrong",
                    ),
                    false => octets(length as u64),
                };
                header.put(&LENGTH, 8, length.to_string(), meaning);
                // One that was cut off is data, of a size that no option has.
                let size = if data < length { 0 } else { length };
                if !value(header, code, size, names, told) {
                    header.octets(&VALUE, data, nothing());
                }
            }
        }
    }
}

/// Names the value of an option that we know, of a size that it may have.
fn value(header: &mut Header, code: u8, size: usize, names: &Names, told: &mut Told) -> bool {
    match (code, size) {
        (1, 4) => {
            let mask = u32::try_from(header.peek(32)).unwrap_or_default();
            header.put(&MASK, 32, Ipv4Addr::from(mask).to_string(), prefix(mask));
        }
        (3, 4..) if size.is_multiple_of(4) => addresses(header, &ROUTER, size, names),
        (6, 4..) if size.is_multiple_of(4) => addresses(header, &NAME_SERVER, size, names),
        (12, 1..) => words(header, &HOST_NAME, size),
        (15, 1..) => words(header, &DOMAIN, size),
        (28, 4) => addresses(header, &NETWORK_BROADCAST, size, names),
        (50, 4) => told.requested = Some(address(header, &REQUESTED, names, nothing())),
        (51, 4) => told.lease = Some(seconds(header, &LEASE)),
        (OVERLOAD_CODE, 1) => {
            let (zh, en) = match header.peek(8) {
                1 => ("file 里也是选项", "options in file, too"),
                2 => ("sname 里也是选项", "options in sname, too"),
                3 => ("file 和 sname 里也是选项", "options in file and sname, too"),
                _ => ("", ""),
            };
            let value = header.peek(8).to_string();
            header.put(&OVERLOAD, 8, value, say(zh, en));
        }
        (53, 1) => {
            let kind = byte(header.bytes(1), 0);
            told.kind = Some(kind);
            let name = super::words::type_name(kind).unwrap_or_default();
            header.put(&TYPE, 8, kind.to_string(), say(name, name));
        }
        (54, 4) => told.server = Some(address(header, &SERVER, names, nothing())),
        (55, 1..) => {
            for _ in 0..size {
                let code = byte(header.bytes(1), 0);
                header.put(&WANTED, 8, code.to_string(), name(code));
            }
        }
        (56, 1..) => words(header, &MESSAGE, size),
        (57, 2) => {
            let most = header.peek(16);
            header.put(&SIZE, 16, most.to_string(), octets(most));
        }
        (58, 4) => {
            seconds(header, &RENEWAL);
        }
        (59, 4) => {
            seconds(header, &REBINDING);
        }
        (60, 1..) => words(header, &VENDOR_CLASS, size),
        (61, 2..) => client(header, size, names),
        _ => return false,
    }
    true
}

fn addresses(header: &mut Header, kind: &'static Kind, size: usize, names: &Names) {
    for _ in 0..size / 4 {
        address(header, kind, names, nothing());
    }
}

fn words(header: &mut Header, kind: &'static Kind, size: usize) {
    match text(header.bytes(size)) {
        Some(words) => header.put(kind, size * 8, words, nothing()),
        None => header.octets(kind, size, nothing()),
    }
}

fn seconds(header: &mut Header, kind: &'static Kind) -> u32 {
    let seconds = u32::try_from(header.peek(32)).unwrap_or_default();
    header.put(kind, 32, seconds.to_string(), time(seconds));
    seconds
}

fn client(header: &mut Header, size: usize, names: &Names) {
    let hardware = header.peek(8);
    header.put(&ID_TYPE, 8, hardware.to_string(), hardware_name(hardware));
    if (hardware, size) == (1, 7) {
        let bytes = header.bytes(6);
        header.put(&ID, 48, mac(bytes), owner(bytes, names));
    } else {
        header.octets(&ID, size - 1, nothing());
    }
}

/// How long a prefix the mask stands for.
fn prefix(mask: u32) -> Text {
    if mask.leading_ones() + mask.trailing_zeros() < 32 {
        return say("不是前几位", "not the first bits");
    }
    let prefix = format!("/{}", mask.leading_ones());
    say(&prefix, &prefix)
}

/// What an option is; empty for one that the book does not meet.
fn name(code: u8) -> Text {
    let (zh, en) = match code {
        1 => ("子网掩码", "subnet mask"),
        3 => ("路由器", "router"),
        6 => ("域名服务器", "domain name server"),
        12 => ("主机名", "host name"),
        15 => ("域名", "domain name"),
        26 => ("网卡的 MTU", "interface MTU"),
        28 => ("广播地址", "broadcast address"),
        33 => ("静态路由", "static route"),
        42 => ("对时的服务器（NTP）", "network time protocol servers"),
        43 => ("厂商自己的", "vendor specific"),
        44 => ("NetBIOS 名字服务器", "NetBIOS name server"),
        50 => ("请求的地址", "requested address"),
        51 => ("租期", "lease time"),
        OVERLOAD_CODE => ("选项过载", "option overload"),
        53 => ("消息类型", "message type"),
        54 => ("服务器标识", "server identifier"),
        55 => ("想要的选项", "parameter request list"),
        56 => ("说明", "message"),
        57 => ("最大消息", "maximum message size"),
        58 => ("T1 续租时间", "T1, renewal time"),
        59 => ("T2 重绑时间", "T2, rebinding time"),
        60 => ("厂商类别", "vendor class identifier"),
        61 => ("客户端标识", "client identifier"),
        66 => ("启动服务器名（TFTP）", "TFTP server name"),
        67 => ("启动文件名", "boot file name"),
        _ => ("", ""),
    };
    say(zh, en)
}
