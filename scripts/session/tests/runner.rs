//! The runner: what passes, and what fails for which reason.
//!
//! Here each command is a small shell script; only the tests may start such programs.
#![cfg(all(unix, feature = "run"))]

#[path = "support/started.rs"]
mod started;

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::Result;
use session::run::{Found, Invocation, Place, run_at, run_with};
use session::{Action, FailedStep, Options, Report, Session, Status, Step};
use started::{Started, until};

fn shell(command: &str) -> Result<Found> {
    let args = vec!["-c".into(), command.into()];
    Ok(Found::Run(Invocation {
        program: "/bin/sh".into(),
        args,
    }))
}

fn options() -> Options {
    Options {
        deadline: Duration::from_secs(40),
        ..Options::new(session::root().expect("a root"))
    }
}

fn impatient() -> Options {
    Options {
        deadline: Duration::from_millis(400),
        ..options()
    }
}

fn parse(steps: &str) -> Session {
    Session::parse(&format!("title zh 题\ntitle en T\n{steps}")).expect("a session")
}

/// The story, if the session passes.
#[track_caller]
fn passes(steps: &str) -> Vec<String> {
    match run_with(&parse(steps), &options(), &shell) {
        Ok(Report::Passed { story }) => story,
        Ok(other) => panic!("{other:?}"),
        Err(failure) => panic!("{failure}"),
    }
}

#[track_caller]
fn fails(steps: &str, options: &Options) -> FailedStep {
    let started = Instant::now();
    let failure = *run_with(&parse(steps), options, &shell).expect_err("this session must fail");
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "failed late: {failure}"
    );
    failure
}

/// The session must fail at `line`, because of `came`.
#[track_caller]
fn fails_at(line: usize, came: &str, steps: &str) -> FailedStep {
    let failure = fails(steps, &options());
    assert_eq!(
        (failure.line, failure.came.as_str()),
        (line, came),
        "{failure}"
    );
    failure
}

#[test]
fn a_program_that_is_not_permitted_skips_its_session_and_says_why() {
    let session = parse("a $ echo may not >&2; exit 77\na | hello\na ? 0\n");
    let reason = "not permitted on this machine (status 77): a | may not".to_owned();
    let report = run_with(&session, &options(), &shell);
    assert_eq!(report.unwrap(), Report::Skipped { reason });
    // Only the status counts, not a line that looks like one, and a story that expects it passes.
    fails("a $ echo 'a ? 77'; exit 1\na | hello\na ? 0\n", &options());
    passes("a $ exit 77\na ? 77\n");
}

#[test]
fn a_conversation_between_two_terminals_passes() {
    let story = passes(
        "a $ echo ready; read x; echo \"got $x\"; read y || echo over; exit 3\n\
         a | ready\n\
         note zh 乙\nnote en B\n\
         b $ cat\n\
         b > 你好\n\
         b | 你好\n\
         a > 1 2\n\
         a | got [..]\n\
         a ^D\n\
         b ^D\n\
         a | over\n\
         a ? 3\n\
         b ? 0\n\
         a $ true\n\
         a ? 0\n",
    );
    assert_eq!(story.len(), 14);
    assert!(story.contains(&"a | got 1 2".to_owned()), "{story:?}");
}

#[test]
fn errors_and_output_come_in_the_order_of_writing() {
    let mut script = String::new();
    let mut lines = String::new();
    for n in 0..20 {
        script.push_str(&format!("echo o{n}; echo e{n} >&2; "));
        lines.push_str(&format!("a | o{n}\na | e{n}\n"));
    }
    passes(&format!("a $ {script}\n{lines}a ? 0\n"));
}

#[test]
fn a_prompt_has_no_line_end_and_typing_continues_it() {
    passes(
        "a $ printf '你: '; read x; echo \"=$x\"\n\
         a _ 你: \n\
         a > hi\n\
         a | =hi\n\
         a ? 0\n",
    );
}

#[test]
fn a_prompt_after_which_text_never_stops_is_a_failure_in_time() {
    let failure = fails(
        "a $ while printf .; do sleep 0.03; done\na _ [..]\na ? 0\n",
        &impatient(),
    );
    // On a busy machine the program may pause long enough for a prompt; then its end fails.
    let came = &failure.came;
    assert!(
        came == "text kept coming for 0.4 s" || came.starts_with("`."),
        "{came}"
    );
}

#[test]
fn a_line_that_never_ends_is_a_failure_in_time() {
    let failure = fails(
        "a $ while printf .; do sleep 0.03; done\na | x\na ? 0\n",
        &impatient(),
    );
    let came = &failure.came;
    assert!(
        came.starts_with("`..") && came.contains(" with no line end, then "),
        "{came}"
    );
}

#[test]
fn a_prompt_may_be_elided() {
    let story =
        passes("a $ printf '你: '; read x; echo \"=$x\"\na _ 你:[..]\na > hi\na | =hi\na ? 0\n");
    assert_eq!(story[1], "a _ 你: ");
    let failure = fails("a $ exec sleep 60\na _ [..]\na ? 0\n", &impatient());
    assert_eq!(failure.came, "nothing for 0.4 s: it is still running");
}

#[test]
fn a_prompt_may_come_in_pieces() {
    let steps = "a $ for x in 1 2 3; do printf $x; sleep 0.02; done; read x; echo done\n\
                 a _ [..]\na > x\na | done\na ? 0\n";
    let came = || match run_with(&parse(steps), &options(), &shell) {
        Ok(Report::Passed { story }) => story[1].clone(),
        other => format!("{other:?}"),
    };
    // On a busy machine the program may pause long enough for a prompt.
    let came: Vec<_> = std::iter::repeat_with(came).take(5).collect();
    assert!(came.contains(&"a _ 123".to_owned()), "{came:#?}");
}

#[test]
fn a_prompt_may_be_the_last_thing_a_program_says() {
    passes("a $ printf bye\na _ bye\na ? 0\n");
}

#[test]
fn a_line_is_not_a_prompt_even_when_its_end_comes_late() {
    let at_once = "a $ printf abc; echo; exec sleep 60\na _ abc\na ? 0\n";
    let late = "a $ printf abc; sleep 0.4; echo; exec sleep 60\na _ abc\na ? 0\n";
    // When the end comes too late for the one step, it is left over for the next.
    for steps in [at_once, late] {
        let failure = fails(steps, &options());
        let found = (failure.line, failure.came.as_str());
        assert!(
            [(4, "the line `abc`"), (5, "the line ``")].contains(&found),
            "{failure}"
        );
    }
}

#[test]
fn other_text_is_not_a_prompt_and_fails_at_once() {
    fails_at(
        4,
        "`abx`",
        "a $ printf abx; exec sleep 60\na _ abc\na ? 0\n",
    );
}

#[test]
fn silence_passes_when_nothing_comes() {
    passes("a $ cat\na ~ 50ms\na > x\na | x\na ~ 50ms\na ^D\na ? 0\n");
}

#[test]
fn a_word_breaks_the_silence() {
    let silence = "a $ sleep 0.1; printf psst; exec sleep 60\na ~ 5s\na ? 0\n";
    fails_at(4, "`psst` with no line end", silence);
}

#[test]
fn an_unread_line_breaks_the_silence() {
    let steps = "a $ echo one; echo two; cat\na | one\na ~ 300ms\na ^D\na ? 0\n";
    fails_at(5, "the line `two`", steps);
}

#[test]
fn the_end_is_not_silence() {
    fails_at(
        4,
        "its output closed: it ended with status 0",
        "a $ true\na ~ 5s\na ? 0\n",
    );
}

#[test]
fn an_interrupt_ends_a_program_by_a_signal() {
    passes("a $ echo up; exec sleep 60\na | up\na ^C\na ? signal\n");
}

#[test]
fn an_interrupt_reaches_what_the_program_has_started() {
    passes(
        "a $ trap : INT; sh -c 'trap \"echo bye; exit 5\" INT; echo up; read x'; echo \"it said $?\"\n\
         a | up\na ^C\na | bye\na | it said 5\na ? 0\n",
    );
}

#[test]
fn an_interrupt_arrives_even_when_the_runner_was_started_in_the_background() {
    let myself = std::env::current_exe().expect("the path of this test");
    let output = Command::new("/bin/sh")
        .args([
            "-c",
            "trap '' INT; exec \"$0\" --exact an_interrupt_ends_a_program_by_a_signal",
        ])
        .arg(myself)
        .output()
        .expect("a shell");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn an_interrupt_can_be_handled() {
    passes("a $ trap 'echo bye; exit 4' INT; echo up; read x\na | up\na ^C\na | bye\na ? 4\n");
}

#[test]
fn a_wrong_line_fails_with_both_lines_and_the_story() {
    let failure = fails_at(
        6,
        "the line `worlds`",
        "a $ echo hello; echo worlds; echo next; printf tail; exec sleep 60\n\
         a | hello\n\
         b $ true\n\
         a | world\n\
         a ? 0\n\
         b ? 0\n",
    );
    assert_eq!(
        failure.to_string(),
        "\
line 6: a | world
  expected: the line `world`
  came: the line `worlds`
  the story so far:
    a $ echo hello; echo worlds; echo next; printf tail; exec sleep 60
    a | hello
    b $ true
  unread output:
    a | worlds
    a | next
    a _ tail
    b ? 0
  still running (ended now):
    a $ echo hello; echo worlds; echo next; printf tail; exec sleep 60"
    );
}

#[test]
fn a_missing_line_fails_at_the_deadline() {
    let failure = fails("a $ exec sleep 60\na | hello\na ? 0\n", &impatient());
    assert_eq!(failure.came, "nothing for 0.4 s: it is still running");
}

#[test]
fn a_line_without_its_end_fails_and_is_shown() {
    let failure = fails(
        "a $ printf hello; exec sleep 60\na | hello\na ? 0\n",
        &impatient(),
    );
    assert_eq!(
        failure.came,
        "`hello` with no line end, then nothing for 0.4 s: it is still running"
    );
    assert_eq!(failure.unread, ["a _ hello"]);
}

#[test]
fn a_hang_at_the_end_fails_at_the_deadline() {
    let failure = fails("a $ exec sleep 60\na ? 0\n", &impatient());
    assert_eq!(failure.came, "nothing for 0.4 s: it is still running");
    assert_eq!(failure.running, ["a $ exec sleep 60"]);
}

#[test]
fn a_program_that_closes_its_output_and_hangs_fails() {
    let failure = fails("a $ exec sleep 60 >&- 2>&-\na ? 0\n", &impatient());
    assert_eq!(
        failure.came,
        "it closed its output and was still running after 0.4 s"
    );
}

#[test]
fn an_early_end_fails_at_once() {
    let came = "the end of its output: it ended with status 7";
    fails_at(5, came, "a $ echo one; exit 7\na | one\na | two\na ? 7\n");
    fails_at(4, came, "a $ exit 7\na _ two\na ? 7\n");
}

#[test]
fn a_wrong_status_fails() {
    fails_at(4, "it ended with status 1", "a $ exit 1\na ? 0\n");
    fails_at(4, "it ended with status 0", "a $ true\na ? signal\n");
    fails_at(4, "it ended with signal 15", "a $ kill -TERM $$\na ? 0\n");
}

#[test]
fn a_line_left_over_fails() {
    fails_at(
        5,
        "the line `two`",
        "a $ echo one; echo two\na | one\na ? 0\n",
    );
    fails_at(4, "the line `two`", "a $ echo two; exec sleep 60\na ? 0\n");
    fails_at(4, "`two` with no line end", "a $ printf two\na ? 0\n");
}

#[test]
fn typing_to_a_program_that_has_closed_its_input_fails() {
    let failure = fails(
        "a $ exec <&-; echo closed; exec sleep 60\na | closed\na > x\na ? 0\n",
        &impatient(),
    );
    assert_eq!(failure.came, "its input is closed: it is still running");
}

#[test]
fn typing_to_a_program_that_never_reads_fails_at_the_deadline() {
    let line = "x".repeat(1 << 20);
    let failure = fails(
        &format!("a $ exec sleep 60\na > {line}\na ? 0\n"),
        &impatient(),
    );
    assert_eq!(failure.came, "it has not read its input for 0.4 s");
}

#[test]
fn endless_output_is_cut_off() {
    let failure = fails("a $ yes | tr -d '\\n'\na | y\na ? 0\n", &options());
    assert_eq!(failure.came, "more than 1024 KiB of output");
    assert!(
        failure.unread[0].ends_with(" more bytes"),
        "{}",
        failure.unread[0]
    );
    assert!(failure.to_string().len() < 2000);
    let failure = fails("a $ yes\na | y\na ~ 300ms\na ? 0\n", &options());
    assert_eq!(failure.came, "the line `y`");
    assert_eq!(failure.unread.len(), 22);
}

#[test]
fn invalid_utf_8_is_shown() {
    passes("a $ printf 'a\\377b\\n'\na | a\u{fffd}b\na ? 0\n");
}

#[test]
fn programs_get_pipes_no_color_utf_8_and_the_root() {
    passes(
        "a $ test -t 0 || test -t 1 || test -t 2 || echo pipes; test -f book.toml && echo root\n\
         a | pipes\na | root\na ? 0\n\
         a $ echo $NO_COLOR $PYTHONUNBUFFERED $PYTHONUTF8 $LC_ALL\n\
         a | 1 1 1 C.UTF-8\na ? 0\n",
    );
}

#[test]
fn a_program_that_cannot_be_started_fails() {
    for (program, reason) in [
        ("/nowhere/program", "No such file or directory (os error 2)"),
        ("/usr/bin", "permission denied"),
        ("/etc/passwd", "permission denied"),
    ] {
        let find = |_: &str| {
            Ok(Found::Run(Invocation {
                program: program.into(),
                args: Vec::new(),
            }))
        };
        let failure = run_with(&parse("a $ x\na ? 0\n"), &options(), &find).unwrap_err();
        assert_eq!(failure.came, format!("`{program}`: {reason}"));
    }
}

#[test]
fn an_unknown_program_fails_before_anything_starts() {
    let session = parse("a $ nc -h\nb $ rm -rf x\na ? 0\nb ? 0\n");
    let failure = session::run(&session, &options()).unwrap_err();
    assert_eq!(failure.line, 4);
    assert!(
        failure.came.contains("cannot start `rm -rf x`"),
        "{failure}"
    );
    assert!(
        failure.came.contains("known: `cargo run --example NAME"),
        "{failure}"
    );
    assert!(failure.story.is_empty());
}

#[test]
fn an_unknown_example_or_script_fails() {
    let session = parse("a $ python3 examples/python/nothing.py\na ? 0\n");
    let failure = session::run(&session, &options()).unwrap_err();
    assert_eq!(failure.came, "no such file: examples/python/nothing.py");
}

#[test]
fn a_session_whose_program_is_not_installed_is_skipped_with_the_reason() {
    let find = |command: &str| match command {
        "nc 1" => Ok(Found::Missing(
            "netcat (nc) is not installed on this machine".to_owned(),
        )),
        other => shell(other),
    };
    let report = run_with(
        &parse("a $ exit 1\nb $ nc 1\na ? 0\nb ? 0\n"),
        &options(),
        &find,
    );
    let reason = "`nc 1`: netcat (nc) is not installed on this machine".to_owned();
    assert_eq!(report.unwrap(), Report::Skipped { reason });
}

#[test]
fn a_program_left_running_is_a_failure_and_its_whole_tree_ends() {
    let pids = scratch("left-running");
    // The parser refuses such a story; one made by hand must fail as well.
    let command = format!(
        "sleep 60 & sh -c 'sleep 61 & wait' & echo $$ > {pids}; echo up; wait",
        pids = pids.display()
    );
    let actor = || "a".to_owned();
    let session = Session {
        steps: vec![
            Step {
                line: 1,
                action: Action::Start {
                    actor: actor(),
                    command,
                },
            },
            Step {
                line: 2,
                action: Action::Line {
                    actor: actor(),
                    pattern: "up".to_owned(),
                },
            },
        ],
        ..Session::default()
    };
    let failure = run_with(&session, &options(), &shell).unwrap_err();
    assert_eq!(
        failure.came,
        "the end of the session, with a program left: a"
    );
    assert_eq!(failure.running.len(), 1);
    assert_group_is_gone(&pids);
}

#[test]
fn what_a_program_leaves_behind_is_ended_with_it() {
    let pids = scratch("left-behind");
    let pids_shown = pids.display();
    passes(&format!(
        "a $ echo $$ > {pids_shown}; sleep 60 >&- 2>&- <&- & true\na ? 0\n"
    ));
    assert_group_is_gone(&pids);
}

#[test]
fn something_left_behind_that_holds_the_output_is_a_failure() {
    let pids = scratch("holds-output");
    let pids_shown = pids.display();
    let failure = fails(
        &format!("a $ echo $$ > {pids_shown}; sleep 60 & true\na ? 0\n"),
        &impatient(),
    );
    assert_eq!(failure.came, "nothing for 0.4 s: it ended with status 0");
    assert_group_is_gone(&pids);
}

/// Checks that a runner ends by this signal, and all its programs with it.
#[track_caller]
fn leaves_nothing_behind(signal: &str, number: i32) {
    let pids = scratch(&format!("runner-{signal}"));
    let myself = std::env::current_exe().expect("the path of this test");
    let mut runner = Command::new(myself);
    runner
        .args(["--exact", "the_runner_that_is_killed", "--ignored"])
        .env("PIDS", &pids);
    let mut runner = Started::start(&mut runner);
    until("the program of the runner", || {
        let listed = std::fs::read_to_string(&pids);
        listed.is_ok_and(|text| text.ends_with('\n')).then_some(())
    });
    runner.signal(signal);
    assert_eq!(runner.status().signal(), Some(number));
    assert_group_is_gone(&pids);
}

#[test]
fn a_killed_runner_leaves_nothing_behind() {
    leaves_nothing_behind("KILL", 9);
}

#[test]
fn an_interrupt_ends_the_runner_itself_which_leaves_nothing_behind() {
    // Where this test was started in the background, what it starts hears ^C from here on.
    passes("a $ true\na ? 0\n");
    leaves_nothing_behind("INT", 2);
}

#[test]
#[ignore = "started, and killed, by leaves_nothing_behind"]
fn the_runner_that_is_killed() {
    let Ok(pids) = std::env::var("PIDS") else {
        return;
    };
    // The line can be read only after the program has been listed with the reaper.
    passes(&format!(
        "b $ true\nb ? 0\na $ read x; sleep 60 & echo $$ > {pids}; wait\na > go\na ? 0\n"
    ));
}

/// Counts the calls of a place.
#[derive(Default)]
struct Elsewhere {
    started: Vec<String>,
    steps: Vec<usize>,
}

impl Place for Elsewhere {
    fn spawn(&mut self, actor: &str, mut command: Command) -> io::Result<Child> {
        self.started.push(actor.to_owned());
        command.env("PLACE", actor).spawn()
    }

    fn before(&mut self, step: usize) -> Result<(), String> {
        self.steps.push(step);
        match step {
            7 => Err("a storm".to_owned()),
            _ => Ok(()),
        }
    }
}

#[test]
fn a_place_starts_the_programs_and_hears_of_each_step_that_causes_something() {
    let steps = "note zh 甲\nnote en A\na $ read x; echo $PLACE $x\na > hello\na | a hello\na ? 0\n\
                 a $ cat\na ~ 20ms\na ^D\na ? 0\n";
    let mut place = Elsewhere::default();
    let failure = run_at(&parse(steps), &options(), &shell, &mut place).unwrap_err();
    assert_eq!(
        (failure.step.as_str(), failure.came.as_str()),
        ("a ^D", "a storm")
    );
    assert_eq!(place.started, ["a", "a"]);
    assert_eq!(place.steps, [1, 2, 5, 6, 7]);
}

#[test]
fn a_session_on_hosts_of_its_own_does_not_run_on_this_one() {
    let session = parse("host a 192.0.2.1\na $ true\na ? 0\n");
    let Ok(Report::Skipped { reason }) = run_with(&session, &options(), &shell) else {
        panic!("it must be skipped");
    };
    assert!(reason.contains("cargo workbook capture"), "{reason}");
}

#[test]
fn a_hand_made_session_out_of_order_fails_and_does_not_panic() {
    let actor = || "a".to_owned();
    let exit = Action::Exit {
        actor: actor(),
        status: Status::Code(0),
    };
    let session = Session {
        steps: vec![Step {
            line: 1,
            action: exit,
        }],
        ..Session::default()
    };
    let failure = run_with(&session, &options(), &shell).unwrap_err();
    assert_eq!(failure.came, "none has started, or it has ended");
}

fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()))
}

/// The file names the leader of a process group: no process of the group may be alive.
#[track_caller]
fn assert_group_is_gone(file: &PathBuf) {
    let leader = std::fs::read_to_string(file).expect("the program writes its PID");
    std::fs::remove_file(file).expect("the file can be removed");
    let leader = rustix::process::Pid::from_raw(leader.trim().parse().expect("a number"));
    let leader = leader.expect("not zero");
    // An orphan that has been killed stays in its group until init reaps it.
    until("the end of the group", || {
        let found = rustix::process::test_kill_process_group(leader);
        found.is_err().then_some(())
    });
}
