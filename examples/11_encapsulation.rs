//! 封装：一句话怎样变成一帧，又怎样拆回一句话。
//! Encapsulation: how a sentence becomes a frame, and a sentence again.
//!
//!     cargo run --example 11_encapsulation -- 你好
//!     cargo run --example 11_encapsulation -- --hex 0200…    （- 从标准输入读 standard input）
//!
//! 这个文件管首部。`11_encapsulation/` 里，checksum.rs 算校验和，screen.rs 管名字、颜色和屏幕，
//! text.rs 管十六进制和文字。
//! This file has the headers. In `11_encapsulation/`, checksum.rs has the checksums, screen.rs
//! names, colors and the screen, text.rs hexadecimal and plain text.
#![allow(missing_docs, reason = "the names of the fields say it")]
use anyhow::{Result, bail, ensure};
use checksum::{checksum, tcp_checksum};
use colored::Colorize;
use screen::Show::{Decimal, Flags, Hex, Ip, Mac};
pub use screen::{Field, Layer};
use std::{env, io, io::Read, io::Write, process::ExitCode};

#[path = "11_encapsulation/checksum.rs"]
mod checksum;
#[path = "common/foreign.rs"]
#[allow(dead_code, reason = "the other examples use all of it")]
pub mod foreign;
#[path = "11_encapsulation/screen.rs"]
mod screen;
#[path = "11_encapsulation/text.rs"]
mod text;

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
    let size = sentence.len();
    ensure!(
        (1..=1460).contains(&size),
        "句子要 1 到 1460 字节 takes 1 to 1460 bytes: {size}"
    );
    // 192.0.2.x 专供文档使用（RFC 5737）；02 开头的 MAC 由本地自定，不属于任何厂商。
    // 192.0.2.x is for documentation (RFC 5737); a MAC that starts with 02 belongs to no vendor.
    let (source, destination) = (0xc000_0201, 0xc000_0202);
    // TCP 首部和句子，是一段；序号和确认号随便取，标志 0x18 是 PSH 和 ACK。
    // A TCP header and the sentence are a segment; its numbers are made up, flags 0x18 are PSH ACK.
    let mut segment = write(&TCP, &[54321, 9999, 1, 1, 5, 0, 0x18, 64240, 0, 0]);
    segment.extend(sentence.as_bytes());
    // 协议 6 告诉接收方：里面是 TCP。
    // Protocol 6 tells the receiver that TCP is inside.
    let total = 20 + segment.len() as u64;
    let ip = [4, 5, 0, total, 1, 2, 0, 64, 6, 0, source, destination];
    let mut packet = write(&IPV4, &ip);
    // 算校验和时，它自己的位置是 0。
    // While a checksum is computed, its own place is 0.
    let sum = tcp_checksum(&packet[12..20], &segment);
    segment[16..18].copy_from_slice(&sum.to_be_bytes());
    let sum = checksum(&packet);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    let mut frame = write(&ETHERNET, &[0x0200_0000_0002, 0x0200_0000_0001, 0x0800]);
    frame.extend(packet);
    frame.extend(segment);
    // 帧至少 60 字节：补零，不算进 IP 总长度（RFC 894）。末尾 4 字节的 FCS 由网卡加。
    // A frame has 60 bytes or more: zeros, not counted by IP (RFC 894). The card adds the FCS.
    frame.resize(frame.len().max(60), 0);
    Ok(frame)
}

/// 照表把数写成字节，高位在前。字段可以不满一个字节，所以一个比特一个比特地放。
/// Writes numbers as bytes by the table, high bit first. A field may be narrower than a byte, so
/// this goes bit by bit.
fn write(table: &[Row], values: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut byte, mut filled) = (0, 0);
    for (&(bits, ..), value) in table.iter().zip(values) {
        for place in (0..bits).rev() {
            byte = byte << 1 | (value >> place & 1) as u8;
            filled += 1;
            if filled == 8 {
                bytes.push(byte);
                (byte, filled) = (0, 0);
            }
        }
    }
    bytes
}
// ANCHOR_END: encapsulate

// ANCHOR: explain
/// 往上走：每一层只读自己的首部，首部说里面是谁、到哪里为止。从前往后，第一处说不通就停。
/// Up: each layer reads its own header, which says what is inside and where it ends. Front to
/// back, it stops at the first invalid byte.
pub fn explain(frame: &[u8]) -> Result<Vec<Layer>> {
    let end = frame.len();
    // 第 2 层：类型 0x0800 说，里面是 IPv4。
    // Layer 2: type 0x0800 says that IPv4 is inside.
    check(end >= 14, end, "以太网首部不完整 Ethernet header cut off")?;
    let is_ip = two_bytes(frame, 12) == 0x0800;
    check(is_ip, 12, "类型不是 0x0800 EtherType is not 0x0800 (IPv4)")?;
    // 第 3 层：IHL 说首部有几个 4 字节，总长度说包到哪里为止。后面可能是补的零。
    // Layer 3: the IHL says how many times 4 bytes the header has, the total length where the packet
    // ends. Zeros may follow.
    check(end > 14, end, "没有 IP 首部 no IP header")?;
    let (version, ihl) = (frame[14] >> 4, usize::from(frame[14] & 15));
    check(version == 4, 14, "IP 版本不是 4 IP version is not 4")?;
    check(ihl >= 5, 14, "IHL 小于 5 IHL is below 5")?;
    let tcp = 14 + 4 * ihl;
    check(end >= tcp, end, "IP 首部不完整 IP header cut off")?;
    let stop = 14 + two_bytes(frame, 16);
    check(
        stop >= tcp,
        16,
        "总长度短于首部 total length is below the header's",
    )?;
    check(
        stop <= end,
        16,
        "总长度超出了帧 total length goes beyond the frame",
    )?;
    // 0x4000 是 DF，可以有；分片没有完整的 TCP 首部可读。
    // 0x4000 is DF, which may be set. A fragment has no whole TCP segment to read.
    let whole = two_bytes(frame, 20) & 0xbfff == 0;
    check(whole, 20, "分片或保留位 a fragment, or a reserved bit")?;
    check(frame[23] == 6, 23, "协议不是 6 protocol is not 6 (TCP)")?;
    let intact = checksum(&frame[14..tcp]) == 0;
    check(intact, 24, "IP 校验和不对 wrong IP checksum")?;
    // 第 4 层：数据偏移说首部有几个 4 字节，后面都是应用的数据，到包的末尾为止。
    // Layer 4: the data offset says how many times 4 bytes the header has; what follows, up to the
    // end of the packet, is the application's data.
    check(stop >= tcp + 20, stop, "TCP 首部不完整 TCP header cut off")?;
    let data = tcp + 4 * usize::from(frame[tcp + 12] >> 4);
    let at = tcp + 12;
    check(
        data >= tcp + 20,
        at,
        "数据偏移小于 5 data offset is below 5",
    )?;
    check(
        data <= stop,
        at,
        "数据偏移超出了包 data offset beyond the packet",
    )?;
    let intact = tcp_checksum(&frame[26..34], &frame[tcp..stop]) == 0;
    check(intact, tcp + 16, "TCP 校验和不对 wrong TCP checksum")?;
    Ok(screen::layers(frame, tcp, data, stop))
}

fn check(holds: bool, at: usize, why: &str) -> Result<()> {
    ensure!(holds, "偏移 offset {at} (0x{at:02x}): {why}");
    Ok(())
}

fn two_bytes(frame: &[u8], at: usize) -> usize {
    usize::from(u16::from_be_bytes([frame[at], frame[at + 1]]))
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
            take_apart(&text::unhex(&text)?)
        }
        ["--hex", text @ ..] => take_apart(&text::unhex(&text.concat())?),
        [flag, ..] if flag.starts_with("--") => bail!("不认识 unknown: {flag}\n{}", screen::HELP),
        words => story(&words.join(" ")),
    }
}

fn take_apart(frame: &[u8]) -> Result<String> {
    Ok(screen::details(frame, &explain(frame)?))
}

fn story(sentence: &str) -> Result<String> {
    let frame = encapsulate(sentence)?;
    let mut layers = explain(&frame)?;
    let up = screen::titles(&layers);
    // 发送时从第 7 层往下走。
    // Sending goes from layer 7 down.
    layers.reverse();
    Ok(screen::details(&frame, &layers) + screen::PHYSICAL + &up)
}
// ANCHOR_END: main

fn main() -> ExitCode {
    let mut args = Vec::new();
    for arg in env::args_os().skip(1) {
        args.push(arg.to_string_lossy().into_owned());
    }
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(text) => {
            // 读的一方（如 `head`）可能已经关了管道：那也没什么。
            // The program that reads us (say `head`) may have closed the pipe: no harm.
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "{} {error:#}", "错误 error:".red());
            ExitCode::FAILURE
        }
    }
}
