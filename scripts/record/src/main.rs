//! Records the captures of the book; `cargo workbook capture` runs it.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    record::cli::run(std::env::args().skip(1))
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    let zh = std::env::args().any(|arg| arg == "zh");
    let check = std::env::args().any(|arg| arg == "--check");
    eprintln!(
        "{}",
        if zh {
            "抓包需要 Linux 的网络命名空间；这里什么都没有改动"
        } else {
            "recording needs the network namespaces of Linux; nothing was changed here"
        }
    );
    ExitCode::from(if check { 3 } else { 1 })
}
