//! The tables of a class, made from whatever was handed in.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

#[path = "cli/workspace.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod workspace;

use serde_json::{Value, json};
use workspace::Workspace;

fn exercise(id: &str, solved: bool, attempts: u64, variants: &[(&str, bool, u64)]) -> Value {
    let time = "2026-09-01T08:00:00.000Z";
    let variants: Vec<_> = variants
        .iter()
        .map(|(name, passed, failed)| json!({"name": name, "passed": passed, "failed": failed}))
        .collect();
    json!({
        "id": id, "first": time, "last": time, "solved": solved.then_some(time),
        "attempts": attempts, "refused": 0, "hints": 1, "gave_up": false, "variants": variants,
    })
}

fn report(name: &str, exercises: &[Value]) -> String {
    json!({
        "format": 1, "tool": "exercise 0.1.0", "name": name,
        "written": "2026-09-01T09:00:00Z", "exercises": exercises,
    })
    .to_string()
}

#[test]
fn a_table_shows_the_progress_of_each_student_and_where_they_are_stuck() {
    let workspace = Workspace::new();
    let solved = exercise("say", true, 3, &[("plain", true, 1), ("more", true, 2)]);
    let stuck = exercise("say", false, 5, &[("plain", true, 0), ("more", false, 5)]);
    workspace.write("class/a.json", &report("小明", &[solved]));
    workspace.write(
        "class/b.json",
        &report("小红", std::slice::from_ref(&stuck)),
    );
    workspace.write("class/c.json", &report("Ann", &[stuck]));
    let ran = workspace.run(&["class", "class"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(
        ran.out,
        "3 reports; wrote class.md, class.csv and class.html in class\n"
    );
    assert_eq!(
        workspace.read("class/class.md"),
        "# The exercises of the class\n\n\
         ✓ solved; a variant: stuck in it; · opened. The number is that of the checks.\n\n\
         | student | solved | say | answer |\n| --- | --- | --- | --- |\n\
         | Ann | 0 | more 5 |  |\n| 小明 | 1 | ✓ 3 |  |\n| 小红 | 0 | more 5 |  |\n\n\
         ## Where students are stuck\n\n\
         | exercise | solved | started | stuck in | fails most |\n| --- | --- | --- | --- | --- |\n\
         | say | 1 | 3 | more 2 (Ann, 小红) | more ×12 |\n| answer | 0 | 0 |  |  |\n"
    );
    assert_eq!(
        workspace.read("class/class.csv"),
        "\u{feff}student,solved,say,answer\r\nAnn,0,more 5,\r\n小明,1,✓ 3,\r\n小红,0,more 5,\r\n\r\n\
         exercise,solved,started,stuck in,fails most\r\n\
         say,1,3,\"more 2 (Ann, 小红)\",more ×12\r\nanswer,0,0,,\r\n"
    );
    let html = workspace.read("class/class.html");
    assert!(
        html.contains("<tr><th>小明<td>1<td class=\"yes\">✓ 3<td>"),
        "{html}"
    );
}

#[test]
fn what_was_handed_in_is_reported_and_none_of_it_is_fatal() {
    let workspace = Workspace::new();
    let some = exercise("say", false, 1, &[("plain", false, 1)]);
    let more = exercise("say", false, 2, &[("plain", false, 2)]);
    workspace.write(
        "class/a_good.json",
        &report("小明", std::slice::from_ref(&some)),
    );
    workspace.write(
        "class/b_copy.json",
        &report("小明", std::slice::from_ref(&some)),
    );
    workspace.write("class/c_same_name.json", &report("小明", &[more]));
    workspace.write("class/d_broken.json", "{\"format\": 1, ");
    workspace.write("class/e_deep.json", &"[".repeat(200_000));
    workspace.write("class/f_old.json", "{\"format\": 0, \"exercises\": []}");
    workspace.write("class/g_new.json", "{\"format\": 2, \"exercises\": []}");
    workspace.write("class/h_other.json", "{\"package\": 1}");
    workspace.write("class/i_huge.json", &" ".repeat((1 << 20) + 1));
    workspace.write(
        "class/j_no_name.json",
        &report("", std::slice::from_ref(&some)),
    );
    let odd = json!({"id": "../../x", "attempts": -1});
    let big = exercise("say", false, u64::MAX, &[("plain", false, u64::MAX)]);
    workspace.write("class/k_odd.json", &report("odd", &[odd, big.clone(), big]));
    std::fs::write(workspace.path("class/l_bytes.json"), b"\xff\xfe{").unwrap();
    std::fs::create_dir(workspace.path("class/m_folder.json")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(workspace.path("class/n_pipe.json"))
        .status();
    assert!(pipe.is_ok_and(|status| status.success()));
    workspace.write("class/o_list.json", "[1, 2]");
    let ran = workspace.run(&["class", "class", "--out", "table"]);
    assert_eq!(ran.status, 0);
    let expected = [
        "d_broken.json: is not JSON (EOF while parsing a value at line 1 column 14); left out",
        "e_deep.json: is not JSON (recursion limit exceeded at line 1 column 128); left out",
        "f_old.json: has the old format 0: ask the student to update and write it again; left out",
        "g_new.json: has the newer format 2: update this workbook first; left out",
        "h_other.json: is not a report of the exercises; left out",
        "i_huge.json: is longer than 1 MiB, too long for a report; left out",
        "l_bytes.json: is not JSON (expected value at line 1 column 1); left out",
        "m_folder.json: is not an ordinary file; left out",
        "n_pipe.json: is not an ordinary file; left out",
        "o_list.json: is not a report of the exercises; left out",
        "b_copy.json: is the same as a_good.json; counted once",
        "c_same_name.json: has the same name as another report; shown as 小明 (c_same_name) in the tables",
        "j_no_name.json: has no name; shown as j_no_name in the tables",
        "k_odd.json: has 2 entries that cannot be read; the rest is used",
    ];
    assert_eq!(ran.err.lines().collect::<Vec<_>>(), expected);
    assert!(ran.out.starts_with("4 reports; "), "{}", ran.out);
    assert!(
        workspace
            .read("table/class.md")
            .contains("| 小明 (c\\_same\\_name) |")
            || workspace
                .read("table/class.md")
                .contains("| 小明 (c_same_name) |")
    );
}

#[test]
fn a_name_is_text_in_every_table() {
    let workspace = Workspace::new();
    let some = exercise("say", false, 1, &[("plain", false, 1)]);
    for (file, name) in [
        ("a", "=cmd|'/c calc'!A1"),
        ("b", "<img src=x onerror=alert(1)>"),
        ("c", "\u{202e}evil | name\n| x |"),
        ("d", "  @SUM(A1)  "),
        ("e", &"长".repeat(5000)),
        ("f", "\u{1b}[2Jgone"),
    ] {
        workspace.write(
            &format!("class/{file}.json"),
            &report(name, std::slice::from_ref(&some)),
        );
    }
    assert_eq!(workspace.run(&["class", "class"]).status, 0);
    let csv = workspace.read("class/class.csv");
    assert!(csv.contains("\r\n\"'=cmd|'/c calc'!A1\",0,"), "{csv}");
    assert!(csv.contains("\r\n\"'@SUM(A1)\",0,"), "{csv}");
    assert!(
        csv.lines().all(|line| !line
            .trim_start_matches('\u{feff}')
            .starts_with(['=', '+', '-', '@'])),
        "{csv}"
    );
    let html = workspace.read("class/class.html");
    assert!(
        !html.contains("<img") && html.contains("&lt;img src=x"),
        "{html}"
    );
    let markdown = workspace.read("class/class.md");
    assert!(
        markdown.contains("| evil \\| name \\| x \\| | 0 |"),
        "{markdown}"
    );
    for text in [&csv, &html, &markdown] {
        assert!(!text.contains(['\u{202e}', '\u{1b}']) && !text.contains(&"长".repeat(41)));
    }
}

#[test]
fn a_folder_without_reports_writes_nothing() {
    let workspace = Workspace::new();
    let ran = workspace.run(&["class", "nowhere"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.starts_with("cannot open the folder nowhere: "),
        "{}",
        ran.err
    );
    std::fs::create_dir(workspace.path("empty")).unwrap();
    let ran = workspace.run(&["class", "empty", "--lang", "zh"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.starts_with("empty 里没有能读的报告"), "{}", ran.err);
    assert_eq!(
        std::fs::read_dir(workspace.path("empty")).unwrap().count(),
        0
    );
}

#[test]
fn what_students_write_can_be_merged() {
    let workspace = Workspace::new();
    workspace.run(&["check", "say", "--", "sh", "-c", "echo hello"]);
    std::fs::create_dir(workspace.path("class")).unwrap();
    assert_eq!(
        workspace
            .run(&["report", "--name", "小明", "class/小明.json"])
            .status,
        0
    );
    assert_eq!(workspace.run(&["class", "class", "--lang", "zh"]).err, "");
    assert!(
        workspace
            .read("class/class.md")
            .contains("| 小明 | 0 | more 1 |  |")
    );
    // A second time, the tables are not taken for reports.
    assert_eq!(workspace.run(&["class", "class"]).err, "");
}

#[test]
fn a_list_of_the_class_with_the_name_of_a_table_is_not_written_over() {
    let workspace = Workspace::new();
    let some = exercise("say", false, 1, &[("plain", false, 1)]);
    workspace.write("class/a.json", &report("小明", &[some]));
    let list = "学号,姓名\r\n1,小明\r\n";
    workspace.write("class/class.csv", list);
    let ran = workspace.run(&["class", "class"]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            2,
            "class/class.csv already exists and was not written by this command: \
             move it, or name another folder with --out\n"
        )
    );
    assert_eq!(workspace.read("class/class.csv"), list);
    assert_eq!(
        workspace.run(&["class", "class", "--out", "tables"]).status,
        0
    );
    // The teacher reads Chinese the second time.
    let ran = workspace.run(&["class", "class", "--out", "tables", "--lang", "zh"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(workspace.read("tables/class.csv").contains("学生,解出"));
}
