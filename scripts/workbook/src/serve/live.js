// Follows the book while it is being written: reloads when a new build is served and keeps the
// reader's place; shows what is wrong when there is none. All tabs of a browser share one stream.
(() => {
    'use strict';
    const version = document.currentScript.dataset.version;
    const PLACE = 'workbook-place';
    let stream = null;
    let retry = 0;
    let told = '';

    // The nearest element with an id above the top edge, and how far the edge is below it:
    // this survives a change of the text above.
    function keepPlace() {
        let id = '';
        let offset = window.scrollY;
        for (const element of document.querySelectorAll('main [id]')) {
            const top = element.getBoundingClientRect().top;
            if (top > 1) break;
            if (element.getClientRects().length) [id, offset] = [element.id, -top];
        }
        const place = { path: location.pathname, id, offset };
        try { sessionStorage.setItem(PLACE, JSON.stringify(place)); } catch { /* not kept */ }
    }

    function findPlace() {
        let place = null;
        try {
            place = JSON.parse(sessionStorage.getItem(PLACE));
            sessionStorage.removeItem(PLACE);
        } catch { /* nothing kept */ }
        if (!place || place.path !== location.pathname) return;
        const element = place.id && document.getElementById(place.id);
        const top = element ? element.getBoundingClientRect().top + window.scrollY : 0;
        window.scrollTo({ top: top + place.offset, behavior: 'instant' });
    }

    function bilingual(parent, zh, en) {
        for (const [name, lang, words] of [['zh', 'zh-CN', zh], ['en', 'en', en]]) {
            const part = parent.appendChild(document.createElement('span'));
            part.className = name;
            part.lang = lang;
            part.textContent = words;
            if (name === 'zh') parent.append(' ');
        }
    }

    function hide() {
        document.getElementById('workbook-problems')?.remove();
    }

    function show(problems) {
        hide();
        const panel = document.createElement('section');
        panel.id = 'workbook-problems';
        panel.setAttribute('role', 'alert');
        panel.style.cssText = 'position:fixed;inset:auto 0 0 0;z-index:10000;max-height:60vh;overflow:auto;' +
            'box-sizing:border-box;padding:16px 20px;background:#fff4f2;color:#1d1d1d;' +
            'border-top:4px solid #b3261e;font:16px/1.6 system-ui,sans-serif;text-align:start;' +
            'box-shadow:0 -4px 24px rgb(0 0 0 / 30%)';
        const close = panel.appendChild(document.createElement('button'));
        close.type = 'button';
        close.style.cssText = 'float:inline-end;font:inherit;padding:.2em .8em;cursor:pointer;' +
            'color:inherit;background:#fff;border:1px solid #767676;border-radius:4px';
        bilingual(close, '关闭', 'close');
        close.addEventListener('click', hide);
        const title = panel.appendChild(document.createElement('p'));
        title.style.cssText = 'margin:0 0 8px;font-weight:bold';
        bilingual(title, '书有错，这里还是上一次正确的样子。', 'The book has mistakes; this is the last good one.');
        const list = panel.appendChild(document.createElement('ol'));
        list.style.cssText = 'margin:0;padding-inline-start:24px';
        for (const problem of problems) {
            const item = list.appendChild(document.createElement('li'));
            item.style.cssText = 'overflow-wrap:anywhere;white-space:pre-wrap';
            if (problem.place) {
                const place = item.appendChild(document.createElement('code'));
                place.style.cssText = 'font-weight:bold;color:#8c1d18;background:none';
                place.textContent = problem.place;
                item.append(' ');
            }
            bilingual(item, problem.zh, problem.en);
        }
        document.body.append(panel);
    }

    // -- What the server sends -----------------------------------------------------------------

    const handlers = {
        ready(data) {
            told = '';
            hide();
            const served = JSON.parse(data).version;
            if (served && served !== version) {
                keepPlace();
                location.reload();
            }
        },
        broken(data) {
            // After a pause the same state comes again: a closed panel stays closed.
            if (data !== told) show(JSON.parse(data).problems);
            told = data;
        },
        // Told at every connection, so that nothing is missed.
        async exercises() {
            // Nobody else knows how far the reader is, so nobody else loads what shows it.
            await window.workbook?.bring('exercises.js');
            dispatchEvent(new Event('workbook-exercises'));
        },
    };

    // A tab out of sight does nothing until it is looked at; then it does the last of each kind.
    const due = new Map();
    function take(type, data) {
        if (!document.hidden) return handlers[type](data);
        due.set(type === 'exercises' ? type : 'site', [type, data]);
    }
    function seen() {
        const events = [...due.values()];
        due.clear();
        for (const [type, data] of events) handlers[type](data);
    }

    // -- The stream ----------------------------------------------------------------------------

    function follow(tell) {
        leave();
        stream = new EventSource('/__workbook/events');
        for (const type of Object.keys(handlers)) stream.addEventListener(type, event => tell(type, event.data));
        stream.addEventListener('error', () => {
            // The browser connects again by itself, except after a refusal.
            if (stream?.readyState !== EventSource.CLOSED) return;
            leave();
            retry = setTimeout(follow, 3000, tell);
        });
    }

    function leave() {
        clearTimeout(retry);
        stream?.close();
        stream = null;
    }

    // -- One stream for all tabs ---------------------------------------------------------------

    // A browser opens only six connections to a server, whatever the number of tabs. The tab that
    // holds the lock has the stream and tells the others; when it closes, another gets the lock.
    const NAME = 'workbook-live';
    const me = Math.random().toString(36).slice(2);
    let channel = null;
    let queue = null;     // our place among those who wait for the lock
    let release = null;   // gives the lock back
    let last = new Map(); // what the holder of the lock told last, of each kind
    let silence = 0;

    function share() {
        channel = new BroadcastChannel(NAME);
        channel.onmessage = ({ data: { to, from, type, data } }) => {
            if (from) return release && answer(from);
            if (to && to !== me) return;
            clearTimeout(silence);
            if (type) take(type, data);
        };
        stand({ signal: (queue = new AbortController()).signal });
        ask();
    }

    function stand(how) {
        const here = channel;
        navigator.locks.request(NAME, how, () => new Promise(done => {
            release = done;
            clearTimeout(silence);
            last = new Map();
            follow((type, data) => {
                last.set(type === 'exercises' ? type : 'site', [type, data]);
                here.postMessage({ type, data });
                take(type, data);
            });
        })).catch(() => {
            if (channel !== here) return; // this page has been left
            // Another tab has taken the lock, since we were asleep.
            release = null;
            leave();
            stand({ signal: queue.signal });
        });
    }

    /** The present state, for a tab that has just come or come back. */
    function ask() {
        if (release) return;
        channel.postMessage({ from: me });
        clearTimeout(silence);
        // A browser may put a tab to sleep with the lock in its hand.
        silence = setTimeout(() => channel && !document.hidden && stand({ steal: true }), 10000);
    }

    function answer(to) {
        channel.postMessage({ to });
        for (const [type, data] of last.values()) channel.postMessage({ to, type, data });
    }

    function unshare() {
        clearTimeout(silence);
        const gone = channel;
        channel = null;
        queue.abort();
        release?.();
        release = null;
        leave();
        gone.close();
    }

    const together = window.BroadcastChannel && navigator.locks;
    function come() {
        if (together) {
            if (!channel) share();
        } else if (!stream && !document.hidden) follow(take);
    }
    function go() {
        if (!together) leave();
        else if (channel) unshare();
    }

    document.addEventListener('visibilitychange', () => {
        // Alone, a tab out of sight gives its connection back.
        if (document.hidden) return together ? undefined : leave();
        seen();
        if (channel) ask();
        come();
    });
    window.addEventListener('pagehide', go);
    window.addEventListener('pageshow', come);
    document.addEventListener('keydown', event => { if (event.key === 'Escape') hide(); });
    window.addEventListener('load', () => requestAnimationFrame(findPlace));
    come();
})();
