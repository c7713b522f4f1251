//! 封装：一句话怎样变成一帧，又怎样拆回一句话。
//! Encapsulation: how a sentence becomes a frame, and a sentence again.
//!
//!     cargo run --example 11_encapsulation -- 你好
//!     cargo run --example 11_encapsulation -- --hex 0200…    （- 从标准输入读 standard input）
//!
//! 这个文件管字节；`11_encapsulation/screen.rs` 管名字、颜色和屏幕。
//! This file has the bytes; `11_encapsulation/screen.rs` has names, colors and the screen.
#![allow(missing_docs, reason = "the names of the fields say it")]
use anyhow::{Result, bail, ensure};
use colored::Colorize;
use screen::Show::{Decimal, Flags, Hex, Ip, Mac};
pub use screen::{Field, Layer};
use std::{env, io, io::Read, io::Write, process::ExitCode};

#[path = "11_encapsulation/screen.rs"]
mod screen;

// ANCHOR: layouts
// 首部就是一张表：几个比特，叫什么，怎么显示。下面一行 16 或 32 比特，同 RFC 的图。
// A header is a table: how many bits, what name, how to show it. A line here is 16 or 32 bits.
type Row = (usize, &'static str, &'static str, screen::Show);
const ETHERNET: [Row; 3] = [
    (48, "目的 MAC", "destination MAC", Mac),
    (48, "源 MAC", "source MAC", Mac),
    (16, "类型", "EtherType", Hex),
];
#[rustfmt::skip]
const IPV4: [Row; 12] = [
    (4, "版本", "version", Decimal), (4, "首部长度", "IHL", Decimal), (8, "服务类型", "TOS", Decimal),
    (16, "总长度", "total length", Decimal),
    (16, "标识", "identification", Decimal),
    (3, "标志", "flags", Flags(&["MF", "DF"])), (13, "片偏移", "fragment offset", Decimal),
    (8, "生存时间", "TTL", Decimal), (8, "协议", "protocol", Decimal),
    (16, "首部校验和", "header checksum", Hex),
    (32, "源地址", "source address", Ip),
    (32, "目的地址", "destination address", Ip),
];
#[rustfmt::skip]
const TCP: [Row; 10] = [
    (16, "源端口", "source port", Decimal), (16, "目的端口", "destination port", Decimal),
    (32, "序号", "sequence number", Decimal),
    (32, "确认号", "acknowledgment number", Decimal),
    (4, "数据偏移", "data offset", Decimal), (4, "保留", "reserved", Decimal),
    (8, "标志", "flags", Flags(&["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"])),
    (16, "窗口", "window", Decimal),
    (16, "校验和", "checksum", Hex), (16, "紧急指针", "urgent pointer", Decimal),
];
// ANCHOR_END: layouts

// ANCHOR: encapsulate
/// 往下走：每一层原样装下上一层的字节，只在前面加自己的首部。
/// Down: each layer carries the bytes from above unchanged and puts its own header in front.
pub fn encapsulate(sentence: &str) -> Result<Vec<u8>> {
    // MSS：以太网一帧装 1500 字节，减去两个 20 字节的首部。更长的，TCP 会切成几段。
    // MSS: a frame carries 1500 bytes, less two headers of 20. TCP cuts what is longer.
    let n = sentence.len();
    ensure!(
        (1..=1460).contains(&n),
        "句子要 1 到 1460 字节 takes 1 to 1460 bytes: {n}"
    );
    // 192.0.2.x 专供文档使用（RFC 5737）；02 开头的 MAC 由本地自定，不属于任何厂商。
    // 192.0.2.x is for documentation (RFC 5737); a MAC that starts with 02 belongs to no vendor.
    let ([a, b], total) = ([0xc000_0201, 0xc000_0202], 40 + n as u64);
    let mut segment = write(&TCP, &[54321, 9999, 1, 1, 5, 0, 0x18, 64240, 0, 0]);
    segment.extend(sentence.as_bytes());
    let mut packet = write(&IPV4, &[4, 5, 0, total, 1, 2, 0, 64, 6, 0, a, b]);
    // 算校验和时，它自己的位置是 0。
    // While a checksum is computed, its own place is 0.
    let sum = tcp_checksum(&packet[12..20], &segment);
    segment[16..18].copy_from_slice(&sum.to_be_bytes());
    let sum = checksum(&packet);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    let ethernet = write(&ETHERNET, &[0x0200_0000_0002, 0x0200_0000_0001, 0x0800]);
    let mut frame = [ethernet, packet, segment].concat();
    // 帧至少 60 字节：补零，不算进 IP 总长度（RFC 894）。末尾 4 字节的 FCS 由网卡加。
    // A frame has 60 bytes or more: zeros, not counted by IP (RFC 894). The card adds the FCS.
    frame.resize(frame.len().max(60), 0);
    Ok(frame)
}

fn write(table: &[Row], values: &[u64]) -> Vec<u8> {
    let row = |((bits, ..), value): (&Row, &u64)| format!("{value:0bits$b}");
    let bits: String = table.iter().zip(values).map(row).collect();
    let byte = |bits: &[u8]| bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0'));
    bits.as_bytes().chunks(8).map(byte).collect()
}
// ANCHOR_END: encapsulate

// ANCHOR: checksum
// RFC 1071：每 16 比特一组相加，进位绕回末位，取反。收方连校验和一起加：得 0 才对。
// RFC 1071: add 16-bit words, carry around, invert. The receiver adds all: 0 means correct.
fn checksum(bytes: &[u8]) -> u16 {
    !bytes.chunks(2).fold(0, |sum: u16, word| {
        let word = [word[0], *word.get(1).unwrap_or(&0)];
        let (sum, carry) = sum.overflowing_add(u16::from_be_bytes(word));
        sum + u16::from(carry)
    })
}

// TCP 的还算上 IP 地址、协议号和段长（伪首部）：送错机器的段，对不上。
// TCP's also covers IP addresses, protocol and length: a segment at the wrong machine fails.
fn tcp_checksum(addresses: &[u8], segment: &[u8]) -> u16 {
    let length = (segment.len() as u16).to_be_bytes();
    checksum(&[addresses, &[0, 6], &length, segment].concat())
}
// ANCHOR_END: checksum

// ANCHOR: explain
/// 往上走：每一层只读自己的首部，首部说里面是谁、到哪里为止。从前往后，第一处说不通就停。
/// Up: each layer reads its own header, which says what is inside and where it ends. Front to
/// back, it stops at the first byte that makes no sense.
pub fn explain(frame: &[u8]) -> Result<Vec<Layer>> {
    let byte = |at: usize| usize::from(*frame.get(at).unwrap_or(&0));
    let two = |at| byte(at) << 8 | byte(at + 1);
    let tcp = 14 + 4 * (byte(14) & 15);
    let (data, stop, end) = (tcp + byte(tcp + 12) / 16 * 4, 14 + two(16), frame.len());
    let (at, why) = match () {
        () if end < 14 => (end, "以太网首部不完整 Ethernet header cut off"),
        () if two(12) != 0x0800 => (12, "类型不是 0x0800 EtherType is not 0x0800 (IPv4)"),
        () if end == 14 => (end, "没有 IP 首部 no IP header"),
        () if byte(14) >> 4 != 4 => (14, "IP 版本不是 4 IP version is not 4"),
        () if tcp < 34 => (14, "IHL 小于 5 IHL is below 5"),
        () if end < tcp => (end, "IP 首部不完整 IP header cut off"),
        () if stop < tcp => (16, "总长度短于首部 total length is below the header's"),
        () if stop > end => (16, "总长度超出了帧 total length goes beyond the frame"),
        () if two(20) & 0xbfff != 0 => (20, "分片或保留位 a fragment, or a reserved bit"),
        () if byte(23) != 6 => (23, "协议不是 6 protocol is not 6 (TCP)"),
        () if checksum(&frame[14..tcp]) != 0 => (24, "IP 校验和不对 wrong IP checksum"),
        () if stop < tcp + 20 => (stop, "TCP 首部不完整 TCP header cut off"),
        () if data < tcp + 20 => (tcp + 12, "数据偏移小于 5 data offset is below 5"),
        () if data > stop => (tcp + 12, "数据偏移超出了包 data offset beyond the packet"),
        () if tcp_checksum(&frame[26..34], &frame[tcp..stop]) != 0 => {
            (tcp + 16, "TCP 校验和不对 wrong TCP checksum")
        }
        () => return Ok(screen::layers(frame, [tcp, data, stop])),
    };
    bail!("偏移 offset {at} (0x{at:02x}): {why}")
}
// ANCHOR_END: explain

// ANCHOR: main
fn run(args: &[&str]) -> Result<String> {
    match args {
        [] => story("你好"),
        ["--help" | "-h"] => Ok(screen::HELP.to_owned()),
        ["--hex", "-"] => {
            // 有上限：一帧最多 65549 字节，写成十六进制也到不了 256 KiB。
            // Bounded: a frame has 65549 bytes at most, less than 256 KiB of hexadecimal text.
            let text = io::read_to_string(io::stdin().take(1 << 18))?;
            take_apart(&screen::unhex(&text)?)
        }
        ["--hex", text @ ..] => take_apart(&screen::unhex(&text.concat())?),
        [flag, ..] if flag.starts_with("--") => bail!("不认识 unknown: {flag}\n{}", screen::HELP),
        words => story(&words.join(" ")),
    }
}

fn take_apart(frame: &[u8]) -> Result<String> {
    Ok(screen::details(frame, &explain(frame)?))
}

fn story(sentence: &str) -> Result<String> {
    let frame = encapsulate(sentence)?;
    let (up, mut down) = (explain(&frame)?, explain(&frame)?);
    down.reverse();
    Ok(screen::details(&frame, &down) + screen::PHYSICAL + &screen::titles(&up))
}
// ANCHOR_END: main

fn main() -> ExitCode {
    let args = Vec::from_iter(env::args_os().skip(1));
    let args = Vec::from_iter(args.iter().map(|arg| arg.to_string_lossy()));
    match run(&Vec::from_iter(args.iter().map(|arg| &**arg))) {
        // 读的一方（如 `head`）可能已经关了管道：那也没什么。
        // Who reads us (say `head`) may have closed the pipe: no harm.
        Ok(text) => drop(io::stdout().write_all(text.as_bytes())),
        Err(error) => {
            let _ = writeln!(io::stderr(), "{} {error:#}", "错误 error:".red());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
