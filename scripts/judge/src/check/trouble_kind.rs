//! The kinds of failure: one table of everything that is the same whenever a kind is seen. Pure.
//!
//! A new kind is a row here. The compiler then asks what [`crate::verdict::Trouble`] it belongs to,
//! and `report` for the words of one that has been seen.

use bilingual::Text;

/// How far the program got when this is seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not as far as the story: another variant would show the same.
    Start,
    /// Into the story, but this says nothing about a mistake in it: the program, or the machine, was
    /// in the way.
    Around,
    /// Into the story, and this is what is wrong there.
    Story,
}

/// What a slow machine can do with a right program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// Nothing that looks like this.
    Certain,
    /// What is missing may only be late.
    MaybeLate,
}

/// A row of the table.
struct Row {
    name: &'static str,
    stage: Stage,
    proof: Proof,
    read: Option<&'static str>,
    words: [&'static str; 2],
}

/// Makes the type of its rows. A row: the variant, the name in `stub` and `fits` lines, the stage, the
/// proof, where to read about it whatever the exercise (`PAGE#ID`), the meaning in Chinese and in
/// English.
macro_rules! kinds {
    ($($kind:ident, $name:literal, $stage:ident, $proof:ident, $read:expr, $zh:literal, $en:literal;)+) => {
        /// A kind of failure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum TroubleKind {
            $(#[doc = concat!("`", $name, "`: ", $en, ".")] $kind,)+
        }

        impl TroubleKind {
            /// All kinds, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            const fn row(self) -> Row {
                match self {
                    $(Self::$kind => Row {
                        name: $name,
                        stage: Stage::$stage,
                        proof: Proof::$proof,
                        read: $read,
                        words: [$zh, $en],
                    },)+
                }
            }
        }
    };
}

kinds! {
    CannotStart, "cannot_start", Start, Certain, Some("exercises/start#once"),
        "程序启动不了",
        "it cannot be started";
    EndedAtOnce, "ended_at_once", Start, Certain, None,
        "还没有客户端连上来，程序就结束了",
        "it ends before any client connects";
    NeverListens, "never_listens", Start, MaybeLate, Some("sockets/socket#calls"),
        "没有程序在这个地址上监听",
        "nothing listens at the address";
    ListensElsewhere, "listens_elsewhere", Start, Certain, Some("sockets/socket#break"),
        "它在别的地址上监听",
        "it listens at another address";
    NeverConnects, "never_connects", Start, MaybeLate, Some("sockets/socket#calls"),
        "它没有连过来",
        "it does not connect";
    Refused, "refused", Story, Certain, Some("reference/errors#refused"),
        "后来的连接被拒绝",
        "a later connection is refused";
    NotConnected, "not_connected", Around, MaybeLate, Some("reference/errors#timed-out"),
        "后来的连接没有连上",
        "a later connection is not made";
    QueueFull, "queue_full", Around, MaybeLate, Some("sockets/socket#queue"),
        "等待 accept 的队列满了",
        "its queue of connections to accept is full";
    Flood, "flood", Around, Certain, Some("exercises/start#report"),
        "它写个不停",
        "it writes without end";
    Gone, "gone", Story, Certain, None,
        "程序不该结束，却结束了",
        "it ends, but should still be running";
    ClosedEarly, "closed_early", Story, Certain, Some("sockets/one-shot#which-close"),
        "该来的还没来，连接就关了",
        "it closes the connection before everything has come";
    ResetEarly, "reset_early", Story, Certain, Some("reference/errors#reset"),
        "该来的还没来，连接就被重置了",
        "it resets the connection before everything has come";
    OutputClosed, "output_closed", Story, Certain, None,
        "该打印的还没打印完，输出就关了",
        "it closes its standard output before everything is printed";
    TooLittle, "too_little", Story, MaybeLate, None,
        "该来的没有来",
        "what was expected does not come";
    RightSoFar, "right_so_far", Around, MaybeLate, None,
        "来的都对，只是太慢",
        "everything that comes is right, but it comes too slowly";
    NotReading, "not_reading", Story, MaybeLate, Some("sockets/one-shot#sendall"),
        "它不读发给它的东西",
        "it does not read what is sent to it";
    OnlyAtEnd, "only_at_end", Story, MaybeLate, Some("exercises/start#report"),
        "该来的来得太晚，对方结束时才来",
        "what was expected comes only after the peer has ended";
    NotPrinted, "not_printed", Story, Certain, None,
        "它没有打印该打印的就结束了",
        "it ends without printing what was expected";
    NotSaid, "not_said", Story, MaybeLate, None,
        "该写到标准错误的没有写",
        "it does not write the expected line to standard error";
    NeverSends, "never_sends", Start, MaybeLate, Some("layers/transport#udp"),
        "它一个数据报也没有发来",
        "it sends no datagram at all";
    SentNothing, "sent_nothing", Start, Certain, Some("layers/transport#udp"),
        "它一个数据报也没有发，就结束了",
        "it ends without sending a datagram";
    NoDatagram, "no_datagram", Story, MaybeLate, Some("layers/transport#udp"),
        "该来的数据报没有来",
        "an expected datagram does not come";
    NotHttp, "not_http", Story, Certain, None,
        "发回的不是 HTTP 响应",
        "what it sends back is not an HTTP response";
    HttpLineEnd, "http_line_end", Story, Certain, None,
        "首部的行没有以 \\r\\n 结束",
        "a line of the header section does not end with \\r\\n";
    HttpNoEnd, "http_no_end", Story, MaybeLate, None,
        "首部没有结束",
        "the header section does not end";
    HttpField, "http_field", Story, Certain, None,
        "首部里有一行不是字段",
        "a line of the header section is not a field";
    HttpStatus, "http_status", Story, Certain, None,
        "状态码不对",
        "the status is wrong";
    HttpNoLength, "http_no_length", Story, Certain, None,
        "没有 Content-Length",
        "there is no Content-Length";
    HttpBadLength, "http_bad_length", Story, Certain, None,
        "Content-Length 不是一个数",
        "Content-Length is not a number";
    HttpChunked, "http_chunked", Story, Certain, None,
        "正文分块发送，而不是先说长度",
        "the body comes in chunks, without its length first";
    HttpShort, "http_short", Story, MaybeLate, None,
        "正文比 Content-Length 说的短",
        "the body is shorter than Content-Length says";
    HttpOtherLength, "http_other_length", Story, Certain, None,
        "Content-Length 不是正文的长度",
        "Content-Length is not the length of the body";
    HttpHeadBody, "http_head_body", Story, Certain, None,
        "对 HEAD 的响应带了正文",
        "the answer to HEAD has a body";
    HttpLong, "http_long", Story, Certain, None,
        "正文比 Content-Length 说的长",
        "the body is longer than Content-Length says";
    Wrong, "wrong", Story, Certain, None,
        "来的和该来的不一样",
        "what comes differs from what was expected";
    TooMuch, "too_much", Story, Certain, None,
        "来的比该来的多",
        "more comes than was expected";
    NotSilent, "not_silent", Story, Certain, None,
        "不该有东西来，却来了",
        "something comes where nothing should";
    StillOpen, "still_open", Story, MaybeLate, Some("sockets/duplex#half-close"),
        "它没有关闭连接",
        "it does not close the connection";
    NoReset, "no_reset", Story, Certain, Some("reference/errors#reset"),
        "连接该被重置，却是正常关闭的",
        "it closes the connection instead of resetting it";
    NotTyped, "not_typed", Story, MaybeLate, None,
        "它没有读标准输入",
        "it does not read its standard input";
    StillRunning, "still_running", Story, MaybeLate, None,
        "它该结束，却还在运行",
        "it does not end";
    WrongStatus, "wrong_status", Story, Certain, None,
        "它结束的状态不对",
        "it ends with the wrong status";
    Memory, "memory", Story, Certain, Some("sockets/threaded-server#bounds"),
        "它的内存增长太多",
        "its memory grows too much";
    KeepsProcesses, "keeps_processes", Story, Certain, None,
        "客户端走了，它的子进程还在",
        "it keeps child processes of clients that are gone";
    KeepsThreads, "keeps_threads", Story, Certain, None,
        "客户端走了，它的线程还在",
        "it keeps threads of clients that are gone";
    KeepsDescriptors, "keeps_descriptors", Story, Certain, None,
        "客户端走了，描述符还开着",
        "it keeps descriptors of clients that are gone";
    KeepsMemory, "keeps_memory", Story, Certain, None,
        "客户端走了，内存还占着",
        "it keeps memory of clients that are gone";
    NotPlayed, "not_played", Around, MaybeLate, None,
        "时间到了，没有试",
        "time ran out before it was played";
    TooBusy, "too_busy", Around, MaybeLate, None,
        "机器太忙，判不出来",
        "the machine was too busy to tell";
    Judge, "judge", Start, Certain, None,
        "判题程序自己没法继续",
        "the judge itself cannot continue";
}

impl TroubleKind {
    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The names of all kinds, with a space between them: what a line may say.
    #[must_use]
    pub fn names() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.name()).collect();
        names.join(" ")
    }

    /// Its name in `stub` and `fits` lines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Its meaning, as the page of an exercise says it of a stub.
    #[must_use]
    pub fn words(self) -> Text {
        let [zh, en] = self.row().words;
        Text::new(zh, en)
    }

    /// Where to read about it, whatever the exercise: `PAGE#ID`.
    #[must_use]
    pub const fn place(self) -> Option<&'static str> {
        self.row().read
    }

    /// Whether what was missing may only have been late: on a slow machine a right program can look
    /// the same.
    #[must_use]
    pub fn is_late(self) -> bool {
        self.row().proof == Proof::MaybeLate
    }

    /// Whether the program never got as far as the story: another variant would show the same.
    #[must_use]
    pub fn is_at_the_start(self) -> bool {
        self.row().stage == Stage::Start
    }

    /// Whether this is a mistake in the story, so that a cause without a `fits` line is given for it.
    #[must_use]
    pub fn is_in_the_story(self) -> bool {
        self.row().stage == Stage::Story
    }
}
