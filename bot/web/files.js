/* Files that are about to be sent: chosen, photographed, dropped or pasted; shown with a small picture, taken in by the
 * server one by one, sent together with the next message. Rongcuo.tray(ready) makes it; ready() is called when 发送
 * was pressed before all of them were taken in, and now they are.
 * A file stays here until its message is on its way: over a break of the network, and over a reload of this tab. */
(() => {
  'use strict';

  const { on, el, quiet, uuid } = window.Rongcuo;
  const $ = (id) => document.getElementById(id);
  const live = $('live'), list = $('tray'), line = $('trayline'), attach = $('attach'), ways = $('ways'), pick = $('pick'), camera = $('camera');
  const MOST = 10, MOST_BYTES = 20 * 1024 * 1024, AT_ONCE = 2, TRIES = 6, STALLED = 45000, THUMB = 112, OLD = 864e5;
  const TOO_LARGE = '这个文件超过20 MB，收不了。可以分成几份发，或者拍成照片发，也可以当面交给执法人员。';
  const EMPTY = '这个文件是空的。请检查以后再发一次。';
  const ACCEPTED = '能收照片（JPG、PNG、WebP、HEIC）、PDF、docx、xlsx。';
  const TOO_MANY = `一次最多发${MOST}个文件，多的没有放进来。`;
  const NO_SESSION = '会话已失效，请刷新页面';
  const NOT_WHOLE = '没有传上，请点“重传”';

  /* ---------- what waits, kept over a reload of this tab ---------- */

  const tab = quiet(() => sessionStorage.getItem('rongcuo.tab')) || uuid();
  quiet(() => sessionStorage.setItem('rongcuo.tab', tab));

  function shelf(mode, run) { // resolves to null where nothing can be kept: some private modes
    return new Promise((give) => {
      const no = () => give(null);
      const opening = quiet(() => indexedDB.open('rongcuo', 1), null);
      if (!opening) { no(); return; }
      opening.onupgradeneeded = () => opening.result.createObjectStore('tray', { keyPath: 'key' });
      opening.onerror = opening.onblocked = no;
      opening.onsuccess = () => {
        const database = opening.result;
        const done = quiet(() => {
          const change = database.transaction('tray', mode), asked = run(change.objectStore('tray'));
          change.oncomplete = () => { database.close(); give(asked.result); };
          change.onerror = change.onabort = () => { database.close(); no(); };
          return true;
        });
        if (!done) { database.close(); no(); }
      };
    });
  }
  const remember = (one) => shelf('readwrite', (store) => store.put({ key: one.key, tab, at: Date.now(), file: one.file, name: one.name }));
  const forget = (one) => shelf('readwrite', (store) => store.delete(one.key));

  /* ---------- a file's small picture ---------- */

  const isPicture = (file) => /^image\//.test(file.type) || /\.(jpe?g|png|webp|heic|heif)$/i.test(file.name);
  let drawing = Promise.resolve(); // one after the other: a telephone's picture takes much memory
  function thumbnail(one) {
    drawing = drawing.then(async () => {
      if (!one.node.isConnected || !isPicture(one.file)) return;
      const bitmap = await createImageBitmap(one.file);
      const side = Math.min(bitmap.width, bitmap.height), canvas = el('canvas');
      canvas.width = canvas.height = THUMB;
      const pen = canvas.getContext('2d');
      pen.fillStyle = '#ffffff';
      pen.fillRect(0, 0, THUMB, THUMB);
      pen.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, THUMB, THUMB);
      bitmap.close();
      one.thumb = canvas.toDataURL('image/jpeg', 0.75);
      one.sign.textContent = '';
      one.sign.append(el('img', '', '', { src: one.thumb, alt: '' }));
    }).catch(() => { one.isForeign = true; });
  }

  // A picture that this browser cannot read (HEIC) is looked at as the server shows it, once it has it.
  function lookAt(one) {
    drawing = drawing.then(() => {
      if (!one.isForeign || one.thumb || !/^image\//.test(one.mime)) return;
      one.thumb = `/api/files/${one.id}?view`;
      one.sign.textContent = '';
      one.sign.append(el('img', '', '', { src: one.thumb, alt: '' }));
    });
  }

  window.Rongcuo.tray = (ready) => {
    const files = [];
    let wanted = false, note = ''; // 发送 was pressed while some were under way; what was not put in
    const say = (text) => { live.textContent = ''; setTimeout(() => { live.textContent = text; }, 60); };

    /* ---------- showing ---------- */

    // States: waiting (for its turn), going, retrying (no network, or the server is busy), done, refused.
    function paint(one) {
      const words = {
        waiting: '等着传', going: `正在传 ${one.percent}%`, retrying: navigator.onLine === false ? '网络断了，恢复后接着传' : '没传上，马上再试',
        done: '✓ 传好了', refused: one.error,
      }[one.state];
      if (one.words.textContent !== words) one.words.textContent = words;
      one.node.dataset.state = one.state;
      one.bar.hidden = one.state !== 'going';
      one.bar.value = one.percent;
      one.again.hidden = one.state !== 'refused' || !one.mayRetry;
    }

    function show() {
      list.hidden = line.hidden = !files.length;
      attach.form.classList.toggle('filled', files.length > 0);
      const done = files.filter((f) => f.state === 'done').length, bad = files.filter((f) => f.state === 'refused').length;
      const said = bad ? `有${bad}个没传上，请去掉或者重传。` : done < files.length ? `${files.length}个文件，传好${done}个。` : `${done}个文件传好了，点“发送”。`;
      const text = (wanted && !bad ? said.replace(/。$/, '，传完就发。') : said) + note;
      if (line.textContent !== text) line.textContent = text;
    }

    function row(one) {
      one.node = el('li', 'tile', '', { 'data-testid': 'tile' });
      one.sign = el('span', 'sign', (/\.(\w{1,5})$/.exec(one.name) || ['', '文件'])[1].toUpperCase(), { 'aria-hidden': 'true' });
      const middle = el('span', 'about');
      one.words = el('span', 'how');
      one.bar = el('progress', '', '', { max: '100', 'aria-label': `${one.name}上传进度` });
      middle.append(el('span', 'called', one.name), one.words, one.bar);
      one.again = el('button', 'again', '重传', { 'aria-label': `重传 ${one.name}` });
      const away = el('button', 'away', '去掉', { 'aria-label': `去掉 ${one.name}`, 'data-testid': 'away' });
      on(one.again, 'click', () => { Object.assign(one, { state: 'waiting', tries: 0 }); away.focus(); paint(one); go(); });
      on(away, 'click', () => remove(one));
      one.node.append(one.sign, middle, one.again, away);
      list.append(one.node);
      paint(one);
      thumbnail(one);
    }

    function remove(one) {
      const at = files.indexOf(one);
      if (at < 0) return;
      files.splice(at, 1);
      forget(one);
      one.node.remove();
      if (one.call) one.call.abort();
      say(`${one.name}去掉了`);
      ((files[at] || files[at - 1] || { node: { querySelector: () => null } }).node.querySelector('.away') || attach).focus();
      go();
    }

    /* ---------- taking in ---------- */

    // What can be said without the server is said at once.
    function fault(file) {
      if (!file.size) return EMPTY;
      if (file.size > MOST_BYTES) return TOO_LARGE;
      return /^(video|audio)\//.test(file.type) ? `${/^video/.test(file.type) ? '视频' : '录音'}收不了。${ACCEPTED}` : '';
    }

    function add(chosen) {
      const fits = Array.from(chosen).slice(0, MOST - files.length);
      note = chosen.length > fits.length ? TOO_MANY : '';
      const problems = [note];
      for (const file of fits) {
        const error = fault(file);
        const one = { key: uuid(), file, name: file.name || '照片.jpg', state: error ? 'refused' : 'waiting', error, percent: 0, tries: 0, mayRetry: false };
        files.push(one);
        row(one);
        if (error) problems.push(`${one.name}：${error}`);
        else one.kept = remember(one);
      }
      const bad = files.find((f) => f.state === 'refused');
      (bad || files[files.length - 1] || { node: line }).node.scrollIntoView({ block: 'nearest' });
      say(problems.join('') || `添加了${fits.length}个文件`);
      go();
    }

    function go() {
      let room = AT_ONCE - files.filter((f) => f.state === 'going').length;
      for (const one of files) if (one.state === 'waiting' && room > 0) { room -= 1; send(one); }
      show();
      if (wanted && files.some((f) => f.state === 'refused')) { wanted = false; show(); }
      if (wanted && files.every((f) => f.state === 'done')) { wanted = false; ready(); }
    }

    function send(one) {
      const call = new XMLHttpRequest();
      let stalled = 0;
      const watch = () => { clearTimeout(stalled); stalled = setTimeout(() => call.abort(), STALLED); };
      Object.assign(one, { state: 'going', percent: 0, call });
      call.open('POST', '/api/files');
      call.setRequestHeader('X-Rongcuo', '1');
      call.setRequestHeader('X-File-Name', encodeURIComponent(one.name.slice(-120)));
      call.setRequestHeader('Content-Type', 'application/octet-stream');
      on(call.upload, 'progress', (e) => { one.percent = e.lengthComputable ? Math.min(99, Math.floor(100 * e.loaded / e.total)) : 0; watch(); paint(one); });
      on(call, 'loadend', () => { // it counts as handed in once a reload would not lose it
        clearTimeout(stalled);
        one.call = null;
        Promise.race([one.kept, new Promise((give) => setTimeout(give, 2000))]).then(() => { if (files.includes(one)) ended(one, call); });
      });
      watch();
      paint(one);
      call.send(one.file);
    }

    function ended(one, call) {
      const told = quiet(() => JSON.parse(call.responseText), null) || {};
      if (call.status === 201 && told.file) {
        Object.assign(one, { state: 'done', percent: 100, id: told.file, name: told.name || one.name, mime: told.mime || '' });
        lookAt(one);
      } else if ([400, 413].includes(call.status)) {
        Object.assign(one, { state: 'refused', error: told.error || NOT_WHOLE, mayRetry: false });
      } else if ([401, 403].includes(call.status)) {
        Object.assign(one, { state: 'refused', error: NO_SESSION, mayRetry: true });
      } else if (one.tries >= TRIES && navigator.onLine !== false) { // the server was asked often enough
        Object.assign(one, { state: 'refused', error: told.error || NOT_WHOLE, mayRetry: true });
      } else {
        one.state = 'retrying';
        one.tries += 1;
        setTimeout(() => { if (one.state === 'retrying' && navigator.onLine !== false) retry(one); }, Math.min(15000, 1000 * 2 ** one.tries));
      }
      if (one.state === 'refused') say(`${one.name}：${one.error}`);
      paint(one);
      go();
    }
    const retry = (one) => { one.state = 'waiting'; paint(one); go(); };
    on(window, 'online', () => files.forEach((f) => { if (f.state === 'retrying') { f.tries = 0; retry(f); } }));
    on(window, 'offline', () => files.forEach(paint));

    /* ---------- ways in ---------- */

    const isTouched = () => matchMedia('(pointer: coarse)').matches;
    function open(shown) {
      ways.hidden = !shown;
      attach.setAttribute('aria-expanded', String(shown));
      if (shown) ways.querySelector('button').focus();
    }
    if (isTouched()) attach.setAttribute('aria-expanded', 'false');
    on(attach, 'click', () => { if (isTouched()) open(ways.hidden); else pick.click(); });
    on(ways, 'keydown', (e) => { if (e.key === 'Escape') { open(false); attach.focus(); } });
    on($('shoot'), 'click', () => { open(false); attach.focus(); camera.click(); });
    on($('choose'), 'click', () => { open(false); attach.focus(); pick.click(); });
    [pick, camera].forEach((input) => on(input, 'change', () => { add(input.files); input.value = ''; })); // emptied: the same file may be chosen again

    const brings = (e) => e.dataTransfer && Array.from(e.dataTransfer.types).includes('Files');
    let inside = 0;
    const drop = (shown) => { $('drop').hidden = !shown; if (!shown) inside = 0; };
    on(document, 'dragenter', (e) => { if (brings(e)) { inside += 1; drop(true); } });
    on(document, 'dragleave', (e) => { if (brings(e) && (inside -= 1) <= 0) drop(false); });
    on(document, 'dragover', (e) => { if (brings(e)) e.preventDefault(); });
    on(document, 'drop', (e) => {
      if (!brings(e)) return;
      e.preventDefault(); // else the browser leaves the page to show the file
      drop(false);
      if (e.dataTransfer.files.length) add(e.dataTransfer.files);
    });
    on($('input'), 'paste', (e) => {
      const pasted = e.clipboardData ? e.clipboardData.files : [];
      if (!pasted.length || e.clipboardData.getData('text/plain')) return; // words with their picture: the words are meant
      e.preventDefault();
      add(pasted);
    });

    shelf('readonly', (store) => store.getAll()).then((kept) => {
      const mine = (kept || []).filter((one) => one.tab === tab);
      (kept || []).filter((one) => Date.now() - one.at > OLD).forEach(forget);
      mine.forEach(forget);
      mine.sort((a, b) => a.at - b.at).forEach((one) => add([one.file instanceof File ? one.file : new File([one.file], one.name)]));
    });

    return {
      // none, busy (some are under way), refused (some must be taken out), ready
      state: () => (!files.length ? 'none' : files.some((f) => f.state === 'refused') ? 'refused' : files.every((f) => f.state === 'done') ? 'ready' : 'busy'),
      want() { wanted = true; show(); say(line.textContent); },
      complain() { say(line.textContent); const bad = files.find((f) => f.state === 'refused'); if (bad) bad.node.querySelector('.away').focus(); },
      // Hands over what is ready; from here on it belongs to the message.
      take() {
        const taken = files.splice(0);
        taken.forEach((one) => { forget(one); one.node.remove(); });
        note = '';
        show();
        return taken.map(({ id, name, mime, thumb }) => ({ id, name, mime, thumb }));
      },
    };
  };
})();
