//! Programs of learners in Python: servers that call `serve(c)` for each client.

use std::path::PathBuf;
use std::sync::LazyLock;

#[path = "../../../exercise/tests/support/python.rs"]
mod python;

pub(crate) static PYTHON: LazyLock<PathBuf> =
    LazyLock::new(|| python::python().expect("these tests need python3"));

/// A server that calls `serve(c)` for each client, in a thread.
pub(crate) const SERVER: &str = "
import os, signal, socket, struct, subprocess, sys, threading, time
host, port = sys.argv[-1].rsplit(':', 1)
l = socket.create_server((host, int(port)))
def run(c):
    with c: serve(c)
def loop():
    while True:
        threading.Thread(target=run, args=(l.accept()[0],), daemon=True).start()
";

/// The server whose `serve(c)` has this body.
pub(crate) fn server(body: &str) -> String {
    format!("{SERVER}\ndef serve(c):\n    {body}\nloop()\n")
}
