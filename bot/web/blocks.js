/* What a message is made of: paragraphs, quotations, conditions, files. Everything becomes text nodes, never markup.
 * The page's other scripts find these pieces in window.Rongcuo. */
(() => {
  'use strict';

  const on = (target, type, run, options) => target.addEventListener(type, run, options);
  const live = document.getElementById('live');

  function el(tag, cls, text, attributes) {
    const n = document.createElement(tag);
    if (tag === 'button') n.type = 'button';
    if (cls) n.className = cls;
    if (text) n.textContent = text;
    Object.entries(attributes || {}).forEach(([k, v]) => n.setAttribute(k, v));
    return n;
  }

  // localStorage throws in some private modes and when full; the page then works from memory only.
  const quiet = (run, otherwise) => { try { return run(); } catch (e) { return otherwise; } };
  const parse = (text) => quiet(() => JSON.parse(text), null);

  function uuid() { // crypto.randomUUID is missing on plain http and in older WebViews
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64; b[8] = (b[8] & 63) | 128;
    const hex = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /* ---------- time: always China time, whatever zone the device is set to ---------- */

  const stamp = (time) => new Date(time).getTime() || Date.now();
  const cn = (time) => new Date(stamp(time) + 8 * 3600e3).toISOString(); // read its digits, not its zone
  const dayKey = (time) => cn(time).slice(0, 10);
  function dayName(key) {
    const today = dayKey(Date.now()), d = new Date(key);
    if (key === today) return '今天';
    if (key === dayKey(Date.now() - 864e5)) return '昨天';
    const year = key.slice(0, 4) === today.slice(0, 4) ? '' : key.slice(0, 4) + '年';
    return `${year}${d.getUTCMonth() + 1}月${d.getUTCDate()}日 星期${'日一二三四五六'[d.getUTCDay()]}`;
  }

  /* ---------- building one message ---------- */

  const NUMBERED = /^\s*(\d+\s*[.、．)）]|[（(]?[一二三四五六七八九十\d]+[）)、]|[①-⑳•·\-–])/;
  const FINDING = /^(\s*\d+\s*[.、．]\s*)?(不满足|满足|不清楚)\s*[：:]\s*(.*)$/;
  const SIGNS = { 满足: ['met', '✓'], 不满足: ['unmet', '✗'], 不清楚: ['unclear', '？'] };

  // A line of a self-check: its number, whether the condition is met, and the condition; null for any other line.
  function finding(line) {
    const found = FINDING.exec(line);
    if (!found) return null;
    const [status, sign] = SIGNS[found[2]];
    return { number: found[1] || '', status, sign, word: found[2], rest: found[3] };
  }

  const BLOCKS = new Map(Object.entries({
    lead: (t) => { const p = el('p', 'lead'); p.append(el('strong', '', t)); return p; },
    quote: (t) => {
      const box = el('div', 'said'), quote = el('blockquote', 'quote', '', { 'aria-label': '原文' });
      // 1、…；2、…: each on a line of its own to read; the words themselves stay as they are.
      t.replace(/([：；;。])(?=(?:\d{1,2}[、．]|[（(]\d{1,2}[）)]|[①-⑳]))/g, '$1\0').split('\0').forEach((line) => quote.append(el('span', '', line)));
      box.append(quote);
      return box;
    },
    citation: (t) => {
      const p = el('p', 'citation');
      // 文件 · 条款 · 地区: the document has a line of its own; a line may break after a dot, never before one.
      t.split(' · ').forEach((part, i, all) => {
        const span = el('span', i ? '' : 'document', part);
        if (i < all.length - 1) span.append(el('span', 'dot', ' · '));
        p.append(span);
      });
      return p;
    },
    note: (t) => el('p', 'note', t),
    end: (t) => el('p', 'end', t),
    list: (t) => {
      const lines = t.split('\n').filter((line) => line.trim());
      // Entries that bring their own number get no dot; the role is for Safari, which drops it from such lists.
      const ul = el('ul', lines.every((line) => NUMBERED.test(line)) ? 'list bare' : 'list', '', { role: 'list' });
      const digits = Math.max(...lines.map((line) => (/^\s*(\d*)/.exec(line)[1].length)));
      if (digits) ul.classList.add(digits > 1 ? 'tens' : 'ones'); // later lines start below the words, not the number
      ul.append(...lines.map((line) => el('li', '', line)));
      return ul;
    },
    findings: (t) => {
      const ul = el('ul', 'findings', '', { role: 'list' });
      t.split('\n').filter((line) => line.trim()).forEach((line) => {
        const found = finding(line), li = el('li', '', found ? found.number : line);
        if (found) {
          const status = el('span', 'status ' + found.status);
          status.append(el('span', '', found.sign, { 'aria-hidden': 'true' }), ' ' + found.word);
          li.append(status, ' ' + found.rest);
        }
        ul.append(li);
      });
      return ul;
    },
  }));
  const block = (b) => (BLOCKS.get(b.kind) || ((t) => el('p', '', t)))(String(b.text));

  function addCopy(body, blocks) {
    const said = body.querySelector('.said');
    if (!said) return;
    const words = blocks.filter((b) => b.kind === 'quote' || b.kind === 'citation').map((b) => b.text).join('\n');
    said.append(copier('copy', '复制', words, { 'aria-label': '复制原文和出处' }));
  }

  function copier(cls, label, words, attributes) {
    const button = el('button', cls, label, attributes);
    on(button, 'click', async () => {
      button.textContent = live.textContent = await copy(words) ? '已复制' : '复制失败';
      setTimeout(() => { button.textContent = label; live.textContent = ''; }, 2500);
    });
    return button;
  }

  // Our own addresses are there to be passed on; only a shared result is also to be opened here.
  function addLinks(body, blocks) {
    const own = location.origin + '/';
    for (const b of blocks) {
      const at = String(b.text).indexOf(own), url = at < 0 ? '' : /^[\w:/.#=-]+/.exec(b.text.slice(at))[0];
      if (!url) continue;
      const box = el('div', 'passing');
      if (/^(share|p)\/[\w-]+$/.test(url.slice(own.length))) box.append(el('a', 'file', '打开链接', { href: url, target: '_blank', rel: 'noopener' }));
      box.append(copier('', '复制链接', url));
      body.append(box);
    }
  }

  async function copy(text) {
    try { await navigator.clipboard.writeText(text); return true; } catch (e) { /* plain http, old WebView */ }
    const area = el('textarea', 'sr'), back = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const ok = document.execCommand('copy');
    area.remove();
    if (back) back.focus();
    return ok;
  }

  /* ---------- files and pictures ---------- */

  const PICTURES = ['image/png', 'image/svg+xml', 'image/jpeg', 'image/webp', 'image/heic'];

  // Pictures stand two a row, each below its name; ?view gives one that every browser shows, the link the file itself.
  function addFiles(body, files) {
    const sound = files.filter((file) => /^\/api\/files\/[\w-]+$/.test(file.url)), gallery = el('div', 'gallery');
    for (const file of sound) {
      const box = el('div', 'enclosed'), name = file.name.replace(/\.\w+$/, '');
      if (PICTURES.includes(file.mime)) {
        const picture = el('img', 'picture', '', { src: file.url + '?view', alt: '图片：' + name, loading: 'lazy' });
        const open = el('a', 'look', '', { href: file.url + '?view', target: '_blank', rel: 'noopener' });
        on(picture, 'error', () => open.replaceWith(el('p', 'note', '这张图片显示不了，请下载原件看。')));
        open.append(picture);
        if (sound.length > 1) box.append(el('p', 'caption', name));
        box.append(open);
      }
      // A page of ours is read in a tab of its own; the server shuts it in there.
      const isPage = file.mime === 'text/html', way = isPage ? { target: '_blank', rel: 'noopener' } : { download: file.name };
      const said = isPage ? '打开 ' + name : '下载 ' + file.name;
      box.append(el('a', 'file', said, { href: file.url, ...way, 'data-testid': 'file' }));
      gallery.append(box);
    }
    if (sound.length > 1) gallery.classList.add('several');
    if (sound.length) body.append(gallery);
  }

  // What was just sent, small; after a reload its number stands there.
  function addThumbs(body, thumbs) {
    if (!thumbs || !thumbs.length) return;
    const box = el('div', 'thumbs', '', { 'aria-hidden': 'true' });
    box.append(...thumbs.map((thumb) => el('img', '', '', { src: thumb, alt: '' })));
    body.append(box);
  }

  // The result as a picture; whole() gives the blocks of the whole reply when the button is pressed.
  function addSave(body, whole, time) {
    const button = el('button', 'save', '存为图片', { 'data-testid': 'save-image' });
    const day = dayKey(time), said = day.replace(/^(\d+)-0?(\d+)-0?(\d+)$/, '$1年$2月$3日');
    on(button, 'click', async () => {
      let done = '图片生成失败';
      try {
        const canvas = window.Rongcuo.card(whole(), said);
        const blob = await new Promise((give) => canvas.toBlob(give, 'image/png'));
        const url = URL.createObjectURL(blob), link = el('a', '', '', { href: url, download: `自检结果-${day}.png` });
        document.body.append(link);
        link.click();
        link.remove();
        setTimeout(() => URL.revokeObjectURL(url), 60000);
        done = '图片已生成';
        // Browsers inside other apps do not download: there the picture is kept by pressing on it for a while.
        if (matchMedia('(pointer: coarse)').matches && !body.querySelector('.preview')) {
          body.append(el('p', 'note', '没有下载的话，请长按下面的图片保存'), el('img', 'preview', '', { src: canvas.toDataURL('image/png'), alt: '自检结果图片' }));
        }
      } catch (e) { /* no canvas, or not enough memory for it */ }
      button.textContent = live.textContent = done;
      setTimeout(() => { button.textContent = '存为图片'; live.textContent = ''; }, 2500);
    });
    body.append(button);
  }

  window.Rongcuo = { on, el, quiet, parse, uuid, stamp, cn, dayKey, dayName, block, finding, addCopy, addLinks, addFiles, addThumbs, addSave };
})();
