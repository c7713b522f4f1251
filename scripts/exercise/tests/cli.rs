//! The commands, by the real program on a small course.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

#[path = "cli/workspace.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod workspace;

use std::fs;
use std::process::Stdio;
use std::thread;

use workspace::started::{Started, until};
use workspace::{RIGHT, WRONG, Workspace, runs};

#[test]
fn a_list_shows_the_ladder_and_how_far_the_learner_is() {
    let workspace = Workspace::new();
    let first = workspace.run(&["list"]);
    assert_eq!(first.status, 0);
    assert!(
        first.out.starts_with("2 exercises, 0 solved\n"),
        "{}",
        first.out
    );
    assert!(first.out.contains(">  1 say "), "{}", first.out);
    fs::create_dir_all(workspace.mine("")).unwrap();
    fs::write(workspace.mine("say.rs"), RIGHT).unwrap();
    assert_eq!(workspace.run(&["check", "say"]).status, 0);
    fs::write(workspace.mine("answer.rs"), WRONG).unwrap();
    assert_eq!(workspace.run(&["check", "answer"]).status, 1);
    let list = workspace.run(&["list", "--lang", "zh"]).out;
    assert!(list.starts_with("2 个练习，解出了 1 个\n"), "{list}");
    assert!(
        list.contains("✓  1 say") && list.contains("已解出，判了 1 次"),
        "{list}"
    );
    assert!(
        list.contains(">  2 answer") && list.contains("没过 more，判了 1 次"),
        "{list}"
    );
}

#[test]
fn an_unknown_name_leads_to_the_nearest() {
    let workspace = Workspace::new();
    let ran = workspace.run(&["check", "anwser"]);
    assert_eq!(ran.status, 2);
    assert_eq!(
        ran.err,
        "no exercise is called 'anwser'; did you mean answer? All names: cargo workbook exercise list\n"
    );
    let ran = workspace.run(&["--lang", "zh", "lits"]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            2,
            "没有叫 lits 的练习。是 list 吗？全部名字：cargo workbook exercise list\n"
        )
    );
    assert_eq!(workspace.run(&["hint", "../../etc/passwd"]).status, 2);
}

#[test]
fn a_check_keeps_its_report_in_both_languages_and_a_line_of_progress() {
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.mine("")).unwrap();
    fs::write(workspace.mine("say.rs"), WRONG).unwrap();
    let ran = workspace.run(&["check", "say", "--lang", "zh"]);
    assert_eq!(ran.status, 1);
    assert!(!ran.out.contains('\x1b'), "{}", ran.out);
    let zh = workspace.read("examples/exercises/mine/last/say.zh.txt");
    let en = workspace.read("examples/exercises/mine/last/say.en.txt");
    assert!(
        zh.starts_with("说一行 · say\n") && zh.contains("✗ more"),
        "{zh}"
    );
    assert!(
        en.contains("This one alone: cargo workbook exercise check say --only more"),
        "{en}"
    );
    let progress = workspace.progress();
    assert!(
        progress.contains(" say failed rust ") && progress.ends_with(" +plain -more\n"),
        "{progress}"
    );
    fs::write(workspace.mine("say.rs"), "fn main() { nonsense }").unwrap();
    let ran = workspace.run(&["check", "say"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.contains("error[E0425]") && ran.out.contains("does not compile"),
        "{}",
        ran.out
    );
    assert!(workspace.progress().ends_with(" say refused\n"));
    assert!(
        workspace
            .read("examples/exercises/mine/last/say.en.txt")
            .contains("error[E0425]")
    );
}

#[test]
fn some_variants_alone_and_the_courses_own_programs_solve_nothing() {
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.mine("")).unwrap();
    fs::write(workspace.mine("say.rs"), RIGHT).unwrap();
    assert_eq!(workspace.run(&["check", "say", "--only", "more"]).status, 0);
    assert!(workspace.progress().contains(" say tried rust "));
    let ran = workspace.run(&["check", "say", "--only", "moer"]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            2,
            "say has no variant 'moer'; its variants are: plain more\n"
        )
    );
    let before = workspace.progress();
    let ran = workspace.run(&["check", "say", "--", "examples/exercises/say/solution.rs"]);
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("not kept in your progress"), "{}", ran.out);
    assert_eq!(workspace.progress(), before);
    // The book shows the report on a program of its own: checking the book is not an attempt.
    let ours = workspace.mine("../../python/ours.py");
    fs::create_dir_all(ours.parent().unwrap()).unwrap();
    fs::write(&ours, "print('hi')\n").unwrap();
    let ran = workspace.run(&["check", "say", "--", "python3", "examples/python/ours.py"]);
    assert!(ran.out.contains("not kept in your progress"), "{}", ran.out);
    assert_eq!(workspace.progress(), before);
    assert!(
        workspace
            .run(&["list"])
            .out
            .starts_with("2 exercises, 0 solved\n")
    );
}

#[test]
fn of_two_files_the_one_saved_last_is_judged_and_said() {
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.mine("")).unwrap();
    fs::write(
        workspace.mine("say.py"),
        "import sys\nprint('hello two' if sys.argv[1] == 'two' else 'hello')\n",
    )
    .unwrap();
    assert_eq!(workspace.run(&["check", "say"]).status, 0);
    assert!(workspace.progress().contains(" say passed python "));
    fs::write(workspace.mine("say.rs"), WRONG).unwrap();
    let now = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    fs::File::options()
        .append(true)
        .open(workspace.mine("say.rs"))
        .unwrap()
        .set_modified(now)
        .unwrap();
    let ran = workspace.run(&["check", "say"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.starts_with(
            "there is a Rust file and a Python file: taking examples/exercises/mine/say.rs"
        ),
        "{}",
        ran.out
    );
    let ran = workspace.run(&["check", "say", "--python"]);
    assert_eq!(ran.status, 0);
    assert!(!ran.out.contains("taking"), "{}", ran.out);
}

#[test]
fn an_older_file_put_back_is_what_is_judged() {
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.mine("")).unwrap();
    fs::write(workspace.mine("say.rs.1"), RIGHT).unwrap();
    let long_ago =
        std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options()
        .append(true)
        .open(workspace.mine("say.rs.1"))
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    fs::write(workspace.mine("say.rs"), WRONG).unwrap();
    assert_eq!(workspace.run(&["check", "say"]).status, 1);
    fs::rename(workspace.mine("say.rs.1"), workspace.mine("say.rs")).unwrap();
    assert_eq!(workspace.run(&["check", "say"]).status, 0);
}

#[test]
fn hints_come_one_by_one_and_are_remembered() {
    let workspace = Workspace::new();
    let first = workspace.run(&["hint", "say", "--lang", "zh"]).out;
    assert_eq!(first, "提示 1/2：一推\n\n用 println!。\n\n还有 1 条。\n");
    let second = workspace.run(&["hint", "say"]).out;
    assert!(
        second.starts_with("Hint 2 of 2: Another\n\nLook at the arguments.\n"),
        "{second}"
    );
    let last = workspace.run(&["hint", "say"]).out;
    assert_eq!(last, second);
    assert!(
        workspace
            .run(&["hint", "say", "1"])
            .out
            .starts_with("Hint 1 of 2: A nudge\n")
    );
    assert_eq!(workspace.progress().matches(" say hint ").count(), 2);
    let none = workspace.run(&["hint", "answer"]);
    assert_eq!(none.status, 0);
    assert!(none.out.contains("no hints for answer yet"), "{}", none.out);
}

#[test]
fn a_solution_is_shown_after_passing_or_giving_up() {
    let workspace = Workspace::new();
    let ran = workspace.run(&["solution", "say"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.contains("--give-up") && ran.out.is_empty(),
        "{}",
        ran.err
    );
    let ran = workspace.run(&["solution", "say", "--give-up"]);
    assert_eq!(ran.status, 0);
    assert!(ran.out.ends_with(RIGHT), "{}", ran.out);
    assert!(workspace.progress().contains(" say gave_up\n"));
    assert_eq!(workspace.run(&["solution", "say"]).status, 0);
    let ran = workspace.run(&[
        "check",
        "answer",
        "--",
        "sh",
        "-c",
        "test $0 = one && echo hello || echo hello two",
    ]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert_eq!(workspace.run(&["solution", "answer"]).status, 0);
}

#[test]
fn a_reset_asks_and_keeps_what_was_there() {
    let workspace = Workspace::new();
    assert_eq!(workspace.run(&["reset", "say"]).status, 2);
    fs::create_dir_all(workspace.mine("")).unwrap();
    fs::write(workspace.mine("say.rs"), RIGHT).unwrap();
    let ran = workspace.run(&["reset", "say"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("add --yes"), "{}", ran.err);
    assert_eq!(fs::read_to_string(workspace.mine("say.rs")).unwrap(), RIGHT);
    for number in 1..=2 {
        fs::write(workspace.mine("say.rs"), format!("{RIGHT}// {number}\n")).unwrap();
        assert_eq!(workspace.run(&["reset", "say", "--yes"]).status, 0);
        let kept = fs::read_to_string(workspace.mine(&format!("say.rs.{number}"))).unwrap();
        assert_eq!(kept, format!("{RIGHT}// {number}\n"));
    }
    assert!(
        fs::read_to_string(workspace.mine("say.rs"))
            .unwrap()
            .contains("TODO")
    );
}

#[test]
fn a_damaged_progress_file_is_kept_aside_and_said() {
    let workspace = Workspace::new();
    workspace.run(&["solution", "say", "--give-up"]);
    let good = workspace.progress();
    fs::write(
        workspace.mine("progress"),
        format!("<<<<<<< ours\n{good}>>>>>>> theirs\n\u{0}\u{0}"),
    )
    .unwrap();
    let ran = workspace.run(&["list"]);
    assert_eq!(ran.status, 0);
    assert!(ran.err.starts_with("3 lines of examples/exercises/mine/progress cannot be read; they were moved to examples/exercises/mine/progress.damaged"), "{}", ran.err);
    let aside = workspace.read("examples/exercises/mine/progress.damaged");
    assert!(
        aside.contains("<<<<<<< ours\n") && aside.contains("\u{0}\u{0}\n"),
        "{aside}"
    );
    assert_eq!(workspace.progress(), good);
    assert_eq!(workspace.run(&["list"]).err, "");
    fs::remove_file(workspace.mine("progress")).unwrap();
    fs::create_dir(workspace.mine("progress")).unwrap();
    let ran = workspace.run(&["list"]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.err
            .contains("it was renamed to examples/exercises/mine/progress.aside.1"),
        "{}",
        ran.err
    );
    assert_eq!(workspace.run(&["list"]).err, "");
}

#[test]
fn many_at_once_lose_no_line() {
    let workspace = Workspace::new();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for grade in ["1", "2"] {
                    let words = ["hint", "say", grade];
                    let mut command = workspace.command(&words);
                    assert!(command.stdout(Stdio::null()).status().unwrap().success());
                }
            });
        }
    });
    let progress = workspace.progress();
    assert!(
        progress.contains(" say hint 1\n") && progress.contains(" say hint 2\n"),
        "{progress}"
    );
    assert_eq!(workspace.run(&["list"]).err, "");
}

#[test]
fn a_report_holds_what_was_done_and_nothing_about_the_machine() {
    let workspace = Workspace::new();
    workspace.run(&["check", "say", "--", "sh", "-c", "echo hello"]);
    let ran = workspace.run(&["report", "--name", "=小明 \"x\"", "out.json"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let text = workspace.read("out.json");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["format"], 1);
    assert_eq!(json["name"], "=小明 \"x\"");
    let say = &json["exercises"][0];
    assert_eq!((&say["id"], &say["attempts"]), (&"say".into(), &1.into()));
    assert_eq!(
        say["variants"][1],
        serde_json::json!({"name": "more", "passed": false, "failed": 1})
    );
    assert!(!text.contains(&*workspace.root().to_string_lossy()));
    assert_eq!(workspace.run(&["report", "out.json"]).status, 0);
    fs::write(workspace.path("other.json"), "{}").unwrap();
    let ran = workspace.run(&["report", "other.json"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("choose another name"), "{}", ran.err);
    assert_eq!(workspace.read("other.json"), "{}");
}

#[test]
fn help_comes_in_both_languages_and_a_closed_pipe_is_no_error() {
    let workspace = Workspace::new();
    let help = workspace.run(&["--help"]);
    assert_eq!(help.status, 0);
    assert!(
        help.out
            .starts_with("cargo workbook exercise: do the exercises"),
        "{}",
        help.out
    );
    assert!(
        workspace
            .run(&["class", "--help", "--lang", "zh"])
            .out
            .starts_with("cargo workbook class：把全班")
    );
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = workspace
        .command(&["list"])
        .stdout(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn outside_the_workbook_nothing_breaks() {
    let workspace = Workspace::new();
    fs::remove_file(workspace.path("examples/exercises/ladder")).unwrap();
    let ran = workspace.run(&["list"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.contains("cannot read the order of the exercises"),
        "{}",
        ran.err
    );
    let workspace = Workspace::new();
    workspace.write("examples/exercises/answer/check.session", "nonsense\n");
    assert_eq!(workspace.run(&["list"]).status, 0);
    let ran = workspace.run(&["check", "answer", "--", "true"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.contains("examples/exercises/answer/check.session"),
        "{}",
        ran.err
    );
}

#[test]
fn a_number_of_a_hint_that_does_not_exist_ends_nothing() {
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.mine("")).unwrap();
    let most = usize::MAX;
    let line = format!("2026-09-01T08:00:00.000Z say hint {most}\n");
    fs::write(workspace.mine("progress"), line).unwrap();
    let ran = workspace.run(&["hint", "say"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{}", ran.out);
}

#[cfg(target_os = "linux")]
#[test]
fn who_ends_a_check_ends_what_the_program_has_started() {
    let workspace = Workspace::new();
    // A child that leaves the group, and says that it has.
    let program = "import os, time\n\
        if os.fork() == 0:\n    os.setsid()\n    open('new', 'w').write(str(os.getpid()))\n    os.rename('new', 'pid')\n\
        time.sleep(600)\n";
    fs::write(workspace.path("leave.py"), program).unwrap();
    let mut command = workspace.command(&["check", "say", "--", "leave.py"]);
    let mut check = Started::start(&mut command);
    let left = until("what the program has started", || {
        Some(workspace.read("pid")).filter(|pid| !pid.is_empty())
    });
    check.signal("TERM");
    assert_eq!(check.status().code(), Some(1));
    until("its end", || (!runs(&left)).then_some(()));
    assert_eq!(workspace.progress(), "");
}
