/* A signature drawn with finger, pen or mouse below the message that asks for one, handed in as a small picture.
 * Typing the name in the input field is the other way: nobody must draw.
 * Rongcuo.addSignature(body, submit) adds the pad; submit is what sends a message. */
(() => {
  'use strict';

  const { on, el } = window.Rongcuo;
  const WIDTH = 900, HEIGHT = 450, PEN = 9, INK = '#111111', PAPER = '#ffffff', WITHIN = 30000;
  const HOW = '用手指、笔或者鼠标在框里写姓名。不方便写，就在下面打姓名。';
  const EMPTY = '框里是空的，请先写上姓名';
  const FAILED = '没有交上，请检查网络，再点一次“交签名”';

  window.Rongcuo.addSignature = (body, submit) => {
    const box = el('div', 'signing', '', { 'data-testid': 'sign' });
    const open = el('button', 'signopen', '手写签名', { 'aria-expanded': 'false', 'data-testid': 'sign-open' });
    box.append(open);
    body.append(box);
    on(open, 'click', () => {
      const shown = box.querySelector('.pad');
      open.setAttribute('aria-expanded', String(!shown));
      if (shown) shown.remove(); else pad(box, open, submit);
    });
  };

  function pad(box, open, submit) {
    const made = el('div', 'pad'), canvas = el('canvas', '', '', { role: 'img', 'aria-label': '签名板，空的', 'data-testid': 'pad' });
    const undo = el('button', '', '撤销一笔', { 'data-testid': 'sign-undo' });
    const clear = el('button', '', '清空', { 'data-testid': 'sign-clear' });
    const done = el('button', 'signdone', '交签名', { 'data-testid': 'sign-done' });
    const line = el('p', 'signline', HOW, { role: 'status' });
    const row = el('div', 'signways');
    row.append(undo, clear, done);
    made.append(canvas, line, row);
    box.append(made);
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const pen = canvas.getContext('2d'), strokes = [];
    let stroke = null, pointer = null;

    function draw() {
      pen.fillStyle = PAPER;
      pen.fillRect(0, 0, WIDTH, HEIGHT);
      pen.strokeStyle = pen.fillStyle = INK;
      pen.lineWidth = PEN;
      pen.lineCap = pen.lineJoin = 'round';
      strokes.forEach(trace);
      canvas.setAttribute('aria-label', strokes.length ? `签名板，写了${strokes.length}笔` : '签名板，空的');
    }

    // Through the middles of what was touched: a line without corners. A single touch is a dot.
    function trace(points) {
      pen.beginPath();
      if (points.length === 1) {
        pen.arc(points[0][0], points[0][1], PEN / 2, 0, 2 * Math.PI);
        pen.fill();
        return;
      }
      pen.moveTo(points[0][0], points[0][1]);
      for (let i = 1; i < points.length - 1; i++) {
        const [x, y] = points[i], [nextX, nextY] = points[i + 1];
        pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
      }
      const [x, y] = points[points.length - 1];
      pen.lineTo(x, y);
      pen.stroke();
    }

    function place(e) {
      const frame = canvas.getBoundingClientRect();
      return [((e.clientX - frame.left) * WIDTH) / frame.width, ((e.clientY - frame.top) * HEIGHT) / frame.height];
    }

    on(canvas, 'pointerdown', (e) => {
      if (pointer !== null || (e.pointerType === 'mouse' && e.button)) return; // the palm, the second finger
      e.preventDefault();
      pointer = e.pointerId;
      canvas.setPointerCapture(pointer);
      stroke = [place(e)];
      strokes.push(stroke);
      draw();
    });
    on(canvas, 'pointermove', (e) => {
      if (e.pointerId !== pointer) return;
      const all = e.getCoalescedEvents ? e.getCoalescedEvents() : [];
      stroke.push(...(all.length ? all : [e]).map(place));
      draw();
    });
    ['pointerup', 'pointercancel'].forEach((type) => on(canvas, type, (e) => { if (e.pointerId === pointer) pointer = stroke = null; }));

    on(undo, 'click', () => { strokes.pop(); draw(); });
    on(clear, 'click', () => { strokes.length = 0; draw(); });
    on(done, 'click', async () => {
      if (done.getAttribute('aria-disabled')) return;
      if (!strokes.length) { line.textContent = EMPTY; return; }
      done.setAttribute('aria-disabled', 'true'); // not "disabled": that would drop the keyboard focus
      line.textContent = '正在交…';
      const answer = await handIn(canvas);
      done.removeAttribute('aria-disabled');
      line.textContent = answer.error || '';
      if (!answer.file) return;
      made.remove();
      open.setAttribute('aria-expanded', 'false');
      open.focus({ preventScroll: true });
      submit({ text: '', files: [answer.file], label: '［手写签名］' });
    });

    on(made, 'keydown', (e) => {
      if (e.key !== 'Escape') return;
      made.remove();
      open.setAttribute('aria-expanded', 'false');
      open.focus();
    });
    draw();
    open.scrollIntoView({ block: 'start' }); // on a small screen the pad has all the room there is
  }

  async function handIn(canvas) {
    const stop = new AbortController(), limit = setTimeout(() => stop.abort(), WITHIN);
    try {
      const picture = await new Promise((give) => canvas.toBlob(give, 'image/png'));
      const headers = { 'Content-Type': 'image/png', 'X-Rongcuo': '1' };
      const response = await fetch('/api/signature', { method: 'POST', body: picture, headers, credentials: 'same-origin', signal: stop.signal });
      const answer = (await response.json().catch(() => null)) || {};
      return response.ok && answer.file ? answer : { error: answer.error || FAILED };
    } catch (e) {
      return { error: FAILED };
    } finally { clearTimeout(limit); }
  }
})();
