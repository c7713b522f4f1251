//! `cargo workbook`: one loop. Threads only send events: the watcher its saves, a build its
//! result, the server Ctrl-C. Builds run beside the loop, so neither a saved page nor Ctrl-C waits
//! for one.

mod plan;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use pages::Memory;

use crate::book::process::Running;
use crate::book::{Scratch, page, whole};
use crate::cli;
use crate::serve::{self, Port, Shared, Timeouts};
use crate::site::{SinglePage, Site};
use crate::watch::{self, WatchEvent};
use bilingual::terminal::{say, seconds, warn};
use bilingual::{Diagnostic, Text, Ui, slashes};
use plan::{Plan, Step};

/// First port that is tried.
const PORT_FIRST: u16 = 3000;

/// How long the end waits for the builds.
const LAST_BUILD_WAIT: Duration = Duration::from_millis(400);

/// Serves the book until Ctrl-C. Always `true`: a broken page is reported, and corrected while it
/// runs.
pub fn read(root: &Path, how: cli::Read, ui: Ui) -> Result<bool> {
    let listener = serve::bind(how.port.map_or(Port::From(PORT_FIRST), Port::Exactly), ui)?;
    let port = listener.local_addr()?.port();
    if how.port.is_none() && port != PORT_FIRST {
        say(ui.pick(
            format!("端口 {PORT_FIRST} 被占用，改用 {port}。"),
            format!("port {PORT_FIRST} is in use, using {port}"),
        ));
    }
    let (events, received) = channel();
    send_interrupts_to(events.clone())?;
    let mut reader = Reader::start(root, listener, events, ui)?;
    reader.follow(&received, how.open);
    reader.end();
    Ok(true)
}

/// The parts that work while the book is read.
pub struct Reader {
    root: PathBuf,
    url: String,
    ui: Ui,
    events: Sender<WatchEvent>,
    shared: Shared,
    scratch: Scratch,
    memory: Arc<Memory>,
    server: JoinHandle<()>,
    /// The whole build that is wanted.
    whole: Option<Whole>,
    /// Number of whole builds.
    builds: u64,
    /// The threads of all builds.
    building: Vec<JoinHandle<()>>,
    watching: watch::Watching,
}

/// A whole build that is running.
struct Whole {
    number: u64,
    running: Running,
    started: Instant,
    /// What was saved last when it began.
    saved: PathBuf,
    /// Whether it only follows pages that are served already.
    rest: bool,
    /// Pages made alone since it began: it may have read them before they were saved.
    newer: Vec<SinglePage>,
}

impl Reader {
    /// Serves, watches and begins the first build. What happens is sent to `events`.
    pub fn start(
        root: &Path,
        listener: TcpListener,
        events: Sender<WatchEvent>,
        ui: Ui,
    ) -> Result<Reader> {
        let url = format!("http://{}/", listener.local_addr()?);
        let scratch = Scratch::new(root).with_context(|| {
            let place = root.join("target/workbook");
            let place = place.display();
            ui.pick(
                format!("不能创建目录 {place}"),
                format!("cannot create the folder {place}"),
            )
        })?;
        let watching = watch::watch(root, events.clone())
            .with_context(|| ui.pick("没法监视文件的变化", "cannot watch the files"))?;
        if let Some(reason) = &watching.polling {
            say(ui.pick(
                format!("系统不能监视文件（{reason}），改为每秒看两次。"),
                format!(
                    "the system cannot watch the files ({reason}), checking them twice a second"
                ),
            ));
        }
        let shared = Shared::with_course(root);
        let server = serve_in_thread(listener, shared.clone())?;
        let root = root.to_owned();
        Ok(Reader {
            root,
            url,
            ui,
            events,
            shared,
            scratch,
            memory: Arc::default(),
            server,
            whole: None,
            builds: 0,
            building: Vec::new(),
            watching,
        })
    }

    /// The loop: builds after saves, publishes what was built, until Ctrl-C.
    pub fn follow(&mut self, events: &Receiver<WatchEvent>, mut open: bool) {
        let mut plan = Plan::new();
        let mut saved = PathBuf::new();
        let mut page_started = (Instant::now(), PathBuf::new());
        let mut announced = false;
        loop {
            let event = match plan.step(Instant::now()) {
                Step::Page(page) => {
                    page_started = (Instant::now(), saved.clone());
                    if !plan.wants_whole() {
                        self.throw_away();
                    }
                    self.build_page(page);
                    continue;
                }
                step @ (Step::Whole | Step::Rest) => {
                    self.throw_away();
                    self.build_whole(step == Step::Rest, saved.clone());
                    continue;
                }
                Step::WaitUntil(moment) => {
                    let left = moment.saturating_duration_since(Instant::now());
                    match events.recv_timeout(left) {
                        Ok(event) => event,
                        Err(RecvTimeoutError::Timeout) => continue,
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
                Step::Wait => match events.recv() {
                    Ok(event) => event,
                    Err(_) => return,
                },
            };
            match event {
                WatchEvent::Saved(path) => {
                    self.watching.renew(&path);
                    plan.saved(&path, Instant::now());
                    saved = path;
                }
                WatchEvent::BuiltPage(made) => match self.put_in(made) {
                    Some(site) => {
                        plan.page_served(Instant::now());
                        let (started, saved) = &page_started;
                        self.publish(Ok(site), saved, started.elapsed(), announced);
                    }
                    None => plan.page_refused(),
                },
                WatchEvent::Built(number, result) => {
                    let Some(whole) = self.whole.take_if(|whole| whole.number == number) else {
                        continue;
                    };
                    match &result {
                        Ok(_) => plan.whole_served(),
                        Err(_) => plan.whole_failed(),
                    }
                    let result = result.map(|site| {
                        let newer = whole.newer.iter();
                        newer.fold(site, |site, page| site.with_page(page).unwrap_or(site))
                    });
                    match result {
                        // What was saved was announced; the search index has followed.
                        Ok(site) if whole.rest => drop(self.shared.publish(site)),
                        result => {
                            let took = whole.started.elapsed();
                            self.publish(result, &whole.saved, took, announced);
                        }
                    }
                    if !announced {
                        self.announce(std::mem::take(&mut open));
                        announced = true;
                    }
                }
                WatchEvent::Blind(error) => {
                    warn(self.ui.pick(
                        format!("监视文件出错：{error}"),
                        format!("cannot watch the files: {error}"),
                    ));
                    saved = PathBuf::new();
                    plan.saved(&saved, Instant::now());
                }
                WatchEvent::Learned => self.shared.learned(),
                WatchEvent::Interrupted => return,
            }
        }
    }

    fn build_whole(&mut self, rest: bool, saved: PathBuf) {
        self.builds += 1;
        let (number, running) = (self.builds, Running::default());
        self.whole = Some(Whole {
            number,
            running: running.clone(),
            started: Instant::now(),
            saved,
            rest,
            newer: Vec::new(),
        });
        // One that was thrown away may not have left its folder yet.
        let folder = self.scratch.path().join(format!("site-{number}"));
        let (root, memory) = (self.root.clone(), self.memory.clone());
        let before = self.shared.site().unwrap_or_default();
        let spawned = self.spawn(move || {
            let built = whole::build(&root, &folder, &memory, &before, &running)?;
            Some(WatchEvent::Built(number, built))
        });
        if let Err(problem) = spawned {
            let _ = self
                .events
                .send(WatchEvent::Built(number, Err(vec![problem])));
        }
    }

    /// Makes one page alone.
    fn build_page(&mut self, page: PathBuf) {
        let (root, folder) = (self.root.clone(), self.scratch.path().join("page"));
        let memory = self.memory.clone();
        let before = self.shared.site().unwrap_or_default();
        let spawned = self.spawn(move || {
            let made = page::build(&root, &folder, &page, &memory, &before);
            Some(WatchEvent::BuiltPage(made))
        });
        if spawned.is_err() {
            let _ = self.events.send(WatchEvent::BuiltPage(None));
        }
    }

    /// The site that is served, with this page, which a whole build that is running may lack.
    fn put_in(&mut self, made: Option<SinglePage>) -> Option<Site> {
        let made = made?;
        let site = self.shared.site()?.with_page(&made)?;
        if let Some(whole) = &mut self.whole {
            whole.newer.retain(|page| page.path != made.path);
            whole.newer.push(made);
        }
        Some(site)
    }

    /// Nobody wants the whole build that is running.
    fn throw_away(&mut self) {
        if let Some(whole) = self.whole.take() {
            whole.running.throw_away();
        }
    }

    /// Builds beside the loop, or says why not.
    fn spawn(
        &mut self,
        work: impl FnOnce() -> Option<WatchEvent> + Send + 'static,
    ) -> Result<(), Diagnostic> {
        self.building.retain(|build| !build.is_finished());
        let events = self.events.clone();
        let work = move || {
            if let Some(event) = work() {
                let _ = events.send(event);
            }
        };
        let thread = thread::Builder::new().name("build".into());
        self.building.push(thread.spawn(work).map_err(|error| {
            Diagnostic::somewhere(Text::new(
                format!("不能启动新线程：{error}"),
                format!("cannot start a thread: {error}"),
            ))
        })?);
        Ok(())
    }

    fn publish(
        &self,
        result: Result<Site, Vec<Diagnostic>>,
        saved: &Path,
        took: Duration,
        again: bool,
    ) {
        // After an overflow of the system's queue the file is unknown.
        let saved = Some(slashes(saved))
            .filter(|path| !path.is_empty())
            .unwrap_or("book".into());
        let took = seconds(took);
        match result {
            Ok(site) => {
                if self.shared.publish(site) && again {
                    say(self.ui.pick(
                        format!("{saved}：已更新（{took} 秒）"),
                        format!("{saved}: updated ({took} s)"),
                    ));
                } else if again {
                    say(self.ui.pick(
                        format!("{saved}：没有变化（{took} 秒）"),
                        format!("{saved}: no change ({took} s)"),
                    ));
                }
            }
            Err(problems) => {
                warn(pages::report(&problems, self.ui.lang) + "\n");
                self.shared.warn(problems);
            }
        }
    }

    fn announce(&self, open: bool) {
        let url = &self.url;
        say(self.ui.pick(
            format!("在浏览器里读：{url}（保存即更新，Ctrl-C 结束）"),
            format!("read the book at {url} (updates on every save; Ctrl-C to stop)"),
        ));
        if open {
            // In a thread: some systems come back only when the browser is closed.
            let (url, ui) = (url.clone(), self.ui);
            thread::spawn(move || open_browser(&url, ui));
        }
    }

    /// Ends the streams and the server. A build that is running would write into the scratch
    /// folder again while it is removed: it may end, but must not delay the end.
    pub fn end(mut self) {
        self.shared.end();
        self.throw_away();
        let until = Instant::now() + LAST_BUILD_WAIT;
        while Instant::now() < until && !self.building.iter().all(JoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.server.join();
    }
}

/// Sends Ctrl-C as an event.
fn send_interrupts_to(events: Sender<WatchEvent>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::Builder::new()
        .name("interrupt".into())
        .spawn(move || {
            runtime.block_on(interrupted());
            let _ = events.send(WatchEvent::Interrupted);
        })?;
    Ok(())
}

fn open_browser(url: &str, ui: Ui) {
    if let Err(error) = opener::open_browser(url) {
        let words = ui.pick(
            format!("打不开浏览器（{error}）；请把上面的地址粘进浏览器"),
            format!("cannot open a browser ({error}); paste the address above into one"),
        );
        warn(words);
    }
}

fn serve_in_thread(listener: TcpListener, shared: Shared) -> Result<JoinHandle<()>> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let work = move || {
        runtime.block_on(async {
            if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                serve::serve(listener, shared, Timeouts::default()).await;
            }
        });
        runtime.shutdown_background();
    };
    Ok(thread::Builder::new().name("server".into()).spawn(work)?)
}

/// Waits for Ctrl-C, or for a request to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut end) = signal(SignalKind::terminate()) {
            let end = std::pin::pin!(end.recv());
            let interrupt = std::pin::pin!(tokio::signal::ctrl_c());
            futures_util::future::select(end, interrupt).await;
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
