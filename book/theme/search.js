// mdBook's index has no Chinese words, but it keeps the whole text of every section. A query with Han characters is
// matched against that text; results of every query are shown in the reader's language, with the hit in sight.
// Width, case, traditional characters, "_" and "-" make no difference; words that have a place of their own (`places.js`)
// lead there first.
"use strict";

(() => {
  const list = document.getElementById("mdbook-searchresults");
  const header = document.getElementById("mdbook-searchresults-header");
  const bar = document.getElementById("mdbook-searchbar");
  if (!window.elasticlunr || !list) return;

  const HAN = /\p{Script=Han}/u;
  const BEFORE = 24, LENGTH = 110;
  let found = [], terms = [];

  // Each traditional character before the simplified one, for the characters of this book.
  const SIMPLIFIED = [...("丟丢並并乾干亂乱佈布佔占併并來来侷局係系俬私倉仓個个們们側侧備备傢家傳传僞伪價价儘尽優优儲储兒儿內内兩两冊册別别則则剋克剛刚創创劃划動动務务區区協协卻却參参員员唸念問问啓启喫吃單单嗎吗嘗尝噹当嚇吓嚐尝" +
    "嚮向嚴严國国圍围園园圖图執执堅坚報报場场塊块壓压壞坏壽寿夠够夾夹學学實实寫写寬宽專专對对導导層层屬属師师帶带幀帧幫帮幹干幾几庫库廠厂廢废廣广張张強强彆别彈弹彔录後后徑径從从復复愛爱態态憑凭應应戶户拋抛" +
    "捱挨掛挂換换揮挥揹背損损搶抢摺折擁拥擇择擊击擋挡據据擬拟擱搁擴扩擾扰攔拦攢攒敗败數数斷断於于時时暫暂曏向書书會会朮术東东條条棄弃棟栋棧栈業业極极構构樓楼標标樣样樹树橋桥機机檔档檢检檯台欄栏權权歡欢歸归" +
    "氣气氾泛汎泛決决沒没沖冲況况減减測测準准溫温滿满漢汉漲涨潰溃瀏浏無无煩烦熱热營营爲为牆墙牠它狀状獨独獲获現现環环產产畫画異异當当疊叠發发盡尽監监盤盘瞭了確确碼码祇只禮礼種种稱称積积穩稳穫获筆笔箇个節节" +
    "範范簡简簽签籤签紀纪約约紋纹純纯級级終终組组結结絕绝絞绞絡络給给統统絲丝綁绑經经網网綴缀緊紧線线緣缘編编緩缓練练緻致縮缩縴纤總总織织繞绕繫系繼继續续纔才纖纤義义習习聯联聲声職职聽听脩修腦脑腳脚臨临臺台" +
    "與与舉举舊旧萬万蒐搜蓋盖蔘参藉借處处虛虚號号虧亏術术衕同衝冲裏里補补裝装製制複复覈核見见規规覺觉覽览觀观計计討讨記记訣诀訪访設设許许訴诉註注証证評评詞词詢询試试話话該该誌志認认語语誤误說说誰谁課课調调" +
    "談谈請请論论諧谐謂谓謊谎講讲謝谢證证識识譯译議议護护讀读變变讓让豎竖負负責责貴贵買买費费貼贴資资質质賬账賴赖趕赶跡迹蹟迹車车軟软較较載载輕轻輪轮輯辑輸输轉转辦办迴回這这連连進进運运過过達达遞递遠远適适" +
    "遲迟選选還还邊边郵邮鄰邻釋释針针鈅钥鈕钮鈡钟銅铜錄录錢钱錯错錶表鍊链鍵键鍼针鍾钟鎖锁鏈链鐘钟鑑鉴鑒鉴鑰钥長长門门閉闭開开閑闲閒闲間间閤合闆板關关陣阵隊队際际隨随險险隱隐隻只雖虽雙双雜杂離离難难電电靜静" +
    "韆千響响頁页頂顶項项順顺須须預预頒颁頭头頻频題题額额顏颜願愿顛颠類类顯显颱台餘余馬马騙骗騰腾驗验體体髮发鬆松鬚须鮑鲍麗丽麪面麼么點点齊齐齣出")];
  const simplified = new Map();
  for (let i = 0; i < SIMPLIFIED.length; i += 2) simplified.set(SIMPLIFIED[i], SIMPLIFIED[i + 1]);

  /** "ＴＣＰ 網路" → "tcp 网路" */
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\p{Script=Han}/gu, (c) => simplified.get(c) ?? c);
  /** "TIME_WAIT", "time-wait" → "timewait" */
  const key = (text) => plain(text).replace(/[\s_-]+/g, "");
  const places = new Map(Object.entries(workbook.places ?? {}).map(([words, place]) => [key(words), place]));

  /** "传输层TCP 端口" → ["传输层", "tcp", "端口"] */
  function split(query) {
    return query.match(/[\p{Script=Han}ー々]+|[^\s\p{Script=Han}\p{P}]+(?:[-_.:/][^\s\p{Script=Han}\p{P}]+)*/gu) ?? [];
  }

  function count(text, term) {
    let times = 0;
    for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) times++;
    return times;
  }

  /** All terms must occur; a hit in the title weighs more than any number in the body. */
  function score(doc, wanted, ref) {
    // At the top of a page, its name in the table of contents counts as its title, too.
    const urls = window.search.doc_urls, pageOf = (at) => urls[at]?.split("#")[0];
    const opening = pageOf(ref) !== pageOf(ref - 1);
    const title = (opening ? doc.breadcrumbs.split(" » ").slice(-2).join(" ") : doc.title).toLowerCase(), body = doc.body.toLowerCase();
    let sum = 0;
    for (const term of wanted) {
      const inTitle = count(title, term), inBody = count(body, term);
      if (inTitle + inBody === 0) return 0;
      sum += (inTitle ? 20 : 0) + Math.min(10, inBody) + (inTitle === 1 && title.startsWith(term) ? 5 : 0);
    }
    return sum;
  }

  /** Nothing holds the whole phrase ("什么是套接字"): take what holds most of its pairs of characters. */
  function loose(doc, wanted) {
    const pairs = wanted.flatMap((term) => HAN.test(term) && term.length > 2
      ? Array.from({ length: term.length - 1 }, (_, i) => term.slice(i, i + 2)) : [term]);
    const text = (doc.title + " " + doc.body).toLowerCase();
    const share = pairs.filter((p) => text.includes(p)).length / pairs.length;
    return share >= 0.6 ? share : 0;
  }

  function substrings(index, wanted) {
    const docs = Object.entries(index.documentStore.docs);
    const by = (judge) => docs
      .map(([ref, doc]) => ({ ref, doc, score: judge(doc, wanted, +ref) }))
      .filter((result) => result.score > 0)
      .sort((a, b) => b.score - a.score || a.ref - b.ref);
    const exact = by(score);
    return exact.length ? exact : by(loose);
  }

  const search = elasticlunr.Index.prototype.search;
  elasticlunr.Index.prototype.search = function (typed, options) {
    const query = plain(typed);
    terms = split(query);
    found = HAN.test(query) ? substrings(this, terms) : search.call(this, query, options);
    // mdBook's index divides text at "-" and knows no signs.
    if (!found.length && /[_-]/.test(query)) found = search.call(this, query.replace(/[_-]+/g, " "), options);
    if (!found.length) found = substrings(this, query.split(/\s+/).filter(Boolean));
    const place = places.get(key(typed)), ref = String(window.search.doc_urls.indexOf(place));
    const doc = place && this.documentStore.docs[ref];
    if (doc) found = [{ ref, doc, score: Infinity }, ...found.filter((one) => one.ref !== ref)];
    return found;
  };

  // -- What the reader sees ----------------------------------------------------------------------------------------

  const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

  /** A section's text alternates between the languages, block by block: runs without Han that are long enough to be
      prose or code are the English half; everything else belongs to the Chinese half. */
  function halves(text) {
    const zh = [], en = [];
    for (const run of text.match(/[^\p{Script=Han}，。；：？！、（）《》“”]+|[\p{Script=Han}，。；：？！、（）《》“”]+/gu) ?? [])
      (!HAN.test(run) && (run.match(/[A-Za-z]{2,}/g) ?? []).length > 5 ? en : zh).push(run);
    return { zh: zh.join(""), en: en.join(" … ") };
  }

  const title = (crumbs, en) => crumbs.split(" » ")
    .map((part) => (part.includes(" · ") ? part.split(/ · (?=[^·]*$)/)[en] : part).trim())
    .filter((part, i, all) => part && part !== all[i - 1]).join(" › ");

  const patterns = () => terms.map((term) => HAN.test(term)
    ? term : `\\b${(elasticlunr.stemmer?.(term) ?? term).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}[\\w]*`);

  function snippet(text, words) {
    const all = new RegExp(words.join("|") || "$^", "giu");
    const first = text.search(all);
    let from = Math.max(0, first - BEFORE);
    const gap = text.slice(from, first).search(/[\s，。；：？！、]/);
    if (from > 0 && gap >= 0) from += gap + 1;
    const cut = text.slice(from, from + LENGTH).trim();
    const marked = escape(cut).replace(all, "<em>$&</em>");
    return { hit: first >= 0, html: (from > 0 ? "… " : "") + marked + (from + LENGTH < text.length ? " …" : "") };
  }

  function show() {
    const words = patterns();
    [...list.children].forEach((item, i) => {
      const doc = found[i]?.doc, link = item.querySelector("a"), teaser = item.querySelector(".teaser");
      if (!doc || !link || item.dataset.shown) return;
      item.dataset.shown = "yes";
      link.innerHTML = workbook.pair(escape(title(doc.breadcrumbs, 0)), escape(title(doc.breadcrumbs, 1)));
      const half = halves(doc.body);
      const zh = snippet(half.zh, words), en = snippet(half.en, words);
      teaser.removeAttribute("aria-label");
      teaser.innerHTML = workbook.pair((zh.hit || !en.hit ? zh : en).html, (en.hit || !zh.hit ? en : zh).html);
    });
    const n = list.children.length, what = escape(bar.value.trim());
    const wanted = workbook.pair(n ? `“${what}”：${n} 处` : `没有找到“${what}”`,
      n ? `${n} ${n === 1 ? "result" : "results"} for “${what}”` : `No results for “${what}”`);
    if (header.innerHTML !== wanted) header.innerHTML = wanted;
  }

  header.setAttribute("role", "status");
  const watch = new MutationObserver(() => { show(); watch.takeRecords(); });
  watch.observe(list, { childList: true });
  watch.observe(header, { childList: true });

  // While a Chinese word is being composed, Enter and arrows belong to the input method, not to the result list.
  bar.addEventListener("keydown", (event) => { if (event.isComposing || event.keyCode === 229) event.stopPropagation(); });

  // A page opened with ?search= may have searched before this script ran: search once more. mdBook does not search for
  // the same words twice in a row, so something else comes between.
  if (bar.value) {
    const query = bar.value;
    for (bar.value of ["…", query]) bar.dispatchEvent(new KeyboardEvent("keyup"));
  }
})();
