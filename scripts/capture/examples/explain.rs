//! Prints what the book will say about a capture:
//! `cargo run -p capture --example explain -- book/captures/one_shot.pcapng [-v]`.

use std::path::Path;
use std::process::ExitCode;

use capture::{Capture, Statistics};
use session::Session;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let verbose = words.iter().any(|word| word == "-v");
    let mut statistics = Statistics::default();
    for file in words.iter().filter(|word| *word != "-v") {
        match load(Path::new(file)) {
            Ok((capture, session)) => {
                print(&capture, &session, verbose);
                statistics.add(&capture);
            }
            Err(problem) => {
                eprintln!("{file}: {problem}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{statistics:#?}");
    ExitCode::SUCCESS
}

fn load(file: &Path) -> Result<(Capture, Session), String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let notation = std::fs::read_to_string(file.with_extension("session"))
        .map_err(|error| error.to_string())?;
    let session = Session::parse(&notation).map_err(|errors| errors[0].to_string())?;
    Ok((capture::read(&bytes, &session)?, session))
}

fn print(capture: &Capture, session: &Session, verbose: bool) {
    println!("== {}", session.title.zh);
    let name = |host: usize| capture.hosts[host].name.as_str();
    let mut step = None;
    for packet in &capture.packets {
        if packet.step != step {
            step = packet.step;
            if let Some(step) = step {
                println!("  step {}: {}", step + 1, session.steps[step].action);
            }
        }
        let states: Vec<String> = packet
            .states
            .iter()
            .map(|change| format!("{} {}", name(change.host), change.state))
            .collect();
        println!(
            "{:3} {:.6} {} > {}{}: {} | {} | {} | {}",
            packet.number,
            packet.time.as_secs_f64(),
            name(packet.from),
            packet.to.map_or("all", name),
            if packet.lost { " LOST" } else { "" },
            packet.label,
            packet.said.zh,
            packet.said.en,
            states.join(", ")
        );
        if verbose {
            fields(packet);
        }
    }
}

fn fields(packet: &capture::Packet) {
    for layer in &packet.layers {
        println!("     {} {} {:?}", layer.number, layer.protocol, layer.bytes);
        for field in &layer.fields {
            let (kind, bits) = (field.kind, field.bits.len());
            let (zh, en) = (&field.meaning.zh, &field.meaning.en);
            let (name, value) = (kind.name, &field.value);
            println!(
                "       {bits:4} {} {} = {value} | {zh} | {en}",
                name.0, name.1
            );
        }
    }
}
