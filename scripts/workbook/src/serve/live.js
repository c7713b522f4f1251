// Follows the book while it is being written: reloads when a new build is served and keeps the
// reader's place; shows what is wrong when there is none.
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
        document.getElementById('workbook-troubles')?.remove();
    }

    function show(troubles) {
        hide();
        const panel = document.createElement('section');
        panel.id = 'workbook-troubles';
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
        for (const trouble of troubles) {
            const item = list.appendChild(document.createElement('li'));
            item.style.cssText = 'overflow-wrap:anywhere;white-space:pre-wrap';
            if (trouble.place) {
                const place = item.appendChild(document.createElement('code'));
                place.style.cssText = 'font-weight:bold;color:#8c1d18;background:none';
                place.textContent = trouble.place;
                item.append(' ');
            }
            bilingual(item, trouble.zh, trouble.en);
        }
        document.body.append(panel);
    }

    function follow() {
        if (stream || document.hidden) return;
        clearTimeout(retry);
        stream = new EventSource('/__workbook/events');
        stream.addEventListener('ready', event => {
            told = '';
            hide();
            const served = JSON.parse(event.data).version;
            if (served && served !== version) {
                keepPlace();
                location.reload();
            }
        });
        stream.addEventListener('broken', event => {
            // After a pause the same state comes again: a closed panel stays closed.
            if (event.data !== told) show(JSON.parse(event.data).troubles);
            told = event.data;
        });
        // Told at every connection, so that nothing is missed while the tab was out of sight.
        stream.addEventListener('exercises', async () => {
            // Nobody else knows how far the reader is, so nobody else loads what shows it.
            await window.workbook?.bring('exercises.js');
            dispatchEvent(new Event('workbook-exercises'));
        });
        stream.addEventListener('error', () => {
            // The browser connects again by itself, except after a refusal.
            if (stream?.readyState !== EventSource.CLOSED) return;
            leave();
            retry = setTimeout(follow, 3000);
        });
    }

    function leave() {
        stream?.close();
        stream = null;
    }

    // A browser opens only six connections to a server: tabs out of sight give theirs back.
    document.addEventListener('visibilitychange', () => document.hidden ? leave() : follow());
    window.addEventListener('pagehide', leave);
    window.addEventListener('pageshow', follow);
    document.addEventListener('keydown', event => { if (event.key === 'Escape') hide(); });
    window.addEventListener('load', () => requestAnimationFrame(findPlace));
    follow();
})();
