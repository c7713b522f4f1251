//! 字节写成十六进制和文字，十六进制读成字节。
//! Bytes written as hexadecimal and as text, and hexadecimal text read as bytes.
use anyhow::{Context, Result, ensure};

use super::foreign::plays_tricks;

pub(crate) fn hex(bytes: &[u8]) -> String {
    Vec::from_iter(bytes.iter().map(|byte| format!("{byte:02x}"))).join(" ")
}

/// 十六进制文字；空白和冒号不算。
/// Hexadecimal text; white space and colons do not count.
pub(crate) fn unhex(text: &str) -> Result<Vec<u8>> {
    let mut digits = Vec::new();
    for (at, c) in text.chars().enumerate() {
        if !c.is_whitespace() && c != ':' {
            let at = at + 1;
            let digit = c.to_digit(16).with_context(|| {
                format!("第 {at} 个字符不是十六进制 character {at} is not hexadecimal: {c:?}")
            })?;
            digits.push(digit as u8);
        }
    }
    let half = "最后一个字节只有一半 only half of the last byte is there";
    ensure!(digits.len().is_multiple_of(2), half);
    Ok(digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}

/// 外来的控制字符会摆布你的终端，有的字符会颠倒文字的方向（UAX #9）：换成看得见的写法。
/// Control characters from outside would drive your terminal, and some characters turn the direction
/// of text (UAX #9): show them as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(bytes).chars() {
        if matches!(c, '\n' | '\t') || plays_tricks(c) {
            text.extend(c.escape_debug());
        } else {
            text.push(c);
        }
    }
    text
}
