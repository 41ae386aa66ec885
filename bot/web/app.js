/* 容错助手 web chat page. Three rules shape this file:
 * - Text from the server or the user only ever becomes text nodes (no innerHTML anywhere).
 * - A message of the user stays in localStorage until the server has it; every retry carries
 *   the same id, so the server can drop a second copy and nothing is lost or doubled.
 * - A message of the server is known by its seq; a seq is shown once, in seq order. */
(() => {
  'use strict';

  const PAGE = 30, LIMIT = 2000, COUNT_FROM = 1800, NEAR = 120; // NEAR: px from the end that count as "at the end"
  const REQUEST_TIMEOUT = 15000, ECHO_TIMEOUT = 8000, TYPING_TIMEOUT = 30000, RETRY_MAX = 10000, PARTED = 20000;
  const OUT = 'rongcuo.out.', BIG = 'rongcuo.big';
  const NOTICE = '网络断开，消息会在恢复后自动重发';
  const NO_SESSION = '会话已失效，请刷新页面；未发送的消息会保留';

  const $ = (id) => document.getElementById(id);
  const { on, el, quiet, parse, uuid, stamp, cn, dayKey, dayName, block, addCopy, addLinks, addFiles, addThumbs, addSave } = window.Rongcuo;
  const root = document.documentElement;
  const log = $('log'), list = $('list'), input = $('input'), jump = $('jump'), older = $('older'), typing = $('typing');

  /* ---------- building one message ---------- */

  let metas = 0;
  function shell(from, time) {
    const id = 'meta' + (++metas), meta = el('div', 'meta', '', { id });
    const node = el('article', 'msg ' + from, '', { 'data-testid': 'message', 'data-from': from, 'aria-labelledby': id });
    meta.append(el('b', '', from === 'me' ? '我' : '容错助手'), ' ', el('time'));
    node.append(meta, el('div', 'body'));
    if (from === 'me') node.append(el('div', 'state'));
    return setTime(node, time);
  }

  function setTime(node, time) {
    const t = node.querySelector('time');
    node.dataset.time = stamp(time);
    t.dateTime = new Date(stamp(time)).toISOString();
    t.textContent = cn(time).slice(11, 16);
    return node;
  }

  function fill(node, msg) {
    const body = node.querySelector('.body'), blocks = (msg.blocks || []).filter((b) => b && b.text);
    if (msg.from === 'me') {
      const text = blocks.map((b) => b.text).join('\n');
      if (body.textContent !== text) body.textContent = ''; // same words: leave the optimistic bubble alone
      if (!body.firstChild) body.append(el('p', '', text));
      return;
    }
    const files = msg.files || [];
    body.append(...blocks.map(block));
    body.hidden = !blocks.length && !files.length;
    node.dataset.current = msg.current ? '1' : '';
    contents.set(node, blocks);
    addCopy(body, blocks);
    addLinks(body, blocks);
    addFiles(body, files);
    if (blocks.some((b) => b.kind === 'signature')) window.Rongcuo.addSignature(body, submit);
    if (blocks.some((b) => b.kind === 'findings')) addSave(body, () => wholeReply(node), msg.time);
    addChoices(node, (msg.choices || []).slice(0, 8));
  }

  // A long reply comes in several messages of one moment, of which only the last has buttons: together they are the result.
  const contents = new WeakMap();
  function wholeReply(node) {
    const isBot = (n) => n && n.dataset.from === 'bot' && n.dataset.time === node.dataset.time;
    const isLast = (n) => n.querySelector('.choices, .enclosed');
    let first = node;
    while (isBot(first.previousElementSibling) && !isLast(first.previousElementSibling)) first = first.previousElementSibling;
    const blocks = [];
    for (let n = first; isBot(n); n = isLast(n) ? null : n.nextElementSibling) blocks.push(...contents.get(n));
    return blocks;
  }

  function addChoices(node, choices) {
    if (!choices.length) return;
    const box = el('div', 'choices', '', { role: 'group', 'aria-label': '可选操作' });
    for (const c of choices) {
      const cls = Array.from(c.label).length > 9 ? 'choice long' : 'choice';
      const button = el('button', cls, c.label, { 'data-testid': 'choice', 'aria-pressed': 'false' });
      let last = -1e9;
      on(button, 'click', (e) => {
        if (e.timeStamp - last < 800) return; // a trembling double tap is one press
        last = e.timeStamp;
        button.setAttribute('aria-pressed', 'true');
        submit({ choice: c.id, label: c.label });
      });
      box.append(button);
    }
    node.append(box);
  }

  /* ---------- the list ---------- */

  const seen = new Set();
  let firstSeq = Infinity, lastSeq = 0, hasMore = false, loaded = false;

  // Unsent messages stand last. A failed one keeps the place where it failed, so the talk can go on below it.
  const rank = (n) => (n.dataset.seq ? +n.dataset.seq : n.dataset.after ? +n.dataset.after + 0.5 : Infinity);

  function insert(node) {
    const others = Array.from(list.querySelectorAll('.msg')).filter((n) => n !== node);
    let i = others.length;
    while (i && rank(others[i - 1]) > rank(node)) i--;
    let next = node.nextElementSibling;
    while (next && !next.classList.contains('msg')) next = next.nextElementSibling;
    // Not moved without need: a move loses the focus and is read out again.
    if (!node.parentNode || next !== (others[i] || null)) list.insertBefore(node, others[i] || null);
  }

  // Shows one message of the server; returns its node when it is new on the page.
  function place(msg) {
    if (!msg || seen.has(msg.seq)) return null;
    seen.add(msg.seq);
    firstSeq = Math.min(firstSeq, msg.seq);
    lastSeq = Math.max(lastSeq, msg.seq);
    const item = msg.from === 'me' && msg.client_id && outbox.find((i) => i.id === msg.client_id);
    const node = item ? setTime(item.node, msg.time) : shell(msg.from === 'me' ? 'me' : 'bot', msg.time);
    if (item) forget(item);
    node.dataset.seq = msg.seq;
    fill(node, msg);
    if (msg.from === 'me') paint(node, 'sent');
    insert(node);
    return item ? null : node;
  }

  // Day lines, current buttons, choices taken: derived anew from the order of the list.
  function refresh() {
    let day = '', lastBot = null, lastMe = null, answer = [];
    const isDay = (n) => n && n.className === 'day';
    for (const n of Array.from(list.children)) {
      let line = isDay(n.previousElementSibling) ? n.previousElementSibling : null;
      if (isDay(n)) { if (line) line.remove(); continue; }
      const key = dayKey(+n.dataset.time);
      if (key === day) { if (line) line.remove(); } else {
        if (!line) line = list.insertBefore(el('div', 'day'), n);
        if (line.textContent !== dayName(key)) line.textContent = dayName(key);
      }
      day = key;
      n.classList.remove('current', 'latest');
      if (n.dataset.from === 'bot') { lastBot = n; lastMe = null; answer.push(n); continue; } // an answer shows that it arrived
      // After a reload the page no longer knows what was pressed; the user's next words tell it.
      const words = n.querySelector('.body').textContent;
      answer.forEach((bot) => bot.querySelectorAll('.choice').forEach((b) => { if (b.textContent === words) b.setAttribute('aria-pressed', 'true'); }));
      answer = [];
      lastMe = n;
    }
    if (isDay(list.lastElementChild)) list.lastElementChild.remove();
    if (lastBot && lastBot.dataset.current) lastBot.classList.add('current');
    if (lastMe) lastMe.classList.add('latest');
    $('empty').hidden = loaded || list.children.length > 0;
    $('welcome').hidden = !loaded || list.children.length > 0;
    older.hidden = !hasMore;
  }

  // New messages at the end, from the event stream or fetched after a break.
  function receive(messages) {
    messages = messages.filter((m) => m && !seen.has(m.seq));
    if (!messages.length) return;
    const follow = nearBottom(), fresh = messages.map(place).filter(Boolean);
    fresh.forEach((n) => n.classList.add('fresh'));
    refresh();
    messages.forEach((m) => setMenu(m.menu, m.role));
    const bots = fresh.filter((n) => n.dataset.from === 'bot').length;
    if (bots) showTyping(false);
    if (bots && document.hidden) setUnread(unread + bots);
    // A long answer is shown from its first line: the conclusion stands on top.
    if (follow) { if (fresh.length) toNode(fresh[0]); else toBottom(); }
    else if (fresh.length) { jumpTo = jumpTo || fresh[0]; jump.hidden = false; }
    near = nearBottom();
  }

  /* ---------- scrolling ---------- */

  let near = true, jumpTo = null;
  const nearBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  const topOf = (n) => n.getBoundingClientRect().top - log.getBoundingClientRect().top;
  const toBottom = () => { log.scrollTop = log.scrollHeight; };
  const toNode = (n) => { log.scrollTop += topOf(n) - 12; };
  const dropJump = () => { jumpTo = null; jump.hidden = true; };

  // Runs a change that moves the text and puts the message being read back where it was.
  function keepPlace(change) {
    const anchor = Array.from(list.querySelectorAll('.msg')).find((n) => topOf(n) + n.offsetHeight > 0);
    const was = anchor && topOf(anchor);
    change();
    if (anchor) log.scrollTop += topOf(anchor) - was;
  }

  on(log, 'scroll', () => { near = nearBottom(); if (near) dropJump(); }, { passive: true });
  on(jump, 'click', () => {
    if (jumpTo && jumpTo.isConnected) toNode(jumpTo); else toBottom();
    dropJump();
    log.focus({ preventScroll: true });
  });
  // The keyboard opening, the notice or a growing input shrink the list: whoever was at the end stays there.
  if (window.ResizeObserver) new ResizeObserver(() => { if (near) toBottom(); }).observe(log);

  /* ---------- outbox ---------- */

  // States: sending, queued (no connection, goes out by itself), failed (refused, the user decides), sent.
  const outbox = [];
  const open = (item) => item.state === 'sending' || item.state === 'queued';

  // One storage key for each message, so that two open tabs do not overwrite each other's queue.
  const save = (item) => quiet(() => localStorage.setItem(OUT + item.id, JSON.stringify({ ...item, node: undefined, thumbs: undefined })));
  const unsave = (item) => quiet(() => localStorage.removeItem(OUT + item.id));

  const forget = (item) => { outbox.splice(outbox.indexOf(item), 1); unsave(item); };

  function mark(item, state, error) {
    if (!outbox.includes(item)) return; // its echo came first
    Object.assign(item, { state, error: error || '', after: state === 'failed' ? lastSeq : '' });
    item.node.dataset.after = item.after;
    save(item);
    paint(item.node, state, item);
  }

  function paint(node, state, item) {
    const line = node.querySelector('.state'), error = item && item.error;
    const words = { sending: '发送中…', sent: '已送达', queued: '未发送，恢复后自动重发', failed: '未发送：' + error }[state];
    if (line.textContent === words) return;
    line.className = 'state ' + state;
    line.textContent = '';
    line.append(el('span', '', words));
    const button = (label, run, attributes) => {
      const b = el('button', '', label, attributes);
      on(b, 'click', () => { log.focus({ preventScroll: true }); run(); }); // the pressed button goes away
      line.append(b);
    };
    if (state === 'queued' || state === 'failed') button('重发', () => { mark(item, 'sending'); toEnd(item); }, { 'data-testid': 'resend' });
    if (state === 'failed') button('删除', () => { forget(item); node.remove(); refresh(); });
  }

  function show(item) {
    item.node = shell('me', item.at);
    item.node.dataset.after = item.after || '';
    fill(item.node, { from: 'me', blocks: [{ text: item.label || item.text }] });
    addThumbs(item.node.querySelector('.body'), item.thumbs);
    outbox.push(item);
    paint(item.node, item.state, item);
    insert(item.node);
  }

  function submit(what) {
    // Strictly rising times keep the order of the queue over a reload.
    const item = { id: uuid(), at: Math.max(Date.now(), ...outbox.map((i) => i.at + 1)), state: 'sending', ...what };
    save(item);
    show(item);
    dropJump();
    toEnd(item);
  }

  function toEnd(item) {
    insert(item.node);
    refresh();
    toBottom();
    pump();
  }

  function restore() {
    const keys = quiet(() => Object.keys(localStorage), []).filter((k) => k.startsWith(OUT));
    const items = keys.map((k) => parse(localStorage.getItem(k))).filter((i) => i && i.id && (i.text || i.choice || i.files));
    // Sent but not yet come back: shown for a while, the history brings it.
    const stale = (item) => item.state === 'sent' && Date.now() - item.at > 120000;
    items.sort((a, b) => a.at - b.at).forEach((item) => (stale(item) ? unsave(item) : show(item)));
  }

  // One message at a time, oldest first: the order of the user is the order at the server.
  let pumping = false;
  async function pump() {
    if (pumping) return;
    pumping = true;
    let item, ok = true;
    while (ok && (item = outbox.find(open))) ok = await post(item);
    pumping = false;
  }

  async function post(item) {
    let response, error;
    try {
      const { id, text, choice, files } = item; // what is undefined is left out
      const wait = Date.now() - item.at; // without signal: the inspection counts from when it was written
      response = await say('/api/messages', choice ? { id, choice } : { id, text, files, waited: wait > 60000 ? wait : undefined });
      error = (await response.json().catch(() => null) || {}).error;
    } catch (e) { return hold(); }
    const status = response.status;
    if (response.ok) {
      tries = 0;
      mark(item, 'sent');
      // Accepted but nothing comes back: phones leave dead event streams behind that look open.
      setTimeout(() => { if (outbox.includes(item)) connect(); }, ECHO_TIMEOUT);
      return true;
    }
    // A gateway error without our own text is as good as no connection. And a queue going out
    // in one burst may meet the rate limit: it waits, the user did nothing wrong.
    if ((status >= 500 && !error) || ((status === 429 || status === 503) && item.state === 'queued')) return hold();
    mark(item, 'failed', error || (status === 401 || status === 403 ? NO_SESSION : `发送失败（错误 ${status}），请稍后重发`));
    if (outbox.includes(item)) insert(item.node);
    refresh();
    if (near) toBottom();
    return true;
  }

  function hold() {
    outbox.filter(open).forEach((i) => mark(i, 'queued'));
    if (near) toBottom();
    later(NOTICE);
    return false;
  }

  /* ---------- connection ---------- */

  let stream = null, attempt = 0, tries = 0, timer = 0, grace = 0, opened = 0;

  async function request(url, options) {
    const stop = new AbortController(), limit = setTimeout(() => stop.abort(), REQUEST_TIMEOUT);
    try {
      return await fetch(url, { credentials: 'same-origin', cache: 'no-store', signal: stop.signal, ...options });
    } finally { clearTimeout(limit); }
  }

  const say = (url, what) => request(url, { method: 'POST', body: JSON.stringify(what), headers: { 'Content-Type': 'application/json', 'X-Rongcuo': '1' } });

  async function history(before) {
    const response = await request(`/api/history?limit=${PAGE}` + (before ? `&before=${before}` : ''));
    if (!response.ok) throw response;
    return response.json();
  }

  function notice(text) { if ($('offline').textContent !== text) $('offline').textContent = text; } // unchanged: not read out again

  function hangUp() {
    clearTimeout(timer);
    if (stream) stream.close();
    stream = null;
    return ++attempt;
  }

  // Tries again after a growing pause. When only the stream broke, the notice waits a moment.
  function later(text) {
    hangUp();
    if (opened && Date.now() - opened > 5000) tries = 0; // but a stream that breaks at once must not be hammered
    opened = 0;
    showTyping(false);
    timer = setTimeout(connect, Math.min(RETRY_MAX, 500 * 2 ** tries++) * (0.75 + Math.random() / 2));
    if (text || navigator.onLine === false) notice(text || NOTICE);
    else if (!grace) grace = setTimeout(notice, 1500, NOTICE);
  }

  async function connect() {
    const mine = hangUp();
    try { await catchUp(); } catch (e) {
      if (mine === attempt) later(e.status === 401 || e.status === 403 ? NO_SESSION : NOTICE);
      return;
    }
    if (mine !== attempt) return;
    pump(); // some networks block event streams only; sending still works there
    timer = setTimeout(later, REQUEST_TIMEOUT);
    stream = new EventSource(`/api/events?after=${settled()}`);
    on(stream, 'open', () => {
      clearTimeout(timer);
      clearTimeout(grace);
      grace = 0;
      opened = Date.now();
      if (navigator.onLine !== false) notice('');
    });
    // Not left to EventSource: it would come back with the old "after" and gives up for good on an error status.
    on(stream, 'error', () => { if (mine === attempt) later(); });
    on(stream, 'message', (e) => receive([parse(e.data)]));
    on(stream, 'typing', (e) => showTyping((parse(e.data) || {}).on !== false));
    // Too many tabs: a newer one took this stream. This one looks again when it is used, or now and then.
    on(stream, 'parted', () => {
      hangUp();
      timer = setTimeout(connect, PARTED);
    });
  }

  // Two messages of one moment may be committed out of order: what is shown of the last seconds is asked for again.
  function settled() {
    const shown = Array.from(list.querySelectorAll('.msg[data-seq]'));
    const newest = Math.max(...shown.map((n) => +n.dataset.time));
    let last = firstSeq < Infinity ? firstSeq - 1 : 0;
    for (const n of shown) {
      if (+n.dataset.time > newest - 6000) break;
      last = +n.dataset.seq;
    }
    return last;
  }

  // The newest page at first; after a break, page by page back to what is already shown, so no gap remains.
  async function catchUp() {
    let data = await history();
    const messages = data.messages.slice(), first = data;
    while (loaded && data.more && data.messages.length && data.messages[0].seq > lastSeq) {
      data = await history(data.messages[0].seq);
      messages.unshift(...data.messages);
    }
    if (loaded) { receive(messages); refresh(); setPlace(first); return; }
    loaded = true;
    title = data.title || title;
    setUnread(0);
    addOld(data);
    setPlace(data);
    toBottom();
    enter();
  }

  function addOld(data) {
    log.setAttribute('aria-busy', 'true'); // the old talk is not read out
    hasMore = data.more;
    data.messages.forEach(place);
    refresh();
    setTimeout(() => log.removeAttribute('aria-busy'), 100);
  }

  on(older, 'click', async () => {
    if (older.getAttribute('aria-disabled')) return;
    older.setAttribute('aria-disabled', 'true'); // not "disabled": that would drop the keyboard focus
    older.textContent = '正在加载…';
    try {
      const data = await history(firstSeq);
      keepPlace(() => addOld(data));
      if (!hasMore) log.focus({ preventScroll: true });
    } catch (e) { $('live').textContent = '加载失败，请稍后再试'; }
    older.textContent = '更早的消息';
    older.removeAttribute('aria-disabled');
  });

  let hiddenAt = 0;
  on(window, 'online', () => { tries = 0; connect(); });
  on(window, 'offline', () => later(NOTICE));
  on(window, 'focus', () => { if (!stream && loaded) connect(); });
  on(window, 'pageshow', (e) => { if (e.persisted) connect(); });
  on(document, 'visibilitychange', () => {
    if (document.hidden) { hiddenAt = Date.now(); return; }
    setUnread(0);
    refresh(); // 今天 may have become 昨天
    if (Date.now() - hiddenAt > 20000) { tries = 0; connect(); } // phones cut streams of sleeping pages without telling
  });

  /* ---------- role: its lasting menu, demo seats, deep links ---------- */

  const quick = $('quick'), seats = $('seats'), seat = $('seat'), seatList = $('seatlist');

  function setPlace(data) {
    setMenu(data.menu, data.role);
    setSeats(data.seats);
  }

  function setMenu(labels, role) {
    if (!labels || !labels.length) return;
    if (Array.from(quick.children, (b) => b.textContent).join() !== labels.join()) { // the same: the focus stays
      const focused = quick.contains(document.activeElement);
      quick.textContent = '';
      quick.append(...labels.map((label) => el('button', '', label, { 'data-text': label })));
      quick.scrollLeft = 0;
      if (focused) log.focus({ preventScroll: true });
    }
    const name = role && role !== '访客' ? role : '';
    $('role').textContent = name;
    root.classList.toggle('has-role', Boolean(name));
  }

  function setSeats(all) { // in demo mode only
    seats.hidden = !all;
    if (!all) return;
    const current = all.find((s) => s.current);
    seat.textContent = '演示座位：' + (current ? current.label : '访客');
    if (!seatList.children.length) {
      seatList.append(...all.map((s) => el('button', '', s.label, { 'data-seat': s.id, 'data-testid': 'seat' })));
    }
    Array.from(seatList.children).forEach((b, i) => b.setAttribute('aria-pressed', String(all[i].current)));
  }

  function openSeats(shown) {
    seatList.hidden = !shown;
    seat.setAttribute('aria-expanded', String(shown));
  }
  on(seat, 'click', () => openSeats(seatList.hidden));
  on(seats, 'keydown', (e) => { if (e.key === 'Escape') { openSeats(false); seat.focus(); } });
  on(seatList, 'click', async (e) => {
    const id = e.target.dataset.seat;
    if (!id || seats.getAttribute('aria-busy')) return;
    seats.setAttribute('aria-busy', 'true');
    seat.focus({ preventScroll: true }); // the pressed button goes away
    openSeats(false);
    toBottom();
    try {
      const response = await say('/api/seat', { seat: id });
      if (!response.ok) throw new Error((await response.json()).error);
      setPlace(await history());
    } catch (error) { notice(error.message && /[\u4e00-\u9fff]/.test(error.message) ? error.message : NOTICE); }
    seats.removeAttribute('aria-busy');
  });

  // #bind=…: a one-time code. It leaves the address bar at once, and is sent when the talk so far is there.
  let code = '';
  function readCode() {
    const found = /^#bind=(.*)$/.exec(location.hash);
    if (!found) return;
    window.history.replaceState(null, '', location.pathname + location.search);
    code = /^[A-Za-z0-9_-]{8,64}$/.test(found[1]) ? found[1] : '';
    enter();
  }
  function enter() {
    if (!loaded || !code) return;
    const text = '/start ' + code;
    code = '';
    submit({ text, label: '扫码进入' });
  }
  on(window, 'hashchange', readCode);

  /* ---------- typing, title, switch, input ---------- */

  let typingTimer = 0, unread = 0, title = document.title;

  function showTyping(shown) {
    const follow = nearBottom();
    clearTimeout(typingTimer);
    if (shown) typingTimer = setTimeout(showTyping, TYPING_TIMEOUT, false);
    if (typing.hidden !== shown) return;
    typing.hidden = !shown;
    if (shown && follow) toBottom();
  }

  function setUnread(n) { unread = n; document.title = n ? `(${n}) ${title}` : title; }

  function setBig(big) {
    const stay = near;
    keepPlace(() => root.classList.toggle('big', big));
    $('bigtext').setAttribute('aria-pressed', String(big));
    quiet(() => localStorage.setItem(BIG, big ? '1' : ''));
    grow();
    fit();
    if (stay) toBottom();
  }
  on($('bigtext'), 'click', () => setBig(!root.classList.contains('big')));

  function grow() {
    const n = input.value.length, count = $('count');
    input.style.height = 'auto';
    input.style.height = input.scrollHeight + 2 + 'px'; // 2 = borders; style.css caps it at 5 lines
    count.hidden = n < COUNT_FROM;
    count.className = n >= LIMIT ? 'count full' : 'count';
    count.textContent = `${n}/${LIMIT}` + (n >= LIMIT ? '，已到字数上限' : '');
  }

  const tray = window.Rongcuo.tray(send);

  function send() {
    const text = input.value.trim().slice(0, LIMIT), state = tray.state();
    if (state === 'busy') { tray.want(); return; }
    if (state === 'refused') { tray.complain(); return; }
    const files = tray.take();
    if (!text && !files.length) return;
    input.value = '';
    grow();
    if (!files.length) { submit({ text }); return; }
    const label = [text, ...named(files)].filter(Boolean).join('\n');
    submit({ text, files: files.map((f) => f.id), label, thumbs: files.map((f) => f.thumb).filter(Boolean) });
  }

  // As the transcript names them: pictures by their number, documents by their names.
  function named(files) {
    const pictures = files.filter((f) => f.mime.startsWith('image/')).length;
    const documents = files.filter((f) => !f.mime.startsWith('image/')).map((f) => `［文件］${f.name}`);
    return pictures ? [`［照片］${pictures}张`, ...documents] : documents;
  }
  on(input, 'input', grow);
  on(input, 'keydown', (e) => {
    // 229 and isComposing: Enter that only picks a word in the input method.
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return;
    e.preventDefault();
    send();
  });
  on($('form'), 'submit', (e) => { e.preventDefault(); send(); });
  on($('send'), 'mousedown', (e) => e.preventDefault()); // the keyboard stays open
  [quick, $('welcome')].forEach((box) => on(box, 'click', (e) => { if (e.target.dataset.text) submit({ text: e.target.dataset.text }); }));

  // iOS lays its keyboard over the page: only visualViewport tells what is left. Pinch zoom must not resize the page.
  const view = window.visualViewport;
  function fit() {
    if (view && view.scale > 1.02) return;
    const height = view ? view.height : window.innerHeight;
    root.classList.toggle('fitted', Boolean(view));
    root.style.setProperty('--vv-height', height + 'px');
    root.style.setProperty('--vv-top', (view ? view.offsetTop : 0) + 'px');
    root.classList.toggle('short', height < 460);
    root.classList.toggle('tiny', height < (root.classList.contains('big') ? 460 : 360));
  }
  ['resize', 'scroll'].forEach((type) => { if (view) on(view, type, fit); });
  on(window, 'resize', fit);

  readCode();
  setBig(quiet(() => localStorage.getItem(BIG)) === '1');
  restore();
  refresh();
  if (navigator.onLine === false) notice(NOTICE);
  connect();
})();
