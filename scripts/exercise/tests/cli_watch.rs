//! The watch: on a screen in a real pseudoterminal, and as plain lines.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]
#![cfg(unix)]

#[path = "cli/screen.rs"]
mod screen;
#[path = "cli/workspace.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod workspace;

use std::fs;
use std::io::Write;
use std::time::Duration;

use screen::Screen;
use workspace::started::{Started, until};
use workspace::{CRASHES, RIGHT, SLOW, WRONG, Workspace, runs};

/// The PID of the program `SLOW`, once it runs.
fn pid_of_the_slow_program(workspace: &Workspace) -> String {
    until("the slow program", || {
        fs::read_to_string(workspace.path("slow.pid"))
            .ok()
            .filter(|pid| !pid.is_empty())
    })
}

/// The ways in which editors save.
fn in_place(workspace: &Workspace, text: &str) {
    fs::write(workspace.mine("say.rs"), text).unwrap();
}

fn by_renaming(workspace: &Workspace, text: &str) {
    fs::write(workspace.mine(".say.rs.swp"), text).unwrap();
    fs::rename(workspace.mine(".say.rs.swp"), workspace.mine("say.rs")).unwrap();
}

fn with_a_backup(workspace: &Workspace, text: &str) {
    fs::rename(workspace.mine("say.rs"), workspace.mine("say.rs~")).unwrap();
    fs::write(workspace.mine("say.rs"), text).unwrap();
}

/// Empty at first, then in pieces.
fn slowly(workspace: &Workspace, text: &str) {
    let mut file = fs::File::create(workspace.mine("say.rs")).unwrap();
    for piece in text.as_bytes().chunks(text.len() / 3) {
        std::thread::sleep(Duration::from_millis(30));
        file.write_all(piece).unwrap();
        file.flush().unwrap();
    }
}

fn checks(workspace: &Workspace) -> usize {
    let progress = workspace.progress();
    progress
        .lines()
        .filter(|line| {
            [" passed ", " failed ", " refused"]
                .iter()
                .any(|word| line.contains(word))
        })
        .count()
}

#[test]
fn a_save_in_any_manner_is_judged_once_and_solved_at_last() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["--lang", "zh"]);
    screen.wait_for("等你写：改文件，保存，马上判。");
    screen.wait_for("说一行 · say");
    screen.wait_for("打印一行 hello（book/a/b.md#c）。");
    let manners = [in_place, by_renaming, with_a_backup, slowly];
    for (number, save) in manners.into_iter().enumerate() {
        save(&workspace, &format!("{WRONG}// {number}\n"));
        until("the next check", || {
            (checks(&workspace) == number + 1).then_some(())
        });
        screen.wait_for("✗ 还没通过：1 种情形不对。");
        screen.wait_for("✓ plain  ✗ more");
    }
    screen.wait_for("换一个词，打印的也要换。");
    in_place(&workspace, RIGHT);
    screen.wait_for("✓ 通过：2 种情形全对。按 n 做下一个。");
    screen.wait_for("解出 1/2");
    screen.press("n");
    screen.wait_for("说一行 · answer");
    screen.wait_for("examples/exercises/mine/answer.rs");
    screen.press("q");
    screen.ends_well();
    assert_eq!(checks(&workspace), 5);
}

#[test]
fn keys_show_the_hint_the_report_the_goal_and_the_list() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say"]);
    screen.wait_for("Your turn: change the file");
    screen.press("h");
    screen.wait_for("Hint 1 of 2: A nudge");
    screen.press("q");
    screen.wait_for("Your turn");
    screen.press("h");
    screen.wait_for("Hint 2 of 2: Another");
    screen.press("\x1b");
    screen.wait_for("Your turn");
    screen.press("g");
    screen.wait_for("- Status 0.");
    screen.press("q");
    in_place(&workspace, "fn main() { nonsense }\n");
    screen.wait_for("It does not compile.");
    screen.wait_for("error[E0425]");
    in_place(&workspace, WRONG);
    screen.wait_for("✗ not yet: 1 variant fails.");
    screen.press("v");
    screen.wait_for("Report · say");
    screen.press(" ");
    screen.wait_for("This one alone: cargo workbook exercise check say --only more");
    screen.press("q");
    screen.press("l");
    screen.wait_for("→ >  1 say");
    screen.press("\x1b[B");
    screen.wait_for("→    2 answer");
    screen.press("\r");
    screen.wait_for("mine/answer.rs");
    screen.press("\x03");
    screen.ends_well();
}

#[test]
fn a_small_screen_shows_the_crash_the_cause_and_where_to_read_without_a_key() {
    for (lang, cause, read) in [
        ("zh", "多半是因为：", "去读："),
        ("en", "The usual cause:", "Read:"),
    ] {
        let workspace = Workspace::new();
        workspace.write(
            "examples/exercises/say/check.session",
            &workspace
                .read("examples/exercises/say/check.session")
                .replacen(
                    "read a/b#c\nyou $ two",
                    "read a/b#c\nfits crashed \"the end\"\nyou $ two",
                    1,
                ),
        );
        let mut screen = Screen::open(&workspace, &["say", "--lang", lang]);
        screen.wait_for("mine/say.rs");
        in_place(&workspace, CRASHES);
        screen.wait_for("✗ more");
        screen.wait_for(read);
        let text = screen.text();
        let joined = text.replace("\n    ", " ");
        assert!(joined.contains("the end of it"), "{text}");
        assert!(text.contains(cause), "{text}");
        let place = |part: &str| text.find(part).unwrap();
        assert!(place("panicked at") < place(cause), "{text}");
        screen.press("q");
        screen.ends_well();
    }
}

#[test]
fn a_verdict_comes_while_a_hint_is_read_and_leaving_it_ends_nothing() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say"]);
    screen.wait_for("Your turn");
    screen.press("h");
    screen.wait_for("Hint 1 of 2: A nudge");
    screen.wait_for("h next hint");
    in_place(&workspace, WRONG);
    screen.wait_for("── ✗ not yet: 1 variant fails.");
    assert!(screen.text().contains("Hint 1 of 2: A nudge"));
    screen.press("h");
    screen.wait_for("Hint 2 of 2: Another");
    screen.wait_for("env::args()");
    assert!(!screen.text().contains("sys.argv"), "{}", screen.text());
    in_place(&workspace, RIGHT);
    screen.wait_for("── ✓ passed: all 2 variants.");
    // A key without a meaning here does nothing.
    screen.press("xh");
    screen.wait_for("That was the last hint.");
    for leave in ["q", "\x1b"] {
        screen.press(leave);
        screen.wait_for("solved 1/2");
        screen.press("h");
        screen.wait_for("Hint 2 of 2");
    }
    screen.press("\x1b");
    screen.wait_for("q quit");
    screen.press("q");
    screen.ends_well();
}

#[test]
fn a_report_that_is_read_becomes_that_of_the_newest_check() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say"]);
    screen.wait_for("Your turn");
    in_place(&workspace, WRONG);
    screen.wait_for("✗ not yet");
    screen.press("v");
    screen.wait_for("✗ more");
    in_place(&workspace, RIGHT);
    screen.wait_for("All 2 variants passed.");
    screen.press("q");
    screen.wait_for("q quit");
    screen.press("q");
    screen.ends_well();
}

#[test]
fn a_watch_is_suspended_and_goes_on_with_what_was_saved_meanwhile() {
    let workspace = Workspace::new();
    let mut screen = Screen::open_in_a_shell(&workspace, &["say"]);
    screen.wait_for("Your turn");
    for round in 0..2 {
        screen.press("\x1a");
        screen.is_given_back();
        in_place(&workspace, [WRONG, RIGHT][round]);
        // The shell is alive, and the terminal is as it was.
        screen.press("echo a$((1 + 1))b\n");
        screen.wait_for("a2b");
        screen.press("fg\n");
        screen.wait_for(["✗ not yet: 1 variant fails.", "✓ passed: all 2 variants."][round]);
    }
    assert_eq!(checks(&workspace), 2);
    screen.press("q");
    screen.wait_for("continue with cargo workbook exercise say");
    screen.press("exit\n");
    screen.ends();
}

#[test]
fn a_check_that_is_suspended_begins_again() {
    let workspace = Workspace::new();
    let mut screen = Screen::open_in_a_shell(&workspace, &["say"]);
    screen.wait_for("Your turn");
    in_place(&workspace, SLOW);
    let slow = || {
        let pid = fs::read_to_string(workspace.path("slow.pid")).ok();
        pid.filter(|pid| !pid.is_empty())
    };
    let first = until("the slow program", slow);
    screen.press("\x1a");
    screen.is_given_back();
    // Its times would be wrong: it was ended.
    until("its end", || (!runs(&first)).then_some(()));
    screen.press("fg\n");
    let second = || slow().filter(|pid| *pid != first);
    until("the same program again", second);
    screen.press("q");
    screen.wait_for("continue with cargo workbook exercise say");
}

#[test]
fn a_job_that_is_stopped_and_continued_from_elsewhere_gets_the_screen_back() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say"]);
    screen.wait_for("Your turn");
    screen.signal("STOP");
    in_place(&workspace, RIGHT);
    screen.signal("CONT");
    screen.wait_for("✓ passed");
    // Without a shell that could continue it, ^Z stops nothing.
    screen.press("\x1a");
    screen.press("h");
    screen.wait_for("Hint 1 of 2");
    screen.press("qq");
    screen.ends_well();
}

#[test]
fn every_size_is_drawn_within_its_edges() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say", "--lang", "zh"]);
    screen.wait_for("等你写");
    in_place(&workspace, WRONG);
    screen.wait_for("✗ 还没通过");
    for (rows, columns) in [(10, 40), (50, 200), (3, 20), (1, 1), (24, 80)] {
        screen.resize(rows, columns);
        match (rows, columns) {
            (10.., 80..) => screen.wait_for("q 结束"),
            (10.., _) => screen.wait_for("h v g r n l q"),
            _ => {}
        }
    }
    screen.wait_for("多半是因为：换一个词");
    screen.press("q");
    screen.ends_well();
}

#[test]
fn a_save_during_a_check_ends_it_and_the_newest_text_is_judged() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say"]);
    screen.wait_for("Your turn");
    in_place(&workspace, SLOW);
    let pid = pid_of_the_slow_program(&workspace);
    assert!(runs(&pid));
    in_place(&workspace, RIGHT);
    screen.wait_for("✓ passed: all 2 variants.");
    until("the end of the slow program", || {
        (!runs(&pid)).then_some(())
    });
    assert_eq!(checks(&workspace), 1);
    screen.press("q");
    screen.ends_well();
}

#[test]
fn leaving_during_a_check_leaves_nothing_running() {
    for leave in ["q", "\x03", "term"] {
        let workspace = Workspace::new();
        let mut screen = Screen::open(&workspace, &["say"]);
        screen.wait_for("Your turn");
        in_place(&workspace, SLOW);
        let pid = pid_of_the_slow_program(&workspace);
        match leave {
            "term" => screen.terminate(),
            key => screen.press(key),
        }
        screen.ends_well();
        until("the end of the slow program", || {
            (!runs(&pid)).then_some(())
        });
    }
}

#[test]
fn a_closed_window_ends_a_watch_that_only_waits() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say"]);
    screen.wait_for("mine/say.rs");
    in_place(&workspace, RIGHT);
    screen.wait_for("✓ passed");
    screen.close_the_window();
    screen.ends();
}

#[test]
fn a_closed_window_ends_the_watch_and_its_program() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say"]);
    screen.wait_for("mine/say.rs");
    in_place(&workspace, SLOW);
    let pid = pid_of_the_slow_program(&workspace);
    screen.close_the_window();
    screen.ends();
    until("the end of the slow program", || {
        (!runs(&pid)).then_some(())
    });
}

#[test]
fn a_file_that_goes_is_told_and_one_that_comes_back_is_judged() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say"]);
    screen.wait_for("Your turn");
    fs::remove_file(workspace.mine("say.rs")).unwrap();
    screen.wait_for("The file is gone.");
    fs::write(workspace.mine("say.rs"), RIGHT).unwrap();
    screen.wait_for("✓ passed");
    screen.press("q");
    screen.ends_well();
}

#[test]
fn without_color_no_color_is_written() {
    let workspace = Workspace::new();
    let mut screen = Screen::open_with(&workspace, &["say"], &[("NO_COLOR", "1")]);
    screen.wait_for("Your turn");
    in_place(&workspace, WRONG);
    screen.wait_for("✗ not yet");
    screen.press("q");
    screen.ends_well();
    assert!(!screen.wrote("\x1b[1;31m") && !screen.wrote("\x1b[32m"));
}

/// The watch without a terminal.
fn plain(workspace: &Workspace, words: &[&str]) -> Started {
    Started::start(&mut workspace.command(words))
}

#[test]
fn without_a_terminal_each_save_is_one_report_in_plain_lines() {
    let workspace = Workspace::new();
    let mut plain = plain(&workspace, &["--lang", "zh"]);
    plain.sees("每次保存都判一次");
    in_place(&workspace, WRONG);
    plain.sees("只试这一种：cargo workbook exercise check say --only more");
    by_renaming(&workspace, RIGHT);
    plain.sees("2 种情形都通过了。");
    plain.sees("下一个：cargo workbook exercise answer");
    plain.types("h\n");
    plain.sees("提示 1/2：一推");
    plain.types("n\n");
    plain.sees("examples/exercises/mine/answer.rs");
    let said = plain.output();
    assert!(!said.contains('\x1b'), "{said}");
    assert_eq!(
        said.matches("说一行 · say\n\n  ✓ plain").count(),
        2,
        "{said}"
    );
    plain.types("q\n");
    assert_eq!(plain.ends().0, Some(0));
}

#[test]
fn an_interrupt_ends_the_plain_watch_and_its_program() {
    let workspace = Workspace::new();
    let mut plain = plain(&workspace, &["say"]);
    plain.sees("Every save is judged");
    in_place(&workspace, SLOW);
    let pid = pid_of_the_slow_program(&workspace);
    plain.signal("INT");
    assert_eq!(plain.status().code(), Some(0));
    until("the end of the slow program", || {
        (!runs(&pid)).then_some(())
    });
}

#[test]
fn a_simple_terminal_gets_plain_lines_and_end_of_input_ends_it() {
    let workspace = Workspace::new();
    let mut screen = Screen::open_with(&workspace, &["say"], &[("TERM", "dumb")]);
    screen.wait_for("Every save is judged");
    assert!(!screen.wrote("\x1b"));
    screen.press("\x04");
    screen.ends_well();
}

#[test]
fn what_was_begun_is_kept_and_judged_at_once() {
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.mine("")).unwrap();
    fs::write(workspace.mine("say.rs"), RIGHT).unwrap();
    let mut screen = Screen::open(&workspace, &["say"]);
    screen.wait_for("✓ passed");
    screen.press("q");
    screen.ends_well();
    assert_eq!(fs::read_to_string(workspace.mine("say.rs")).unwrap(), RIGHT);
    let manifest = workspace.read("examples/exercises/mine/Cargo.toml");
    assert!(
        manifest.contains("[[bin]]\nname = \"say\"\npath = \"say.rs\"\n"),
        "{manifest}"
    );
}

#[test]
fn python_is_opened_where_there_is_a_stub_of_it() {
    let workspace = Workspace::new();
    let mut screen = Screen::open(&workspace, &["say", "--python"]);
    screen.wait_for("mine/say.py");
    fs::write(
        workspace.mine("say.py"),
        "import sys\nprint('hello two' if sys.argv[1] == 'two' else 'hello')\n",
    )
    .unwrap();
    screen.wait_for("✓ passed");
    // The next one has no stub in Python.
    screen.press("n");
    screen.wait_for("mine/answer.rs");
    screen.press("q");
    screen.ends_well();
    let ran = workspace.run(&["answer", "--python"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("answer has no Python stub"), "{}", ran.err);
}
