//! A session shows the same, whatever its user has set.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use session::{Options, Report, run_named};

/// Name of the variable that tells [`played`] to play.
const PLAY_VARIABLE: &str = "WORKBOOK_PLAY";

/// Sessions with curl, Python, TLS and the judge among their programs.
const SESSIONS: [&str; 4] = [CURL, PYTHON, TLS, JUDGE];
const CURL: &str = "16_http.curl";
const PYTHON: &str = "02_duplex.python_client";
const TLS: &str = "17_tls.python_client";
const JUDGE: &str = "exercise.article_one_shot.en";

fn home() -> PathBuf {
    PathBuf::from(env::var_os("HOME").unwrap_or_default())
}

#[test]
fn what_its_user_has_set_changes_no_session() {
    let home_of_rust = |name: &str, folder: &str| {
        env::var_os(name).unwrap_or_else(|| home().join(folder).into_os_string())
    };
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("home-{}", std::process::id()));
    let modules = folder.join("modules");
    fs::create_dir_all(&modules).unwrap();
    for module in ["socket", "ssl", "threading", "sitecustomize"] {
        let file = modules.join(format!("{module}.py"));
        fs::write(file, "raise SystemExit('poisoned')\n").unwrap();
    }
    let settings = "include\nverbose\nuser-agent = \"poisoned\"\nproxy = http://127.0.0.1:9\n";
    fs::write(folder.join(".curlrc"), settings).unwrap();
    let startup = folder.join("startup.py");
    fs::write(&startup, "print('poisoned')\n").unwrap();
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "played", "--nocapture"])
        .env("CARGO_HOME", home_of_rust("CARGO_HOME", ".cargo"))
        .env("RUSTUP_HOME", home_of_rust("RUSTUP_HOME", ".rustup"))
        .env("HOME", &folder)
        .env("CURL_HOME", &folder)
        .env("XDG_CONFIG_HOME", &folder)
        .env("PYTHONPATH", &modules)
        .env("PYTHONSTARTUP", &startup)
        .env("OPENSSL_CONF", folder.join("no.cnf"))
        .env("SSLKEYLOGFILE", folder.join("keys"))
        .env(PLAY_VARIABLE, "1");
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] {
        command.env(proxy, "http://127.0.0.1:9");
    }
    for (name, value) in [
        ("RUST_LOG", "trace"),
        ("RUST_BACKTRACE", "full"),
        ("PYTHONINSPECT", "1"),
        ("PYTHONVERBOSE", "1"),
        ("PYTHONWARNINGS", "error"),
        ("CLICOLOR_FORCE", "1"),
        ("FORCE_COLOR", "1"),
        ("LC_ALL", "C"),
        ("LANGUAGE", "fr"),
        ("MALLOC_PERTURB_", "7"),
        ("SHELLOPTS", "xtrace"),
    ] {
        command.env(name, value);
    }
    let output = command.output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

/// Plays in the environment that the test above has made.
#[test]
fn played() {
    if env::var_os(PLAY_VARIABLE).is_none() {
        return;
    }
    for name in SESSIONS {
        match run_named(name, &Options::new(session::root().unwrap())) {
            Ok(Report::Passed { .. }) => {}
            Ok(Report::Skipped { reason }) => println!("skipped: {name}: {reason}"),
            Err(error) => panic!("{name}: {error:#}"),
        }
    }
}
