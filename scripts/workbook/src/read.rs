//! `cargo workbook`: one loop. Threads only send events: the watcher its saves, a build its
//! result, the server Ctrl-C. A build runs beside the loop, so Ctrl-C never waits for one.

mod debounce;
mod saves;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use pages::Memory;

use crate::book::{self, Making, Scratch};
use crate::cli;
use crate::serve::{self, Port, Shared, Timeouts};
use crate::site::Site;
use crate::watch::{self, WatchEvent};
use bilingual::terminal::{say, seconds, warn};
use bilingual::{Diagnostic, Text, Ui, slashes};
use debounce::{Debounce, Step};
use saves::Saves;

/// First port that is tried.
const PORT_FIRST: u16 = 3000;

/// How long the end waits for a build.
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
    memory: Arc<Mutex<Memory>>,
    server: JoinHandle<()>,
    building: Option<JoinHandle<()>>,
    watching: watch::Watching,
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
            building: None,
            watching,
        })
    }

    /// The loop: builds after saves, publishes what was built, until Ctrl-C.
    pub fn follow(&mut self, events: &Receiver<WatchEvent>, mut open: bool) {
        let mut debounce = Debounce::new(Instant::now());
        let mut saved = Saves::default();
        let mut started = Instant::now();
        let mut announced = false;
        let mut after_a_page = false;
        loop {
            let event = match debounce.step(Instant::now()) {
                Step::Build => {
                    started = Instant::now();
                    after_a_page = false;
                    match self.shared.site().zip(saved.page()) {
                        Some((site, page)) => self.build_page(site, page),
                        None => self.build(),
                    }
                    saved.begin();
                    continue;
                }
                Step::Rest => {
                    after_a_page = true;
                    self.build();
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
                    saved.add(path);
                    debounce.saved(Instant::now());
                }
                WatchEvent::BuiltPage(Some(site)) => {
                    debounce.built_a_page(Instant::now());
                    saved.served();
                    self.publish(Ok(site), &saved.last, started.elapsed(), announced);
                }
                // The whole build reports what is wrong.
                WatchEvent::BuiltPage(None) => self.build(),
                // The saved page was announced; the others and the search index have followed.
                WatchEvent::Built(Ok(site)) if after_a_page => {
                    debounce.built();
                    saved.served();
                    self.shared.publish(site);
                }
                WatchEvent::Built(result) => {
                    debounce.built();
                    match result {
                        Ok(_) => saved.served(),
                        Err(_) => saved.failed(),
                    }
                    self.publish(result, &saved.last, started.elapsed(), announced);
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
                    saved.add(PathBuf::new());
                    debounce.saved(Instant::now());
                }
                WatchEvent::Learned => self.shared.learned(),
                WatchEvent::Interrupted => return,
            }
        }
    }

    fn build(&mut self) {
        let (root, folder) = (self.root.clone(), self.scratch.path().join("site"));
        let making = Making {
            memory: self.memory.clone(),
            only: None,
        };
        self.spawn(move || WatchEvent::Built(site(&root, &folder, making)));
    }

    /// Makes one page alone, and puts it into the site that is served.
    fn build_page(&mut self, before: Arc<Site>, page: PathBuf) {
        let (root, folder) = (self.root.clone(), self.scratch.path().join("site"));
        let file = slashes(&page.with_extension("html"));
        let making = Making {
            memory: self.memory.clone(),
            only: Some(page),
        };
        self.spawn(move || {
            let made = site(&root, &folder, making).ok();
            WatchEvent::BuiltPage(made.and_then(|site| before.with_page(&file, &site)))
        });
    }

    /// One build at a time, beside the loop.
    fn spawn(&mut self, work: impl FnOnce() -> WatchEvent + Send + 'static) {
        let events = self.events.clone();
        let work = move || {
            let _ = events.send(work());
        };
        match thread::Builder::new().name("build".into()).spawn(work) {
            Ok(building) => self.building = Some(building),
            Err(error) => {
                let problem = Diagnostic::somewhere(Text::new(
                    format!("不能启动新线程：{error}"),
                    format!("cannot start a thread: {error}"),
                ));
                let _ = self.events.send(WatchEvent::Built(Err(vec![problem])));
            }
        }
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
    pub fn end(self) {
        self.shared.end();
        let until = Instant::now() + LAST_BUILD_WAIT;
        while Instant::now() < until && self.building.as_ref().is_some_and(|b| !b.is_finished()) {
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

/// Builds into the folder and reads the result into memory.
fn site(root: &Path, folder: &Path, making: Making) -> Result<Site, Vec<Diagnostic>> {
    book::build_as(root, folder, making)?;
    Site::load(folder).map_err(|error| {
        let en = format!("cannot read the built site: {error}");
        let zh = format!("读不出生成的网站：{error}");
        vec![Diagnostic::somewhere(Text::new(zh, en))]
    })
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
