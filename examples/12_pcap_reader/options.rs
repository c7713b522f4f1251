//! 首部末尾的选项，和校验和。
//! The options at the end of a header, and checksums.
use super::headers::{Header, Kind, Packet};
use super::screen::Field;

// ANCHOR: options
/// IPv4 和 TCP 的选项写法相同：编号、长度、内容；编号 0 和 1 只有一个字节。
/// IPv4 and TCP write options the same way: kind, length, value; kinds 0 and 1 are one byte.
pub fn options(packet: &Packet<'_>, header: Header, mut at: usize) -> Vec<Field> {
    let (end, mut fields) = (header.at + header.size, Vec::new());
    while at < end {
        let (kind, said) = (packet.number(at, 1), packet.number(at + 1, 1));
        let size = if kind < 2 { 1 } else { said };
        let fits = size >= 1 && (kind < 2 || said >= 2) && at + size <= end;
        let (name, value) = match fits {
            true if header.kind == Kind::Tcp => tcp(packet, kind, at, size),
            true => plain(packet, kind, at, size),
            // 长度说不通，后面的就没法数了。
            // The length is impossible, so what follows cannot be counted.
            false => (
                "选项 option".to_owned(),
                format!("{kind}，长度不对 impossible length {said}"),
            ),
        };
        fields.push(Field { at, name, value });
        if !fits || kind == 0 {
            break;
        }
        at += size;
    }
    fields
}

fn tcp(packet: &Packet<'_>, kind: usize, at: usize, size: usize) -> (String, String) {
    let four = |at| packet.number(at, 4);
    let (name, value) = match (kind, size) {
        (2, 4) => ("最大段 MSS", packet.number(at + 2, 2).to_string()),
        (3, 3) => (
            "窗口放大 window scale",
            packet.number(at + 2, 1).to_string(),
        ),
        (4, 2) => ("可用 SACK permitted", String::new()),
        // 选择确认：这几段到了，它们前面的还没到。
        // Selective acknowledgment: these ranges have come, those before have not.
        (5, _) => {
            let blocks = (at + 2..at + size - 7).step_by(8);
            let blocks = blocks.map(|at| format!("{}:{}", four(at), four(at + 4)));
            ("选择确认 SACK", Vec::from_iter(blocks).join(" "))
        }
        (8, 10) => (
            "时间戳 timestamps",
            format!("{} {}", four(at + 2), four(at + 6)),
        ),
        _ => return plain(packet, kind, at, size),
    };
    (format!("选项 option {kind} {name}"), value)
}

fn plain(packet: &Packet<'_>, kind: usize, at: usize, size: usize) -> (String, String) {
    let name = match kind {
        0 => " 结束 end",
        1 => " 填充 no operation",
        _ => "",
    };
    let bytes = (at + 2..at + size).map(|at| format!("{:02x}", packet.number(at, 1)));
    (
        format!("选项 option {kind}{name}"),
        Vec::from_iter(bytes).join(" "),
    )
}
// ANCHOR_END: options
