//! A page must not wait for its captures.

#[path = "support/wire.rs"]
mod wire;

use std::fmt::Write;
use std::time::{Duration, Instant};

#[test]
fn a_hundred_packets_are_read_in_20_ms() {
    let mut story = "c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1\n".to_owned();
    let mut seq = 1;
    while story.lines().count() < 100 {
        writeln!(story, "c ACK {seq} 1 {}", "你好".repeat(20)).unwrap();
        seq += 120;
        writeln!(story, "s ACK 1 {seq}").unwrap();
    }
    let file = wire::pcapng(&wire::frames(&story));
    let session = wire::session();
    // The best of several: other programs may be busy.
    let time = (0..20).map(|_| {
        let start = Instant::now();
        let capture = capture::read(&file, &session).unwrap();
        assert!(capture.packets.len() >= 100);
        start.elapsed()
    });
    let best = time.min().unwrap();
    println!("100 packets in {best:?}");
    assert!(best < Duration::from_millis(20), "{best:?}");
}
