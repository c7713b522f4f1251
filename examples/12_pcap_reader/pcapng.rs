//! pcapng 的各种块：一节的开头、接口、包，和块尾的选项。
//! The blocks of pcapng: the head of a section, interfaces, packets, and the options at their end.
use super::super::foreign::plays_tricks;
use super::{Capture, NANOS, Record, Wire, wrong};
use anyhow::{Error, Result, ensure};
use std::io::Read;

// 接口最多几个：文件可以声明无数个。
// The most interfaces: a file could declare any number.
const WIRES: usize = 1000;

/// 一节的开头是这 4 个字节：正着读反着读都一样，不用先知道字节顺序。
/// A section begins with these 4 bytes: the same in both byte orders, which are not known yet.
pub(super) const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

impl<R: Read> Capture<R> {
    // ANCHOR: block
    /// pcapng 的一块：种类、长度、内容、再写一遍长度。不认识的种类，跳过就是。
    /// A block of pcapng: kind, length, body, the length again. Unknown kinds are skipped.
    pub(super) fn block(&mut self) -> Result<Option<Record>> {
        loop {
            let start = self.at;
            let Some(kind) = self.read_or_end(4)? else {
                return Ok(None);
            };
            if kind == SECTION {
                self.section(start)?;
                continue;
            }
            let length = self.length(start, 12)?;
            let body = match self.number(&kind, 0, 4) {
                1..=3 | 6 => self.read_bounded(length - 12, 4)?,
                _ => self.pass_over(length - 12)?,
            };
            self.same_length_again(length)?;
            match self.number(&kind, 0, 4) {
                1 => self.interface(&body, start + 8)?,
                2 => return self.packet(&body, start + 8, 2).map(Some),
                3 => return self.simple_packet(&body, start + 8).map(Some),
                6 => return self.packet(&body, start + 8, 4).map(Some),
                _ => {}
            }
        }
    }
    // ANCHOR_END: block

    fn length(&mut self, start: u64, least: u64) -> Result<u64> {
        let length = self.read(4)?;
        let length = self.number(&length, 0, 4);
        check_length(length, start, least).map(|()| length)
    }

    fn same_length_again(&mut self, length: u64) -> Result<()> {
        let (at, again) = (self.at, self.read(4)?);
        let same = self.number(&again, 0, 4) == length;
        ensure!(
            same,
            wrong(at, "块首尾的长度不同 the two lengths of the block differ")
        );
        Ok(())
    }

    /// 一节的开头说字节顺序；接口从头数起。
    /// The head of a section tells the byte order; interfaces are counted anew.
    pub(super) fn section(&mut self, start: u64) -> Result<()> {
        let head = self.read(8)?;
        self.big = match head[4..] {
            [0x1a, 0x2b, 0x3c, 0x4d] => true,
            [0x4d, 0x3c, 0x2b, 0x1a] => false,
            _ => return Err(wrong(start + 8, "字节顺序的记号不对 bad byte-order magic")),
        };
        self.wires.clear();
        let length = self.number(&head, 0, 4);
        check_length(length, start, 28)?;
        let rest = self.read_bounded(length - 16, 8)?;
        let version = self.number(&rest, 0, 2);
        ensure!(
            version == 1,
            wrong(start + 12, "pcapng 的版本不是 1 pcapng version is not 1")
        );
        self.same_length_again(length)
    }

    /// 接口：链路类型、每个包最多抓多少，然后是选项。
    /// An interface: link type, how much of a packet is kept, then options.
    pub(super) fn interface(&mut self, body: &[u8], at: u64) -> Result<()> {
        ensure!(body.len() >= 8, short(at));
        ensure!(
            self.wires.len() < WIRES,
            wrong(at, "接口超过 1000 个 over 1000 interfaces")
        );
        let (mut name, mut units, mut offset) = (String::new(), 1_000_000, 0);
        for (code, value, at) in self.options(body, 8, at)? {
            match code {
                2 => {
                    // 名字里的换行会伪造一行输出。
                    // A line end in a name would forge a line of ours.
                    let words = words(value).replace('\n', "\u{FFFD}");
                    name = words.chars().take(40).collect();
                }
                // 时间的单位：最高位是 1 时是 2 的负几次方秒，否则是 10 的。
                // The unit of time: 2 to the minus n seconds if the top bit is set, else 10.
                9 => {
                    let (base, n): (i128, _) = match value.first() {
                        Some(n @ 0x80..) => (2, n & 0x7f),
                        n => (10, *n.unwrap_or(&6)),
                    };
                    let checked = base.checked_pow(n.into()).filter(|units| *units < 1 << 64);
                    units =
                        checked.ok_or_else(|| wrong(at, "时间单位太小 unit of time too small"))?;
                }
                14 => offset = i128::from(self.number(value, 0, 8).cast_signed()),
                _ => {}
            }
        }
        let [link, limit] = [(0, 2), (4, 4)].map(|(at, size)| self.number(body, at, size));
        self.wires.push(Wire {
            link,
            name,
            limit,
            units,
            offset,
        });
        Ok(())
    }

    /// 带时间的包。旧的种类（2）里，接口号只有 2 个字节。
    /// A packet with its time. In the old kind (2) the interface number has only 2 bytes.
    pub(super) fn packet(&self, body: &[u8], at: u64, size: usize) -> Result<Record> {
        ensure!(body.len() >= 20, short(at));
        let [high, low, kept, original] = [4, 8, 12, 16].map(|at| self.number(body, at, 4));
        let wire = self.number(body, 0, size) as usize;
        let Wire { units, offset, .. } = self.wire(wire, at)?;
        // 时间是 64 比特的数，分成高低两半；单位在接口的选项里。
        // The time is a 64-bit number in two halves; its unit is an option of the interface.
        let time = i128::from(high << 32 | low);
        let options = 20 + kept.next_multiple_of(4) as usize;
        let bytes = body.get(20..20 + kept as usize);
        let bytes = bytes.ok_or_else(|| wrong(at + 12, "包比块长 packet longer than its block"))?;
        // 选项 1 是注释：书里的录制用它写下这个包属于会话的哪一步。
        // Option 1 is a comment: our recordings write the step of the session there.
        let mut comment = String::new();
        for (code, value, _) in self.options(body, options, at)? {
            if code == 1 {
                comment += &words(value);
            }
        }
        Ok(Record {
            wire,
            nanos: Some(offset * NANOS + time * NANOS / units),
            original: original as usize,
            bytes: bytes.to_vec(),
            comment,
        })
    }

    /// 没有时间的包：属于第一个接口，长度由块和接口的上限推出。
    /// A packet without a time: on the first interface; block and limit give its size.
    pub(super) fn simple_packet(&self, body: &[u8], at: u64) -> Result<Record> {
        ensure!(body.len() >= 4, short(at));
        let (limit, original) = (self.wire(0, at)?.limit, self.number(body, 0, 4));
        let kept = if limit == 0 {
            original
        } else {
            original.min(limit)
        };
        let bytes = body.get(4..4 + kept as usize);
        let bytes = bytes.ok_or_else(|| wrong(at, "包比块长 packet longer than its block"))?;
        Ok(Record {
            original: original as usize,
            bytes: bytes.to_vec(),
            ..Record::default()
        })
    }

    fn wire(&self, wire: usize, at: u64) -> Result<&Wire> {
        let found = self.wires.get(wire);
        found.ok_or_else(|| wrong(at, "没有这个接口 there is no such interface"))
    }

    /// 选项：编号、长度、内容，补齐到 4 的倍数；编号 0 结束。
    /// Options: code, length, value, padded to a multiple of 4; code 0 ends them.
    fn options<'b>(
        &self,
        body: &'b [u8],
        mut from: usize,
        at: u64,
    ) -> Result<Vec<(u64, &'b [u8], u64)>> {
        let mut options = Vec::new();
        while from + 4 <= body.len() {
            let [code, size] = [from, from + 2].map(|at| self.number(body, at, 2));
            if code == 0 {
                break;
            }
            let place = at + from as u64;
            let value = body.get(from + 4..from + 4 + size as usize);
            let value =
                value.ok_or_else(|| wrong(place + 2, "选项比块长 option longer than its block"))?;
            options.push((code, value, place));
            from += 4 + size.next_multiple_of(4) as usize;
        }
        Ok(options)
    }
}

fn check_length(length: u64, start: u64, least: u64) -> Result<()> {
    let fits = length >= least && length.is_multiple_of(4);
    ensure!(
        fits,
        wrong(start + 4, "块的长度不可能 impossible length of a block")
    );
    Ok(())
}

fn short(at: u64) -> Error {
    wrong(at, "块太短 block too short")
}

/// 写文件的人能写任何字符，摆布终端的也能写。
/// Whoever wrote the file may have put in any character, and some would drive your terminal.
fn words(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.replace(|c| c == '\t' || plays_tricks(c), "\u{FFFD}")
}
