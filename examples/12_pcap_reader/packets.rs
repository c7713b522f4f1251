//! 一个包一个包地读，边读边写屏幕。
//! Goes through the file packet by packet, and writes as it reads.
use super::file::Capture;
use super::{dissect, line, link, screen, wire};
use anyhow::{Context, Result};
use colored::Colorize;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};

/// 文件，或者标准输入。
/// The file, or standard input.
pub fn open(path: &str) -> Result<Box<dyn Read>> {
    Ok(match path {
        "-" => Box::new(io::stdin()),
        path => Box::new(File::open(path).context("打不开 cannot open")?),
    })
}

/// 写出选中的包；没有选，就是所有的包。
/// Writes the packets that were chosen, or all of them.
pub fn show(input: impl Read, numbers: &[u64], flags: &[String]) -> Result<()> {
    let mut capture = Capture::open(BufReader::new(input))?;
    let (mut talks, mut start) = (line::Talks::default(), None);
    let mut unknown = Vec::new();
    for count in 1.. {
        let Some(record) = capture.next().transpose()? else {
            break;
        };
        let wire = &capture.wires[record.wire];
        let packet = dissect(wire.link, &record);
        start = start.or(record.nanos);
        let since = record.nanos.zip(start).map(|(now, start)| now - start);
        // 没有选中的包也要看：相对序号从连接的开头数起。
        // Look at packets that were not chosen too: relative numbers begin with the connection.
        let line = line::line(&packet, &mut talks);
        if !numbers.is_empty() && !numbers.contains(&count) {
            continue;
        }
        let many = capture.wires.len() > 1;
        let mut text = screen::first_line(count, since, many.then_some(&*wire.name), &line);
        for flag in flags {
            text += &match &**flag {
                "-v" => screen::details(&packet, &record),
                _ => wire::on_the_wire(&packet),
            };
        }
        if !screen::print(&text) {
            break;
        }
        // 每种不会拆的链路，只劝一次。
        // One piece of advice for each kind of link that we cannot take apart.
        if packet.headers.is_empty() && !unknown.contains(&wire.link) {
            unknown.push(wire.link);
            let _ = writeln!(io::stderr(), "{}", link::advice(wire.link).yellow());
        }
    }
    Ok(())
}
