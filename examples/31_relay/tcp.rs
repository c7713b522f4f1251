//! TCP：等客户端来；每来一个，就有一个线程替它连服务器，管它的两条连接（`pair.rs`）。
//! TCP: waits for clients; for each one, a thread connects to the server and looks after the two
//! connections (`pair.rs`).
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::{explain, say};

use crate::Plan;
use crate::pair::Pair;

/// 同时最多这么多条；再来的等在内核的队列里。
/// The most connections at a time; others wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 64;
const SOON: Duration = Duration::from_millis(20);

pub(crate) fn relay(plan: &Arc<Plan>) -> Result<()> {
    let listener = TcpListener::bind(plan.listen).map_err(|error| explain(error, plan.listen))?;
    say(format_args!(
        "监听 listening on {}，转给 passing on to {}",
        listener.local_addr()?,
        plan.target
    ));
    let open = Arc::new(AtomicUsize::new(0));
    let mut number = 0;
    loop {
        while open.load(Ordering::Acquire) >= CONNECTIONS_MAX {
            thread::sleep(SOON);
        }
        let client = match listener.accept() {
            Ok((client, _)) => client,
            // 来了又走了，或者描述符暂时用完：中继照样工作。
            // It came and went, or descriptors have run out for now: the relay goes on.
            Err(error) => {
                say(format_args!("! accept: {error}"));
                thread::sleep(SOON);
                continue;
            }
        };
        number += 1;
        open.fetch_add(1, Ordering::AcqRel);
        let (plan, done) = (Arc::clone(plan), Leaves(Arc::clone(&open)));
        let guest = move || {
            let _leaves = done;
            match Pair::connect(client, plan.target, plan.idle) {
                Ok(pair) => pair.relay(&plan, number),
                Err(error) => say(format_args!("{number} ! {:#}", explain(error, plan.target))),
            }
        };
        // 线程也可能用完：闭包没有运行就丢掉，连接随它关闭。
        // Threads may run out, too: the closure is dropped unused, and the connection closes with it.
        if let Err(error) = thread::Builder::new().spawn(guest) {
            say(format_args!("{number} ! {error}"));
        }
    }
}

/// 走的时候把名额还回去，不管怎么走的。
/// Gives its place back when it leaves, however it leaves.
struct Leaves(Arc<AtomicUsize>);

impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
