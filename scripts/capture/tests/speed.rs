//! A page must not wait for its captures.

#[path = "support/wire.rs"]
mod wire;

use std::fmt::Write;
use std::time::{Duration, Instant};

#[test]
fn a_hundred_packets_are_read_in_milliseconds() {
    let mut story = "c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1\n".to_owned();
    let mut seq = 1;
    while story.lines().count() < 100 {
        writeln!(story, "c ACK {seq} 1 {}", "你好".repeat(20)).unwrap();
        seq += 120;
        writeln!(story, "s ACK 1 {seq}").unwrap();
    }
    let file = wire::pcapng(&wire::frames(&story));
    let session = wire::session();
    // Other programs may be busy: the best of several runs, compared with the best of other work on
    // the same machine that takes about as long.
    let (mut best, mut unit) = (Duration::MAX, Duration::MAX);
    for _ in 0..20 {
        let start = Instant::now();
        let capture = capture::read(&file, &session).unwrap();
        best = best.min(start.elapsed());
        assert!(capture.packets.len() >= 100);
        let start = Instant::now();
        let numbers = (0..100_000_u32).fold(String::new(), |mut text, n| {
            write!(text, "{n:05x} ").unwrap();
            text
        });
        unit = unit.min(start.elapsed());
        assert_eq!(numbers.len(), 600_000);
    }
    println!("100 packets in {best:?}, 100,000 numbers in {unit:?}");
    assert!(2 * best < 3 * unit, "{best:?}, and the unit is {unit:?}");
}
