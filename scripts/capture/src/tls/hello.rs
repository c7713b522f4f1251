//! ClientHello and ServerHello: what both sides say before there is a key.

use super::opaque;
use crate::Kind;
use crate::bits::{Header, kinds, nothing, say, tame};

kinds! {
VERSION "tls.hello.version" "旧版本号" "legacy version"
    "TLS 1.3 里总是 0x0303；真正的版本在扩展 supported_versions 里。" "Always 0x0303 in TLS 1.3; the real version is in the extension supported_versions." "RFC 8446 §4.1.2"
RANDOM "tls.hello.random" "随机数" "random"
    "32 个随机字节，使每次的密钥都不同。" "32 random bytes, so that the keys differ every time." "RFC 8446 §4.1.2"
SESSION_LENGTH "tls.hello.session.length" "会话标识长度" "session id length"
    "后面的会话标识有几个字节。" "How many bytes of session id follow." "RFC 8446 §4.1.2"
SESSION "tls.hello.session" "旧会话标识" "legacy session id"
    "TLS 1.3 里没有作用，服务器原样送回。" "Means nothing in TLS 1.3; the server sends it back." "RFC 8446 §4.1.2"
SUITES_LENGTH "tls.hello.suites.length" "密码套件长度" "cipher suites length"
    "后面的清单有几个字节，每个套件两字节。" "How many bytes the list has, two for each suite." "RFC 8446 §4.1.2"
SUITE "tls.hello.suite" "密码套件" "cipher suite"
    "加密和散列的一种组合。客户端列出会的，服务器挑一个。" "A cipher and a hash. The client lists what it knows, the server picks one." "RFC 8446 §4.1.2, §B.4"
COMPRESSION_LENGTH "tls.hello.compression.length" "压缩方法数" "compression methods"
    "后面有几个压缩方法。" "How many compression methods follow." "RFC 8446 §4.1.2"
COMPRESSION "tls.hello.compression" "压缩方法" "compression method"
    "TLS 1.3 不压缩，总是 0。" "TLS 1.3 does not compress: always 0." "RFC 8446 §4.1.2"
EXTENSIONS_LENGTH "tls.extensions.length" "扩展长度" "extensions length"
    "后面的扩展一共几个字节。" "How many bytes of extensions follow." "RFC 8446 §4.2"
EXTENSION "tls.extension" "扩展" "extension"
    "哪一种扩展。" "Which extension this is." "RFC 8446 §4.2"
EXTENSION_LENGTH "tls.extension.length" "扩展的长度" "extension length"
    "这个扩展的数据有几个字节。" "How many bytes of data this extension has." "RFC 8446 §4.2"
LIST_LENGTH "tls.list.length" "清单长度" "list length"
    "后面的清单有几个字节。" "How many bytes the list has." "RFC 8446 §3.4"
NAME_TYPE "tls.sni.type" "名字类型" "name type"
    "0 是主机名。" "0 is a host name." "RFC 6066 §3"
NAME "tls.sni" "主机名（SNI）" "host name (SNI)"
    "想访问哪个网站。明文，路上的人都看得见。" "The site that is wanted, in plain text: everybody on the path can read it." "RFC 6066 §3"
SUPPORTED "tls.supported" "支持的版本" "supported version"
    "真正谈的 TLS 版本。" "The TLS version that is actually meant." "RFC 8446 §4.2.1"
PROTOCOL "tls.alpn" "应用协议（ALPN）" "application protocol (ALPN)"
    "TLS 里面要说的协议。先是长度，再是名字。" "The protocol to be spoken inside TLS: a length, then its name." "RFC 7301 §3.1"
EXTENSION_DATA "tls.extension.data" "扩展内容" "extension data"
    "含义由扩展决定。" "What it means depends on the extension." "RFC 8446 §4.2"
}

/// The rest of a ClientHello.
pub(super) fn client(header: &mut Header, length: usize) {
    let end = header.left().saturating_sub(length * 8);
    beginning(header);
    let suites = number(header, &SUITES_LENGTH, 16, end);
    for _ in 0..suites / 2 {
        suite(header, end);
    }
    let methods = number(header, &COMPRESSION_LENGTH, 8, end);
    let methods = methods.min(header.left().saturating_sub(end) / 8);
    opaque(header, &COMPRESSION, methods);
    extensions(header, end, true);
}

/// The rest of a ServerHello.
pub(super) fn server(header: &mut Header, length: usize) {
    let end = header.left().saturating_sub(length * 8);
    beginning(header);
    suite(header, end);
    number(header, &COMPRESSION, 8, end);
    extensions(header, end, false);
}

fn beginning(header: &mut Header) {
    header.hex(&VERSION, 16, nothing());
    if header.left() >= 256 {
        opaque(header, &RANDOM, 32);
    }
    let length = number(header, &SESSION_LENGTH, 8, 0).min(32);
    let length = length.min(header.left() / 8);
    opaque(header, &SESSION, length);
}

/// A number of this many bits, unless the message ends before (`end` bits are left then).
fn number(header: &mut Header, kind: &'static Kind, bits: usize, end: usize) -> usize {
    if header.left() < end + bits {
        return 0;
    }
    usize::try_from(header.number(kind, bits)).unwrap_or_default()
}

fn suite(header: &mut Header, end: usize) {
    if header.left() >= end + 16 {
        let name = suite_name(header.peek(16));
        header.hex(&SUITE, 16, say(name, name));
    }
}

fn extensions(header: &mut Header, end: usize, from_client: bool) {
    number(header, &EXTENSIONS_LENGTH, 16, end);
    while header.left() >= end + 32 {
        let kind = header.peek(16);
        let (zh, en) = extension_name(kind);
        header.put(&EXTENSION, 16, kind.to_string(), say(zh, en));
        let length = number(header, &EXTENSION_LENGTH, 16, end);
        let length = length.min((header.left() - end) / 8);
        let after = header.left() - length * 8;
        match (kind, from_client) {
            (0, true) => server_name(header, after),
            (16, _) => protocols(header, after),
            (43, true) => {
                number(header, &LIST_LENGTH, 8, after);
                while header.left() >= after + 16 {
                    version(header);
                }
            }
            (43, false) if length == 2 => version(header),
            _ => {}
        }
        let rest = (header.left() - after) / 8;
        opaque(header, &EXTENSION_DATA, rest);
    }
}

fn server_name(header: &mut Header, after: usize) {
    number(header, &LIST_LENGTH, 16, after);
    number(header, &NAME_TYPE, 8, after);
    let length = number(header, &LIST_LENGTH, 16, after);
    let length = length.min((header.left() - after) / 8);
    text_field(header, &NAME, length, 0);
}

fn protocols(header: &mut Header, after: usize) {
    number(header, &LIST_LENGTH, 16, after);
    while header.left() > after {
        let length = usize::try_from(header.peek(8)).unwrap_or_default() + 1;
        let length = length.min((header.left() - after) / 8);
        text_field(header, &PROTOCOL, length, 1);
    }
}

/// Text behind `skip` bytes of length.
fn text_field(header: &mut Header, kind: &'static Kind, length: usize, skip: usize) {
    let bytes = header.bytes(length);
    let value = String::from_utf8_lossy(bytes.get(skip..).unwrap_or_default());
    let value = tame(value.into_owned());
    header.put(kind, length * 8, value, nothing());
}

fn version(header: &mut Header) {
    let name = match header.peek(16) {
        0x0304 => "TLS 1.3",
        0x0303 => "TLS 1.2",
        0x0302 => "TLS 1.1",
        0x0301 => "TLS 1.0",
        _ => "",
    };
    header.hex(&SUPPORTED, 16, say(name, name));
}

fn suite_name(number: u64) -> &'static str {
    match number {
        0x1301 => "TLS_AES_128_GCM_SHA256",
        0x1302 => "TLS_AES_256_GCM_SHA384",
        0x1303 => "TLS_CHACHA20_POLY1305_SHA256",
        0xc02b => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xc02c => "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xc02f => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xc030 => "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xcca8 => "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xcca9 => "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        0x00ff => "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
        _ => "",
    }
}

fn extension_name(number: u64) -> (&'static str, &'static str) {
    match number {
        0 => ("主机名 server_name", "server_name: the host's name"),
        5 => (
            "证书状态 status_request",
            "status_request: the certificate's status",
        ),
        10 => (
            "密钥交换的曲线 supported_groups",
            "supported_groups: for the key exchange",
        ),
        11 => ("点的格式 ec_point_formats", "ec_point_formats"),
        13 => ("签名算法 signature_algorithms", "signature_algorithms"),
        16 => ("应用协议 ALPN", "application protocols (ALPN)"),
        23 => (
            "扩展主密钥 extended_master_secret",
            "extended_master_secret",
        ),
        35 => ("会话票据 session_ticket", "session_ticket"),
        41 => ("预共享密钥 pre_shared_key", "pre_shared_key"),
        43 => ("支持的版本 supported_versions", "supported_versions"),
        45 => (
            "预共享密钥的方式 psk_key_exchange_modes",
            "psk_key_exchange_modes",
        ),
        50 => (
            "证书的签名算法 signature_algorithms_cert",
            "signature_algorithms_cert",
        ),
        51 => (
            "密钥交换 key_share",
            "key_share: a public key for the exchange",
        ),
        0xff01 => ("重新协商 renegotiation_info", "renegotiation_info"),
        _ => ("", ""),
    }
}
