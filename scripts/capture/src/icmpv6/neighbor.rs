//! Neighbor discovery (RFC 4861): who has this address, where is a router; and their options.

use crate::Kind;
use crate::bits::{Header, kinds, nothing, octets, say, text};
use crate::ethernet::{mac, owner};
use crate::ipv6::address;
use crate::names::{Names, sentence};
use bilingual::Text;

kinds! {
RESERVED "icmpv6.reserved" "保留" "reserved"
    "没有用，填 0。" "Not used, 0." "RFC 4861 §4"
TARGET "icmpv6.target" "目标地址" "target address"
    "问的、答的是哪个地址的 MAC。" "The address whose MAC is asked for or given." "RFC 4861 §4.3, §4.4"
BETTER "icmpv6.better" "目标地址" "target address"
    "去目的地址，下一步走这个地址更好；和目的地址一样，表示就在这条链路上。" "A better next hop for the destination address. The same address there: the destination is on this link." "RFC 4861 §4.5"
REDIRECTED "icmpv6.redirected" "目的地址" "destination address"
    "去这个地址的包，以后交给目标地址。" "Packets for this address should go to the target address." "RFC 4861 §4.5"
ROUTER "icmpv6.router" "R 路由器" "R, router"
    "1 表示：答的是一台路由器。" "1 means: the one that answers is a router." "RFC 4861 §4.4"
SOLICITED "icmpv6.solicited" "S 应请求" "S, solicited"
    "1 表示：这是对一次请求的回答。" "1 means: this answers a solicitation." "RFC 4861 §4.4"
OVERRIDE "icmpv6.override" "O 覆盖" "O, override"
    "1 表示：请用新的 MAC 替换记下的旧的。" "1 means: replace the MAC that you remember by this one." "RFC 4861 §4.4"
HOPS "icmpv6.hops" "建议的跳数限制" "current hop limit"
    "主机发包时用这个跳数限制；0 表示不管。" "The hop limit that hosts should use; 0: not specified." "RFC 4861 §4.2"
MANAGED "icmpv6.managed" "M 用 DHCPv6 取地址" "M, managed"
    "1 表示：地址可以向 DHCPv6 要。" "1 means: addresses are available by DHCPv6." "RFC 4861 §4.2"
OTHER "icmpv6.other" "O 用 DHCPv6 取其他设置" "O, other configuration"
    "1 表示：别的设置可以向 DHCPv6 要。" "1 means: other settings are available by DHCPv6." "RFC 4861 §4.2"
LIFETIME "icmpv6.lifetime" "路由器有效期" "router lifetime"
    "它当默认路由器还能当几秒；0 表示不当。" "For how many seconds it is a default router; 0: it is none." "RFC 4861 §4.2"
REACHABLE "icmpv6.reachable" "可达时间" "reachable time"
    "确认过的邻居，几毫秒内算是可达。" "For how many milliseconds a neighbor counts as reachable once confirmed." "RFC 4861 §4.2"
RETRANS "icmpv6.retrans" "重传间隔" "retrans timer"
    "两次邻居请求之间隔几毫秒。" "Milliseconds between two solicitations." "RFC 4861 §4.2"
OPTION "icmpv6.option.type" "选项类型" "option type"
    "哪一种选项。" "Which option this is." "RFC 4861 §4.6"
OPTION_LENGTH "icmpv6.option.length" "选项长度" "option length"
    "这个选项一共几个 8 字节，类型和长度也算。" "The option's size in units of 8 bytes, type and length included." "RFC 4861 §4.6"
OPTION_MAC "icmpv6.option.mac" "MAC 地址" "link-layer address"
    "发送方自己的，或者目标的 MAC 地址。" "The MAC address of the sender or of the target." "RFC 4861 §4.6.1"
OPTION_MTU "icmpv6.option.mtu" "MTU" "MTU"
    "这条链路上的 MTU，以字节为单位。" "The MTU of this link, in bytes." "RFC 4861 §4.6.4"
PREFIX_BITS "icmpv6.prefix.bits" "前缀长度" "prefix length"
    "前缀的前几个比特算数。" "How many leading bits of the prefix count." "RFC 4861 §4.6.2"
ON_LINK "icmpv6.prefix.onlink" "L 在本链路" "L, on-link"
    "1 表示：前缀一样的地址都在这条链路上。" "1 means: addresses with this prefix are on this link." "RFC 4861 §4.6.2"
AUTONOMOUS "icmpv6.prefix.auto" "A 可自己配地址" "A, autonomous"
    "1 表示：主机可以用这个前缀自己配地址。" "1 means: hosts may make their own address with this prefix." "RFC 4861 §4.6.2"
VALID "icmpv6.prefix.valid" "有效期" "valid lifetime"
    "前缀还能用几秒。" "For how many seconds the prefix is valid." "RFC 4861 §4.6.2"
PREFERRED "icmpv6.prefix.preferred" "首选期" "preferred lifetime"
    "用它配的地址，几秒内优先使用。" "For how many seconds addresses made with it are preferred." "RFC 4861 §4.6.2"
PREFIX "icmpv6.prefix" "前缀" "prefix"
    "这条链路上地址的开头。" "The beginning of the addresses on this link." "RFC 4861 §4.6.2"
OPTION_DATA "icmpv6.option.data" "选项内容" "option data"
    "选项带的值。" "The option's value." "RFC 4861 §4.6"
REPORT_RESERVED "icmpv6.mld.reserved" "保留" "reserved"
    "没有用，填 0。" "Not used, 0." "RFC 3810 §5.2.1"
RECORDS "icmpv6.mld.records" "记录数" "number of records"
    "后面有几个组播地址的记录。" "How many multicast address records follow." "RFC 3810 §5.2"
RECORD "icmpv6.mld.type" "记录类型" "record type"
    "对这个组要做什么，例如加入。" "What is to change for this group, such as joining it." "RFC 3810 §5.2.5"
AUXILIARY "icmpv6.mld.aux" "附加数据长度" "aux data length"
    "记录末尾有几个 4 字节的附加数据。" "Units of 4 bytes of auxiliary data at the end of the record." "RFC 3810 §5.2.6"
SOURCES "icmpv6.mld.sources" "源地址数" "number of sources"
    "记录里有几个源地址。" "How many source addresses are in the record." "RFC 3810 §5.2.7"
GROUP "icmpv6.mld.group" "组播地址" "multicast address"
    "哪一个组。" "Which group." "RFC 3810 §5.2.8"
GROUP_REST "icmpv6.mld.rest" "源地址和附加数据" "sources and auxiliary data"
    "这一组要听或不听的源地址。" "The sources of the group that are wanted, or not." "RFC 3810 §5.2.9"
}

/// The rest of a message of the types 133 to 137, and its words if there are better ones.
pub(super) fn message(
    header: &mut Header,
    kind: u8,
    names: &Names,
    from: &Text,
) -> Option<(String, Text)> {
    let mut target = None;
    match kind {
        134 => advertisement(header),
        136 => {
            for flag in [&ROUTER, &SOLICITED, &OVERRIDE] {
                header.number(flag, 1);
            }
            header.hex(&RESERVED, 29, nothing());
        }
        _ => {
            header.hex(&RESERVED, 32, nothing());
        }
    }
    if matches!(kind, 135 | 136) && header.left() >= 128 {
        target = Some(address(header, &TARGET, names));
    }
    for field in [&BETTER, &REDIRECTED] {
        if kind == 137 && header.left() >= 128 {
            address(header, field, names);
        }
    }
    let card = options(header, names);
    let target = target?;
    match (kind, card) {
        (135, _) => {
            let zh = format!("问：谁是 {target}？");
            let en = format!("asks: who has {target}?");
            Some((format!("who has {target}?"), sentence(from, &zh, &en)))
        }
        (136, Some(card)) => {
            let zh = format!("答：{target} 是我，MAC 是 {card}");
            let en = format!("answers: {target} is me, my MAC is {card}");
            Some((format!("{target} is at {card}"), sentence(from, &zh, &en)))
        }
        _ => None,
    }
}

fn advertisement(header: &mut Header) {
    header.number(&HOPS, 8);
    header.number(&MANAGED, 1);
    header.number(&OTHER, 1);
    header.hex(&RESERVED, 6, nothing());
    header.number(&LIFETIME, 16);
    header.number(&REACHABLE, 32);
    header.number(&RETRANS, 32);
}

/// All options; returns the MAC address in the last one that has one.
fn options(header: &mut Header, names: &Names) -> Option<String> {
    let mut card = None;
    while header.left() >= 16 {
        let kind = header.peek(8);
        let meaning = match kind {
            1 => say("发送方的 MAC", "the sender's MAC"),
            2 => say("目标的 MAC", "the target's MAC"),
            3 => say("前缀", "a prefix"),
            4 => say("出事的包", "the packet"),
            5 => say("MTU", "MTU"),
            _ => nothing(),
        };
        header.put(&OPTION, 8, kind.to_string(), meaning);
        let units = header.peek(8);
        header.put(&OPTION_LENGTH, 8, units.to_string(), octets(units * 8));
        let all = usize::try_from(units * 8).unwrap_or_default();
        // A length of 0 is invalid (RFC 4861 §4.6): nothing after it can be told apart.
        let data = match all {
            0 => header.left() / 8,
            all => (all - 2).min(header.left() / 8),
        };
        // One of the usual size that is all here is read; any other is data.
        let size = if data + 2 == all { all } else { 0 };
        match (kind, size) {
            (1 | 2, 8) => card = Some(card_field(header, &OPTION_MAC, names)),
            (3, 32) => prefix(header, names),
            (5, 8) => {
                header.hex(&RESERVED, 16, nothing());
                header.number(&OPTION_MTU, 32);
            }
            _ => header.octets(&OPTION_DATA, data, nothing()),
        }
    }
    card
}

fn prefix(header: &mut Header, names: &Names) {
    header.number(&PREFIX_BITS, 8);
    header.number(&ON_LINK, 1);
    header.number(&AUTONOMOUS, 1);
    header.hex(&RESERVED, 6, nothing());
    header.number(&VALID, 32);
    header.number(&PREFERRED, 32);
    header.hex(&RESERVED, 32, nothing());
    address(header, &PREFIX, names);
}

fn card_field(header: &mut Header, kind: &'static Kind, names: &Names) -> String {
    let bytes = header.bytes(6);
    let value = mac(bytes);
    header.put(kind, 48, value.clone(), owner(bytes, names));
    value
}

/// The rest of a report of multicast groups, version 2.
pub(super) fn listener_report(header: &mut Header, names: &Names) {
    header.hex(&REPORT_RESERVED, 16, nothing());
    let records = header.number(&RECORDS, 16);
    for _ in 0..records {
        if header.left() < 160 {
            break;
        }
        let kind = header.peek(8);
        let meaning = match kind {
            3 => text("改为只听列出的".to_owned(), "change to include".to_owned()),
            4 => text(
                "加入这个组".to_owned(),
                "change to exclude: join".to_owned(),
            ),
            _ => nothing(),
        };
        header.put(&RECORD, 8, kind.to_string(), meaning);
        let auxiliary = header.number(&AUXILIARY, 8);
        let sources = header.number(&SOURCES, 16);
        address(header, &GROUP, names);
        let rest = usize::try_from(sources * 16 + auxiliary * 4).unwrap_or_default();
        let rest = rest.min(header.left() / 8);
        header.octets(&GROUP_REST, rest, nothing());
    }
}
