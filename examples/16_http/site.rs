//! 网站：URL 里的路径怎样变成一个文件，而且出不了那个文件夹。
//! The site: how the path of a URL becomes a file, and never leaves the folder.
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::message::Refusal;

pub(crate) enum Found {
    File(File, u64, &'static str),
    /// 是文件夹，但路径少了末尾的 `/`：网页里的相对链接会算错，所以请对方重来。
    /// A folder, but the path lacks its last `/`: relative links would go wrong, so ask again.
    Folder,
}

// ANCHOR: segments
/// 先按 `/` 切开，再解 `%`：`%2F` 是名字里的斜线，不是分隔符。次序反了，检查就形同虚设。
/// Split at `/` first, then decode `%`: `%2F` is a slash in a name, and separates nothing.
/// The other way round, the checks would be for nothing.
pub(crate) fn segments(path: &str) -> Result<Vec<String>, Refusal> {
    let nothing = (404, "没有这个文件 no such file");
    let mut names = Vec::new();
    for piece in path.strip_prefix('/').ok_or(nothing)?.split('/') {
        let bytes = decode(piece).ok_or((400, "% 后面要两个十六进制数字 bad % in the path"))?;
        let name = String::from_utf8(bytes).map_err(|_| nothing)?;
        // `.` 开头的有 `..`（上一层）和 `.git` 之类不给人看的；`\` 和 `:` 在 Windows 上能换地方。
        // A leading `.` is `..` (upwards), or hidden like `.git`; `\` and `:` lead away on Windows.
        if name.starts_with('.') || name.contains(['/', '\\', ':', '\0']) {
            return Err(nothing);
        }
        names.push(name);
    }
    // 只有最后一段可以是空的：`/docs/` 是文件夹。
    // Only the last may be empty: `/docs/` is a folder.
    let (last, folders) = names.split_last().ok_or(nothing)?;
    if folders.iter().any(String::is_empty) {
        return Err(nothing);
    }
    if last.is_empty() {
        names.pop();
        names.push("index.html".to_owned());
    }
    Ok(names)
}
// ANCHOR_END: segments

/// `%E4%BD%A0` 是 3 个字节，也就是“你”。URL 里只能有 ASCII（RFC 3986 §2.1）。
/// `%E4%BD%A0` is 3 bytes, one Chinese character. A URL has only ASCII (RFC 3986 §2.1).
fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, others @ ..] = rest {
        rest = others;
        let mut byte = *first;
        if byte == b'%' {
            let [high, low, others @ ..] = others else {
                return None;
            };
            let digit = |b: &u8| char::from(*b).to_digit(16);
            byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
            rest = others;
        }
        bytes.push(byte);
    }
    Some(bytes)
}

// ANCHOR: find
/// `root` 已经是规范的路径（canonicalize）。
/// `root` is canonical already.
pub(crate) fn find(root: &Path, path: &str) -> Result<Found, Refusal> {
    let mut wanted = root.to_owned();
    wanted.extend(segments(path)?);
    // 符号链接要走完才知道通向哪里：走完还在 root 里面，才给。
    // A symbolic link must be followed to know where it leads: still inside root, or not at all.
    let real = fs::canonicalize(&wanted).map_err(refuse)?;
    if !real.starts_with(root) {
        return Err((404, "链接通向外面 a link that leads outside"));
    }
    // 先看种类再打开：打开一个管道（FIFO）会一直等写的人。
    // Look at the kind before opening: opening a FIFO waits for a writer.
    let kind = fs::metadata(&real).map_err(refuse)?;
    if kind.is_dir() {
        return Ok(Found::Folder);
    }
    if !kind.is_file() {
        return Err((404, "不是普通文件 not a regular file"));
    }
    let file = File::open(&real).map_err(refuse)?;
    let length = file.metadata().map_err(refuse)?.len();
    Ok(Found::File(file, length, content_type(&real)))
}
// ANCHOR_END: find

fn refuse(error: io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::PermissionDenied => (403, "没有权限读 not allowed to read it"),
        // 名字太长、中间一段是文件，都是没有；别的（如描述符用完）是我们的错。
        // A name too long, or a file in the middle: no such file. Others are our own fault.
        ErrorKind::NotFound
        | ErrorKind::NotADirectory
        | ErrorKind::InvalidFilename
        | ErrorKind::InvalidInput => (404, "没有这个文件 no such file"),
        _ => (500, "读文件出错 failed to read the file"),
    }
}

/// 浏览器不看文件名，只看这个字段；`charset` 说文字用什么编码。
/// A browser goes by this field, not by the name; `charset` tells the encoding of a text.
fn content_type(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|end| end.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "txt" | "md" | "rs" | "py" | "session" => "text/plain; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        // 不认识：就是一串字节，浏览器会下载它。
        // Unknown: so many bytes, which a browser downloads.
        _ => "application/octet-stream",
    }
}
