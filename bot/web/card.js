/* A self-check result as a picture, drawn here on the device: nothing of it is sent anywhere.
 * Rongcuo.card(blocks, day) gives a canvas; blocks are the blocks of a message. */
(() => {
  'use strict';

  const WIDTH = 720, PAD = 40, SCALE = 1.5, BAND = 92; // drawn 1080 px wide: sharp on a phone
  const FONT = '-apple-system, BlinkMacSystemFont, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "HarmonyOS Sans SC", sans-serif';
  const INK = '#1e2a2d', SOFT = '#566164', TEAL = '#0b5563', LINE = '#ddd6c8', QUOTE = '#eef4f2', GROUND = '#fffdf9';
  const STATUS = { met: '#1b6b3c', unmet: '#a3261b', unclear: '#6b4300' };
  const LOOKS = {
    lead: { size: 32, bold: true, before: 30 },
    quote: { size: 27, indent: 26, before: 34, after: 10, ground: QUOTE },
    citation: { size: 23, colour: SOFT, before: 14 },
    note: { size: 23, colour: SOFT, before: 18 },
    end: { size: 23, colour: SOFT, before: 46, rule: 22 },
    text: { size: 27, before: 20 },
  };
  const CLOSING = '，。、；：！？）》」』】”’…％)';
  const OPENING = '（《「『【“‘(';

  const font = (run, size) => `${run.bold ? '700 ' : ''}${size}px ${FONT}`;

  // A block as paragraphs: how it looks, and runs of text of one colour.
  function paragraphs(block) {
    const look = LOOKS[block.kind] || LOOKS.text, plain = (text) => ({ text, bold: look.bold, colour: look.colour || INK });
    if (block.kind === 'findings') {
      return block.text.split('\n').filter((line) => line.trim()).map((line) => {
        const found = window.Rongcuo.finding(line);
        if (!found) return { ...look, runs: [plain(line)] };
        const said = { text: `${found.sign} ${found.word}　`, bold: true, colour: STATUS[found.status] };
        return { ...look, runs: [plain(found.number), said, plain(found.rest)] };
      });
    }
    const lines = block.text.split('\n').filter((line) => line.trim());
    return lines.map((line, i) => ({ ...look, before: i ? 6 : look.before, after: i < lines.length - 1 ? 0 : look.after, rule: i ? 0 : look.rule, runs: [plain(line)] }));
  }

  // Words, numbers and (二) stay whole; a closing mark hangs over the edge rather than begin a line.
  function wrap(pen, paragraph, room) {
    const lines = [[]];
    let used = 0;
    for (const run of paragraph.runs) {
      pen.font = font(run, paragraph.size);
      const pieces = run.text.match(/[A-Za-z0-9.%-]+|\([^()\s]{1,3}\)|./gu) || [];
      pieces.forEach((piece, i) => {
        const wide = pen.measureText(piece).width;
        const next = OPENING.includes(piece) && pieces[i + 1] ? pen.measureText(pieces[i + 1]).width : 0;
        const hangs = CLOSING.includes(piece) && used + wide < room + PAD * 0.9;
        if (used && used + wide + next > room && !hangs) { lines.push([]); used = 0; }
        if (!used && !piece.trim()) return;
        lines[lines.length - 1].push({ ...run, text: piece, x: used });
        used += wide;
      });
    }
    return lines;
  }

  window.Rongcuo.card = (blocks, day) => {
    const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
    const laid = blocks.flatMap(paragraphs).map((p) => ({ ...p, lines: wrap(pen, p, WIDTH - 2 * PAD - 2 * (p.indent || 0)) }));
    const tall = (p) => p.lines.length * Math.round(p.size * 1.55);
    const height = laid.reduce((sum, p) => sum + p.before + tall(p) + (p.after || 0), BAND + PAD);
    canvas.width = WIDTH * SCALE;
    canvas.height = height * SCALE;
    pen.scale(SCALE, SCALE);
    pen.textBaseline = 'middle';
    const box = (colour, x, y, w, h) => { pen.fillStyle = colour; pen.fillRect(x, y, w, h); };
    const put = (text, colour, style, x, y) => { pen.fillStyle = colour; pen.font = style; pen.fillText(text, x, y); };
    box(GROUND, 0, 0, WIDTH, height);
    box(TEAL, 0, 0, WIDTH, BAND);
    put('容错助手 · 自检结果', '#ffffff', font({ bold: true }, 30), PAD, BAND / 2);
    pen.textAlign = 'right';
    put(day, '#ffffff', font({}, 24), WIDTH - PAD, BAND / 2);
    pen.textAlign = 'left';
    let y = BAND;
    for (const p of laid) {
      y += p.before;
      if (p.rule) box(LINE, PAD, y - p.rule, WIDTH - 2 * PAD, 2);
      if (p.ground) {
        box(p.ground, PAD, y - 10, WIDTH - 2 * PAD, tall(p) + 20);
        box(TEAL, PAD, y - 10, 5, tall(p) + 20);
      }
      const step = Math.round(p.size * 1.55);
      for (const line of p.lines) {
        line.forEach((run) => put(run.text, run.colour, font(run, p.size), PAD + (p.indent || 0) + run.x, y + step / 2));
        y += step;
      }
      y += p.after || 0;
    }
    return canvas;
  };
})();
