//! 地址的种类：看它以哪个前缀开头。
//! The kinds of addresses: which prefix does one begin with?
use std::net::IpAddr;

// ANCHOR: kinds
/// 前缀，谁连得到。前面的先算（IANA 的特殊用途地址表，RFC 6890）。
/// A prefix, and who can reach it. The first match counts (the special-purpose addresses
/// of IANA, RFC 6890).
#[rustfmt::skip]
const KINDS: &[(&str, &str)] = &[
    ("0.0.0.0/32", "未指定：监听时是所有网卡 unspecified: to listen, all of them"),
    ("0.0.0.0/8", "不能用 not usable"),
    ("127.0.0.0/8", "环回：只有本机 loopback: this machine alone"),
    ("10.0.0.0/8", "私有：自己的网络里 private: inside your network"),
    ("172.16.0.0/12", "私有：自己的网络里 private: inside your network"),
    ("192.168.0.0/16", "私有：自己的网络里 private: inside your network"),
    ("100.64.0.0/10", "运营商的 NAT 后面 behind the NAT of a provider"),
    ("169.254.0.0/16", "链路本地：没有拿到地址 link-local: got no address"),
    ("192.0.2.0/24", "文档用 documentation"),
    ("198.51.100.0/24", "文档用 documentation"),
    ("203.0.113.0/24", "文档用 documentation"),
    ("224.0.0.0/4", "组播 multicast"),
    ("255.255.255.255/32", "广播 broadcast"),
    ("240.0.0.0/4", "保留 reserved"),
    ("::/128", "未指定：监听时是所有网卡 unspecified: to listen, all of them"),
    ("::1/128", "环回：只有本机 loopback: this machine alone"),
    ("::ffff:0:0/96", "IPv4 写成 IPv6 IPv4 written as IPv6"),
    ("fe80::/10", "链路本地：同一条链路 link-local: on this link"),
    ("fc00::/7", "唯一本地：自己的网络里 unique local: inside your network"),
    ("2001:db8::/32", "文档用 documentation"),
    ("ff00::/8", "组播 multicast"),
    ("0.0.0.0/0", "公网 public"),
    ("2000::/3", "公网 public"),
    ("::/0", "保留 reserved"),
];

/// 前几个比特一样，就是这一种：和路由表用的是同一个办法。
/// The same first bits, the same kind: a routing table works in this way too.
pub(crate) fn of(address: IpAddr) -> (&'static str, &'static str) {
    let same = |(prefix, _): &&(&str, &str)| {
        let (start, bits) = prefix.split_once('/')?;
        let (own, start, width) = match (address, start.parse().ok()?) {
            (IpAddr::V4(own), IpAddr::V4(start)) => {
                (own.to_bits().into(), start.to_bits().into(), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(start)) => (own.to_bits(), start.to_bits(), 128),
            _ => return None,
        };
        let left = width - bits.parse::<u32>().ok()?;
        Some(first(own, left) == first(start, left))
    };
    let mut rows = KINDS.iter();
    rows.find(|row| same(row) == Some(true))
        .copied()
        .unwrap_or(("?", "?"))
}

/// 移掉后面的比特。全部移掉要另说：Rust 里不能移整个宽度。
/// Shifts the last bits out. All of them is special: in Rust, not by the whole width.
fn first(number: u128, left: u32) -> u128 {
    number.checked_shr(left).unwrap_or(0)
}
// ANCHOR_END: kinds
