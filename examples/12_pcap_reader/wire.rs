//! 线上还有什么：网卡给每一帧加上的，抓包看不到。
//! What else is on the wire: what a card adds to each frame, and a capture does not show.
use super::headers::{Kind, Packet};
use super::screen::paint;

// ANCHOR: wire
// 前导码让接收方的时钟跟上，最后的 d5 说“帧开始了”（IEEE 802.3 §3.2）。
// The preamble lets the receiver's clock catch up; d5 says "here the frame begins" (IEEE 802.3
// §3.2).
const PREAMBLE: [u8; 8] = [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5];
// 帧连 FCS 至少 64 字节；帧和帧之间至少静默 96 比特的时间（§4.4.2）。
// A frame with its FCS has 64 bytes or more; between frames there is silence for 96 bits or more
// (§4.4.2).
const LEAST: usize = 60;
const GAP: usize = 12;

/// 线上一共多少字节，每一部分是什么。
/// How many bytes on the wire, and what each part is.
pub fn on_the_wire(packet: &Packet<'_>) -> String {
    // 回环和 `-i any` 的包没有走过以太网线。
    // What loopback and `-i any` captured has not been on an Ethernet wire.
    if !packet
        .headers
        .first()
        .is_some_and(|first| first.kind == Kind::Ethernet)
    {
        return "     不是以太网帧 not an Ethernet frame\n".to_owned();
    }
    if packet.bytes.len() < packet.original {
        return "     这一帧不全 this frame is not all here\n".to_owned();
    }
    let mut frame = packet.bytes.to_vec();
    frame.resize(frame.len().max(LEAST), 0);
    let padding = frame.len() - packet.bytes.len();
    let total = PREAMBLE.len() + frame.len() + 4 + GAP;
    // 每个字节先走最低位：0x02 在线上是 01000000（§3.3）。
    // Of each byte the lowest bit goes first: 0x02 is 01000000 on the wire (§3.3).
    let first = frame.iter().take(3);
    let bits = Vec::from_iter(first.map(|byte| format!("{:08b}", byte.reverse_bits())));
    #[rustfmt::skip]
    let rows = [
        (1, "前导码 preamble", PREAMBLE.len(), hex(&PREAMBLE)),
        (2, "帧 frame", packet.bytes.len(), bits.join(" ") + " …"),
        (2, "填充 padding", padding, String::new()),
        (2, "FCS", 4, hex(&fcs(&frame))),
        (1, "间隔 gap", GAP, "静默 silence".to_owned()),
    ];
    let mut out = String::new();
    for (layer, name, size, what) in rows {
        let row = format!("     {size:>4} B  {name}  {what}");
        out += &format!("{}\n", paint(layer, row.trim_end()));
    }
    out + &format!(
        "     {total:>4} B  共 total = {} 比特 bits{}\n",
        total * 8,
        times(total * 8)
    )
}

/// 帧校验序列：CRC-32，接收方算出来不一样，就丢掉这一帧（§3.2.9）。
/// The frame check sequence, a CRC-32: if the receiver computes another, it drops the frame
/// (§3.2.9).
pub fn fcs(frame: &[u8]) -> [u8; 4] {
    let mut rest = u32::MAX;
    for byte in frame {
        rest ^= u32::from(*byte);
        for _ in 0..8 {
            // 移出来的是 1，就减去（异或）生成多项式。
            // If a 1 is shifted out, subtract (xor) the generator polynomial.
            rest = (rest >> 1) ^ ((rest & 1) * 0xedb8_8320);
        }
    }
    (!rest).to_le_bytes()
}
// ANCHOR_END: wire

// ANCHOR: times
/// 两种时间：把比特写到线上要多久（看速率），信号走完路要多久（看距离）。
/// Two times: to put the bits on the wire (the rate), and for the signal to get there (distance).
fn times(bits: usize) -> String {
    let mut out = String::new();
    for (name, bits_per_us) in [
        ("10 Mbit/s", 10),
        ("1 Gbit/s", 1_000),
        ("100 Gbit/s", 100_000),
    ] {
        out += &format!(
            "\n          发出去 to send    {name:>10} {:>10.3} µs",
            bits as f64 / f64::from(bits_per_us)
        );
    }
    // 铜线里每秒 23 万公里，光纤里 20 万公里：真空中光速的四分之三、三分之二。
    // 230,000 km a second in copper, 200,000 in fiber: 3/4 and 2/3 of light in empty space.
    for (name, meters, per_us) in [
        ("100 m", 100.0, 230.0),
        ("1000 km", 1e6, 200.0),
        ("10000 km", 1e7, 200.0),
    ] {
        out += &format!(
            "\n          走到头 to travel  {name:>10} {:>10.3} µs",
            meters / per_us
        );
    }
    out
}
// ANCHOR_END: times

fn hex(bytes: &[u8]) -> String {
    Vec::from_iter(bytes.iter().map(|byte| format!("{byte:02x}"))).join(" ")
}
