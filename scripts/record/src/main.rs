//! Records the captures of the book; `cargo workbook capture` runs it.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    record::cli::run(std::env::args_os().collect())
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    let check = args.iter().any(|arg| arg == "--check");
    bilingual::terminal::warn(bilingual::Lang::of_program(&args, None).pick(
        "抓包需要 Linux 的网络命名空间；这里什么都没有改动",
        "recording needs the network namespaces of Linux; nothing was changed here",
    ));
    ExitCode::from(if check { 3 } else { 1 })
}
