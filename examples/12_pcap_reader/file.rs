//! 抓包文件怎样写成：pcap 是一个头和一串记录，pcapng 是一串块。一次只读一个。
//! How a capture file is written: pcap is a header and records, pcapng is blocks. One at a time.
//!
//! 文件是别人给的：每个长度都可能是假的，每个字节之后都可能没有下文。
//! The file comes from others: each length may be a lie, and it may end after any byte.
use anyhow::{Context, Error, Result, anyhow, ensure};
use std::io::{self, Read};

#[path = "formats.rs"]
mod formats;
#[path = "pcapng.rs"]
mod pcapng;

use pcapng::SECTION;

/// 一个包：在哪条线上，什么时候（纳秒），线上有多长，抓到了哪些字节。
/// A packet: on which wire, when (nanoseconds), its size on the wire, the bytes that were kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub wire: usize,
    pub nanos: Option<i128>,
    pub original: usize,
    pub bytes: Vec<u8>,
    pub comment: String,
}

/// 抓包的一个接口：第一个首部是什么（1 是以太网），叫什么，一秒分成几份。
/// An interface that was captured: its first header (1 is Ethernet), name, units in a second.
#[derive(Debug, PartialEq, Eq)]
pub struct Wire {
    pub link: u64,
    pub name: String,
    limit: u64,
    units: i128,
    offset: i128,
}

/// 正在读的文件。`at` 是下一个字节的偏移；`big` 表示高位字节在前。
/// The file while we read it. `at` is the next byte's offset; `big`: the high byte comes first.
#[derive(Debug)]
pub struct Capture<R> {
    input: R,
    at: u64,
    big: bool,
    blocks: bool,
    failed: bool,
    pub wires: Vec<Wire>,
}

// 一个包、一个块最多占多少内存。
// The most memory that one packet or block takes.
const LIMIT: u64 = 1 << 20;

// ANCHOR: open
impl<R: Read> Capture<R> {
    /// 头 4 个字节说明格式，也说明写文件的机器用哪种字节顺序。
    /// The first 4 bytes tell the format, and the byte order of the machine that wrote it.
    pub fn open(input: R) -> Result<Self> {
        let (at, big, blocks, failed, wires) = (0, false, false, false, Vec::new());
        let mut file = Self {
            input,
            at,
            big,
            blocks,
            failed,
            wires,
        };
        let magic = file.read(4)?;
        if magic == SECTION {
            file.blocks = true;
            file.section(0)?;
            return Ok(file);
        }
        let (big, units) = match magic[..] {
            [0xa1, 0xb2, 0xc3, 0xd4] => (true, 1_000_000),
            [0xd4, 0xc3, 0xb2, 0xa1] => (false, 1_000_000),
            [0xa1, 0xb2, 0x3c, 0x4d] => (true, 1_000_000_000),
            [0x4d, 0x3c, 0xb2, 0xa1] => (false, 1_000_000_000),
            _ => return Err(wrong(0, &formats::advice(&magic))),
        };
        // 首部的其余 20 字节：版本、时区、每个包最多抓多少、链路类型。
        // The other 20 bytes: version, time zone, how much of a packet is kept, link type.
        file.big = big;
        let head = file.read(20)?;
        let (version, link) = (file.number(&head, 0, 2), file.number(&head, 16, 4) & 0xffff);
        ensure!(
            version == 2,
            wrong(4, "pcap 的版本不是 2 pcap version is not 2")
        );
        let (name, limit, offset) = (String::new(), 0, 0);
        file.wires = vec![Wire {
            link,
            name,
            limit,
            units,
            offset,
        }];
        Ok(file)
    }
    // ANCHOR_END: open

    // ANCHOR: record
    /// pcap 的一条记录：秒、秒的零头、抓到几个字节、线上有几个字节，然后是字节。
    /// A record of pcap: seconds, their fraction, bytes kept, bytes on the wire; then the bytes.
    fn record(&mut self) -> Result<Option<Record>> {
        let Some(head) = self.read_or_end(16)? else {
            return Ok(None);
        };
        let [seconds, part, kept, original] = [0, 4, 8, 12].map(|at| self.number(&head, at, 4));
        let units = self.wires[0].units;
        let nanos = i128::from(seconds) * NANOS + i128::from(part) * (NANOS / units);
        let bytes = self.read_bounded(kept, 8)?;
        Ok(Some(Record {
            nanos: Some(nanos),
            original: original as usize,
            bytes,
            ..Record::default()
        }))
    }
    // ANCHOR_END: record

    // 没有的字节算 0：长度在别处查过。
    // Bytes that are not there count as 0: lengths are checked elsewhere.
    fn number(&self, bytes: &[u8], at: usize, size: usize) -> u64 {
        let end = bytes.len().min(at + size);
        let mut bytes = bytes.get(at..end).unwrap_or_default().to_vec();
        if !self.big {
            bytes.reverse();
        }
        let mut number = 0;
        for byte in bytes {
            number = number << 8 | u64::from(byte);
        }
        number
    }

    // ANCHOR: read
    // 文件说有 n 个字节，我们不先备好 n 个字节的内存：来多少，长多少。
    // The file says n bytes; we do not set n bytes of memory aside: it grows with what comes.
    fn read(&mut self, n: u64) -> Result<Vec<u8>> {
        let bytes = self.read_some(n)?;
        ensure!(
            bytes.len() as u64 == n,
            wrong(self.at, "文件到这里就断了 the file is cut off here")
        );
        Ok(bytes)
    }

    fn read_some(&mut self, n: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(n).read_to_end(&mut bytes);
        read.with_context(|| place(self.at) + "读不下去 cannot read on")?;
        self.at += bytes.len() as u64;
        Ok(bytes)
    }
    // ANCHOR_END: read

    /// 正好在这里结束是可以的：返回 `None`。
    /// The file may end exactly here: `None`.
    fn read_or_end(&mut self, n: u64) -> Result<Option<Vec<u8>>> {
        let first = self.read_some(1)?;
        if first.is_empty() {
            return Ok(None);
        }
        Ok(Some([first, self.read(n - 1)?].concat()))
    }

    /// `back`：长度写在几个字节之前，出错时指给人看。
    /// `back`: how many bytes ago the length was written, to point at it in an error.
    fn read_bounded(&mut self, n: u64, back: u64) -> Result<Vec<u8>> {
        let at = self.at.saturating_sub(back);
        ensure!(
            n <= LIMIT,
            wrong(at, "长度超过 1 MiB，不信 length over 1 MiB, not believed")
        );
        self.read(n)
    }

    fn pass_over(&mut self, n: u64) -> Result<Vec<u8>> {
        let skipped = io::copy(&mut self.input.by_ref().take(n), &mut io::sink());
        self.at += skipped.with_context(|| place(self.at) + "读不下去 cannot read on")?;
        Ok(Vec::new())
    }
}

impl<R: Read> Iterator for Capture<R> {
    type Item = Result<Record>;
    /// 出过错就到此为止：后面的字节已经对不上了。
    /// After an error that is all: what follows no longer fits.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = if self.blocks {
            self.block()
        } else {
            self.record()
        };
        self.failed = next.is_err();
        next.transpose()
    }
}

const NANOS: i128 = 1_000_000_000;

fn wrong(at: u64, words: &str) -> Error {
    anyhow!("{}{words}", place(at))
}

fn place(at: u64) -> String {
    format!("偏移 offset {at} (0x{at:02x}): ")
}
