//! 读一个回答：先首部，再正文，到首部说的地方为止。
//! Reads an answer: first its head, then its body, which ends where the head says.
use std::io::{self, ErrorKind};

use anyhow::{Result, anyhow, bail};
use common::explain;

use super::message::{self, Body, Response};
use super::wire::Wire;

// 服务器能让我们存的，要有上限。
// What the server can make us store has a bound.
const HEAD: usize = 16 * 1024;
const LIMIT: u64 = 1024 * 1024;

// ANCHOR: response
pub(crate) fn response(wire: &mut Wire, method: &str) -> Result<Response> {
    // 1xx 是“请稍等”，后面才是回答；不能没完没了。
    // 1xx means "wait"; the answer comes after it. It must not go on for ever.
    for _ in 0..8 {
        let head = wire.head(HEAD).map_err(|error| wrong(error, 0))?;
        let response = message::response(&head, method);
        let response = response.map_err(|why| anyhow!("看不懂回答 not understood: {why}"))?;
        if response.status >= 200 || response.status == 101 {
            return Ok(response);
        }
    }
    bail!("一直叫我等 told to wait again and again")
}

/// 正文读到首部说的地方为止，最多 1 MiB。
/// The body ends where the head says, and at 1 MiB.
pub(crate) fn read_body(wire: &mut Wire, body: Body, content: &mut Vec<u8>) -> io::Result<()> {
    match body {
        Body::None => Ok(()),
        // 长度是对方说的：先看上限，再按到了多少存多少，不预先分配。
        // The length is the peer's claim: check it, then store what comes. Allocate nothing ahead.
        Body::Length(length) if length > LIMIT => Err(ErrorKind::FileTooLarge.into()),
        Body::Length(length) => wire.exactly(length, content),
        Body::Chunked => loop {
            let size = message::chunk_size(&wire.line(256)?).ok_or(ErrorKind::InvalidData)?;
            if content.len() as u64 + size > LIMIT {
                return Err(ErrorKind::FileTooLarge.into());
            }
            wire.exactly(size, content)?;
            if size == 0 {
                return trailer(wire);
            }
            if !wire.line(0)?.is_empty() {
                return Err(ErrorKind::InvalidData.into());
            }
        },
        // 没有说长度，就读到 FIN；中途断掉和正常结束看起来一样。
        // No length: read to the FIN. A cut looks the same as an end.
        Body::UntilClose => {
            while wire.some(content)? {
                if content.len() as u64 > LIMIT {
                    return Err(ErrorKind::FileTooLarge.into());
                }
            }
            Ok(())
        }
    }
}

/// 最后一块后面还可以有字段，到空行为止。
/// Fields may follow the last chunk, up to an empty line.
fn trailer(wire: &mut Wire) -> io::Result<()> {
    for _ in 0..32 {
        if wire.line(1024)?.is_empty() {
            return Ok(());
        }
    }
    Err(ErrorKind::InvalidData.into())
}
// ANCHOR_END: response

pub(crate) fn wrong(error: io::Error, came: usize) -> anyhow::Error {
    let words = match error.kind() {
        ErrorKind::UnexpectedEof => "没说完就关闭了 closed before the end",
        ErrorKind::InvalidData => "看不懂，或者太长 not understood, or too long",
        ErrorKind::FileTooLarge => "正文超过 1 MiB，不收 body over 1 MiB, refused",
        _ => {
            return explain(
                error,
                format_args!("已收到正文 {came} 字节 bytes of the body"),
            );
        }
    };
    anyhow!("{words}，已收到正文 {came} 字节 bytes of the body")
}
