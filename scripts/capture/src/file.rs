//! The frames of a pcapng file, with the words that the recorder wrote beside them.

use std::time::Duration;

use pcap_parser::nom;
use pcap_parser::pcapng::{Block, parse_block_be, parse_block_le};
use pcap_parser::{
    EnhancedPacketBlock, InterfaceDescriptionBlock, OptionCode, PcapError, parse_sectionheaderblock,
};

use crate::link::Link;

/// Maximum sizes of a file that is read: a recording in the book has at most 200 packets.
const FILE_BYTES_MAX: usize = 64 << 20;
const PACKETS_MAX: usize = 5_000;
const INTERFACES_MAX: usize = 256;
/// The largest IPv4 datagram in an Ethernet frame.
const FRAME_BYTES_MAX: usize = 65_535 + 14;

/// A frame as it is in the file.
pub(crate) struct Frame<'a> {
    /// Where its block starts in the file.
    pub(crate) offset: usize,
    /// Since the epoch of its interface.
    pub(crate) time: Duration,
    /// The step of the session, from 1.
    pub(crate) step: Option<usize>,
    /// What the comment says of it.
    pub(crate) action: String,
    /// Whether the wire lost it.
    pub(crate) lost: bool,
    /// What its first header is.
    pub(crate) link: Link,
    pub(crate) bytes: &'a [u8],
}

/// What a frame needs to know of its interface.
struct Interface {
    /// Number of units of its clock in a second.
    resolution: u64,
    link: Link,
}

/// All frames of the file, in order.
pub(crate) fn frames(file: &[u8]) -> Result<Vec<Frame<'_>>, String> {
    if file.len() > FILE_BYTES_MAX {
        return Err(format!(
            "the file has {} bytes: at most {FILE_BYTES_MAX} are read; record less in one session",
            file.len()
        ));
    }
    let mut frames = Vec::new();
    let mut interfaces = Vec::new();
    let mut big_endian = false;
    let mut offset = 0;
    while offset < file.len() {
        let rest = &file[offset..];
        let at = |problem: String| format!("byte {offset}: {problem}; record the capture again");
        let section = rest.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]);
        if offset == 0 && !section {
            return Err(format!("byte 0: {}", other(rest)));
        }
        let parsed = if section {
            parse_sectionheaderblock(rest).map(|(rest, block)| (rest, Block::SectionHeader(block)))
        } else if big_endian {
            parse_block_be(rest)
        } else {
            parse_block_le(rest)
        };
        let (after, block) = parsed.map_err(|error| at(problem(&error, rest)))?;
        match block {
            Block::SectionHeader(header) => {
                big_endian = header.big_endian();
                interfaces.clear();
            }
            Block::InterfaceDescription(block) => {
                if interfaces.len() == INTERFACES_MAX {
                    return Err(at(format!("more than {INTERFACES_MAX} interfaces")));
                }
                interfaces.push(interface(&block).map_err(at)?);
            }
            Block::EnhancedPacket(block) => {
                if frames.len() == PACKETS_MAX {
                    return Err(at(format!("more than {PACKETS_MAX} packets")));
                }
                frames.push(frame(&block, &interfaces, offset).map_err(at)?);
            }
            Block::SimplePacket(_) => {
                return Err(at(
                    "a packet without a time (simple packet block)".to_owned()
                ));
            }
            _ => {}
        }
        let read = rest.len() - after.len();
        if read == 0 {
            return Err(at("an empty block".to_owned()));
        }
        offset += read;
    }
    Ok(frames)
}

/// What a file that is not pcapng is, and what to do.
fn other(file: &[u8]) -> String {
    let packed = |name: &str| format!("compressed with {name}: unpack it first");
    match *file {
        [0x1f, 0x8b, ..] => packed("gzip"),
        [0x1f, 0x9d | 0xa0, ..] => packed("compress"),
        [b'B', b'Z', b'h', ..] => packed("bzip2"),
        [0xfd, b'7', b'z', b'X', ..] => packed("xz"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => packed("zstd"),
        [0x04, 0x22, 0x4d, 0x18, ..] => packed("lz4"),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => packed("zip"),
        [b'7', b'z', 0xbc, 0xaf, ..] => packed("7z"),
        [0xa1, 0xb2, 0xc3 | 0x3c, 0xd4 | 0x4d, ..] | [0xd4 | 0x4d, 0xc3 | 0x3c, 0xb2, 0xa1, ..] => {
            "a pcap file, not pcapng: convert it (editcap -F pcapng IN OUT)".to_owned()
        }
        _ => "not a pcapng file: it starts with a section header (0a 0d 0d 0a); \
              record the capture again"
            .to_owned(),
    }
}

fn problem(error: &nom::Err<PcapError<&[u8]>>, rest: &[u8]) -> String {
    match error {
        nom::Err::Incomplete(_) => {
            format!("a block is cut off: only {} bytes are left", rest.len())
        }
        nom::Err::Error(_) | nom::Err::Failure(_) => {
            "a block with an invalid length, type or options".to_owned()
        }
    }
}

fn interface(block: &InterfaceDescriptionBlock) -> Result<Interface, String> {
    let resolution = block.ts_resolution().filter(|&units| units > 0);
    Ok(Interface {
        link: Link::of(block.linktype.0)?,
        resolution: resolution
            .ok_or_else(|| format!("a clock resolution (if_tsresol) of {}", block.if_tsresol))?,
    })
}

fn frame<'a>(
    block: &EnhancedPacketBlock<'a>,
    interfaces: &[Interface],
    offset: usize,
) -> Result<Frame<'a>, String> {
    let interface = interfaces.get(block.if_id as usize).ok_or_else(|| {
        format!(
            "a packet on interface {}, which the file does not describe",
            block.if_id
        )
    })?;
    let length = block.caplen as usize;
    if length > FRAME_BYTES_MAX {
        return Err(format!(
            "a packet of {length} bytes: at most {FRAME_BYTES_MAX}"
        ));
    }
    if block.caplen < block.origlen {
        return Err(format!(
            "only {} of the {} bytes of a packet were recorded",
            block.caplen, block.origlen
        ));
    }
    let bytes = block.data.get(..length).ok_or_else(|| {
        format!(
            "a packet of {length} bytes in a block of {}",
            block.data.len()
        )
    })?;
    let mut frame = Frame {
        offset,
        time: time(block, interface.resolution),
        step: None,
        action: String::new(),
        lost: false,
        link: interface.link,
        bytes,
    };
    for option in &block.options {
        if option.code == OptionCode::Comment {
            let text = option
                .as_str()
                .map_err(|_| "a packet comment that is not UTF-8".to_owned())?;
            comment(text, &mut frame)?;
        }
    }
    Ok(frame)
}

/// `step 9: client > 你好`, and `lost` on a line of its own.
fn comment(text: &str, frame: &mut Frame) -> Result<(), String> {
    for line in text.lines() {
        if line.trim() == "lost" {
            frame.lost = true;
        } else if let Some(rest) = line.strip_prefix("step ") {
            let (digits, action) = rest.split_once(':').unwrap_or((rest, ""));
            let digits = digits.trim();
            frame.action = action.trim_start().to_owned();
            let step = digits.parse::<usize>().ok().filter(|&step| step > 0);
            frame.step =
                Some(step.ok_or_else(|| {
                    format!("a packet comment `step {digits}`: steps count from 1")
                })?);
        }
    }
    Ok(())
}

fn time(block: &EnhancedPacketBlock, resolution: u64) -> Duration {
    let units = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
    let nanos = u128::from(units % resolution) * 1_000_000_000 / u128::from(resolution);
    Duration::new(
        units / resolution,
        u32::try_from(nanos).unwrap_or(999_999_999),
    )
}
