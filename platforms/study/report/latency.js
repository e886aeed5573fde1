/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the report from the JSON in #data. window.gictlmReport says how far it came. */
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('data').textContent);
  const report = { figures: 0, drawn: 0 };
  window.gictlmReport = report;

  const config = data.configuration;
  const period = config.cpu_period_ps;
  const allPes = config.pes.filter((n, i, list) => list.indexOf(n) === i).sort((a, b) => a - b);
  const state = { unit: 'ns', pes: allPes[allPes.length - 1], extent: 'latency' };
  const { $, css, make, inUnit, number, show, unitName, withUnit, clear, chips, control, tile, big, legend, bars, axis,
    logAxis, labels, figure, restart, start } = gictlmKit(data, state, report, draw);

  /* ---- words ---- */

  const hopMeaning = {
    translated: 'The ITS has found the INTID and its target.',
    pending: 'From the wire (or the register write, for an SGI) to the pending state: synchroniser, and for an SGI the way through the Redistributors.',
    offered: 'The Distributor has picked it as the best interrupt for this PE and sent it to its Redistributor.',
    set: 'The Redistributor has presented it to the CPU interface.',
    signalled: 'Priority mask and running priority let it pass: IRQ or FIQ rises. Here it waits for handlers of the same priority.',
    exception: 'The PE takes it: it has finished its instruction, woken from WFI, unmasked it, or come from the other world.',
    handler: 'Exception entry: the first instruction of the vector begins.',
    acknowledged: 'Software saves registers and reads IAR: now the interrupt is active.',
    eoi: 'The handler: silences the device, does its work, writes EOIR (priority drop).',
    deactivated: 'The deactivation has reached the Redistributor or Distributor.'
  };
  const softwareHops = ['acknowledged', 'eoi', 'deactivated'];
  const hops = data.stamps.filter((name) => name !== 'asserted');
  const segments = [
    { key: 'monitor', name: 'to EL3', colour: 'monitor', text: 'GIC and exception entry: first instruction of EL3’s FIQ vector' },
    { key: 'vector', name: 'world switch', colour: 'switch', text: 'monitor, until the first instruction of the vector that handles it' },
    { key: 'acknowledge', name: 'to IAR', colour: 'ack', text: 'registers saved, IAR read' },
    { key: 'end', name: 'handler', colour: 'body', text: 'until EOIR' },
    { key: 'back', name: 'back', colour: 'back', text: 'until EL3 has returned to the interrupted world' }
  ];

  /* ---- small helpers ---- */

  const text = (name) => data.workloads.find((w) => w.name === name);
  const find = (workload, load, pes) =>
    data.sets.find((s) => s.workload === workload && s.load === load && s.pes === pes);
  /* At the chosen number of PEs, or the nearest that this workload has. */
  const pick = (workload, load) => find(workload, load, state.pes);
  const interrupts = () => data.workloads.filter((w) => !w.cost);
  /* Those whose way to the vector has no software in it; the others are in the picture of the worlds. */
  const otherWorld = ['ppi_cntps', 'world_g1s', 'world_g1ns', 'fire_g0', 'fire_g1s', 'fire_g1ns'];
  const ownWorld = () => interrupts().filter((w) => !otherWorld.includes(w.name));

  /* ---- findings ---- */

  function fastest() {
    const sets = interrupts().filter((w) => /^(sgi|ppi|spi)_/.test(w.name)).map((w) => pick(w.name, 'idle')).filter(Boolean);
    if (!sets.length) return null;
    const best = sets.reduce((a, b) => (b.firmware.p50 < a.firmware.p50 ? b : a));
    return tile('Quickest, idle', big(best.firmware.p50), text(best.workload).title + ', median. Its worst: ' + withUnit(best.firmware.max) + '.');
  }

  function tail() {
    let worst = null;
    for (const w of interrupts()) {
      const idle = pick(w.name, 'idle');
      const loaded = pick(w.name, 'loaded');
      if (!idle || !loaded) continue;
      const ratio = loaded.firmware.p99 / idle.firmware.p99;
      if (!worst || ratio > worst.ratio) worst = { ratio, w, idle, loaded };
    }
    if (!worst) return null;
    return tile('What load does to p99', [worst.ratio.toFixed(1), make('small', {}, ' times')],
      worst.w.title + ': ' + withUnit(worst.idle.firmware.p99) + ' idle, ' + withUnit(worst.loaded.firmware.p99) + ' loaded. The most of all workloads.');
  }

  function gicShare() {
    const set = pick('spi_edge', 'idle') || pick('spi_level', 'idle');
    if (!set || !set.total) return null;
    let gic = 0;
    let all = 0;
    for (const hop of hops) {
      const share = set.hops[hop] ? set.hops[hop].share : 0;
      if (softwareHops.includes(hop)) continue;
      all += share;
      if (hop !== 'exception' && hop !== 'handler') gic += share;
    }
    return tile('The GIC’s share', [Math.round((100 * gic) / all), make('small', {}, ' %')],
      'of the latency of an SPI to an idle PE (' + withUnit(all) + ') passes in the GIC, the rest in the PE.');
  }

  function worldSwitch() {
    const set = pick('world_g1s', 'idle');
    if (!set || !set.segments.vector) return null;
    return tile('Changing worlds', big(set.segments.vector.mean),
      'from EL3’s vector to the Secure world’s, on top of ' + withUnit(set.segments.monitor.mean) + ' to reach EL3.');
  }

  function agreement() {
    const c = data.checks;
    const good = c.disagree === 0 && c.causality_violations === 0 && c.unmatched === 0;
    const worst = Math.max(...data.sets.map((s) => s.largest_difference)) / period;
    return tile('Firmware and model agree', [((100 * (c.compared - c.disagree)) / Math.max(1, c.compared)).toFixed(c.disagree ? 2 : 0), make('small', {}, ' %')],
      'of ' + c.compared.toLocaleString('en') + ' interrupts within one cycle; largest difference ' + worst.toFixed(2) + ' cycles. ' + c.not_compared + ' more are not compared (see below).' +
        (c.causality_violations ? ' But ' + c.causality_violations + ' causality violations: the times are not exact.' : ''), good ? 'good' : 'bad');
  }

  function tiles() {
    const node = clear($('tiles'));
    for (const one of [fastest(), tail(), gicShare(), worldSwitch(), agreement()]) if (one) node.append(one);
  }

  /* ---- stacked bars ---- */

  function hopBars() {
    const shown = hops.filter((hop) => state.extent === 'life' || !softwareHops.includes(hop));
    legend('legend-hops', shown.map((hop) => ({ name: hop, colour: hop })));
    const rows = [];
    for (const w of ownWorld()) {
      for (const load of ['idle', 'loaded']) {
        const set = pick(w.name, load);
        if (!set || !set.total) continue;
        rows.push({ name: w.title, load, parts: shown.map((hop) => ({ name: hop, colour: hop, ps: set.hops[hop] ? set.hops[hop].share : 0 })) });
      }
    }
    if (rows.length) bars('bars-hops', rows);
  }

  const waitMeaning = {
    pending: 'the wire, or the way of an SGI, is shared',
    offered: 'the Distributor has other interrupts to hand out first',
    set: 'the Redistributor presents better or earlier ones first',
    signalled: 'a running interrupt of the same or a higher priority masks it at the CPU interface',
    exception: 'the PE has to wake, to finish an instruction, to unmask, or to come from another world'
  };

  /* Which hop grows most from idle to loaded, over all workloads. */
  function growth() {
    let best = null;
    for (const hop of hops.filter((h) => !softwareHops.includes(h))) {
      let sum = 0;
      let count = 0;
      for (const w of ownWorld()) {
        const idle = pick(w.name, 'idle');
        const loaded = pick(w.name, 'loaded');
        if (!idle || !loaded || !idle.hops[hop] || !loaded.hops[hop]) continue;
        sum += loaded.hops[hop].share - idle.hops[hop].share;
        count++;
      }
      if (count && (!best || sum / count > best.mean)) best = { hop, mean: sum / count };
    }
    if (best && best.mean > 0) {
      $('growth').textContent = 'Load adds most to “' + best.hop + '”, ' + withUnit(best.mean) + ' on average of these: ' + (waitMeaning[best.hop] || '') + '.';
    } else {
      $('growth').textContent = '';
    }
  }

  function terms() {
    const node = clear($('terms'));
    for (const hop of hops) {
      node.append(make('dt', {}, make('span', { class: 'swatch', style: 'background:var(--' + hop + ')' }), hop), make('dd', {}, hopMeaning[hop] || ''));
    }
  }

  function worldBars() {
    const rows = [];
    for (const name of ['world_g0', 'world_g1s', 'ppi_cntps', 'world_g1ns']) {
      for (const load of ['idle', 'loaded']) {
        const set = pick(name, load);
        if (!set) continue;
        rows.push({ name: text(name).title, load,
          parts: segments.filter((s) => set.segments[s.key]).map((s) => ({ name: s.name + ' (' + s.text + ')', colour: s.colour, ps: set.segments[s.key].mean })) });
      }
    }
    for (const w of data.workloads.filter((one) => one.cost)) {
      const set = pick(w.name, 'idle');
      if (set) rows.push({ name: w.title, load: '', parts: [{ name: 'round trip', colour: 'switch', ps: set.firmware.mean }] });
    }
    legend('legend-worlds', segments);
    if (rows.length) bars('bars-worlds', rows);
    else $('h-worlds').parentNode.hidden = true;
  }

  /* Two step curves over one x axis: merged positions, each curve's share at it. */
  function steps(lists) {
    const xs = Array.from(new Set([].concat(...lists))).sort((a, b) => a - b);
    const curves = lists.map((list) => {
      let at = 0;
      return xs.map((x) => {
        while (at < list.length && list[at] <= x) at++;
        return list.length ? (100 * at) / list.length : null;
      });
    });
    /* Vertical foot and head, so that constants are visible as steps. */
    const low = xs[0] * 0.96;
    const high = xs[xs.length - 1] * 1.04;
    return [[low].concat(xs, high)].concat(curves.map((c) => [0].concat(c, 100)));
  }

  function quantiles(set) {
    if (!set) return '';
    const f = set.firmware;
    return 'p50 ' + show(f.p50) + ' · p99 ' + show(f.p99) + ' · max ' + withUnit(f.max);
  }

  function readout(parent, sets) {
    const node = make('p', { class: 'readout' });
    const reset = () => {
      clear(node);
      sets.forEach((set) => set && node.append(make('span', { class: set.load }, make('b', {}, set.load + ' '), quantiles(set))));
    };
    reset();
    parent.append(node);
    return {
      reset,
      at(x, shares) {
        clear(node);
        node.append(make('span', {}, '≤ ' + number(x) + ' ' + unitName() + ':'));
        sets.forEach((set, i) => {
          if (set && shares[i] !== null) node.append(make('span', { class: set.load }, make('b', {}, set.load + ' '), shares[i].toFixed(1) + ' %'));
        });
      }
    };
  }

  function distribution(parent, sets, output) {
    const present = sets.filter(Boolean);
    /* Zero has no place on a logarithmic axis: what found the PE in the vector stands at the edge. */
    const edge = inUnit(Math.min(...present.map((s) => s.firmware.p50))) / 4 || 1;
    const lists = present.map((s) => s.distribution.map((ps) => Math.max(edge, inUnit(ps))));
    const series = steps(lists);
    const stepped = uPlot.paths.stepped({ align: 1 });
    figure(parent, 'share of interrupts, % · latency, ' + unitName() + ' (log)', 170, {
      scales: { x: { time: false, distr: 3, range: (u, min, max) => [min, max] }, y: { range: [0, 104] } },
      axes: [logAxis({ size: 26 }), axis({ size: 34, splits: [0, 25, 50, 75, 100] })],
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      series: [{}].concat(present.map((s) => ({ stroke: css(s.load), width: 2, paths: stepped, points: { show: false } }))),
      hooks: {
        setCursor: [(u) => {
          const i = u.cursor.idx;
          if (i === null || i === undefined || u.cursor.left < 0) output.reset();
          else output.at(u.data[0][i], sets.map((s) => (s ? u.data[1 + present.indexOf(s)][i] : null)));
        }]
      }
    }, series);
  }

  function scaling(parent, workload) {
    const counts = allPes.filter((n) => find(workload, 'idle', n) || find(workload, 'loaded', n));
    const xs = counts.map((n, i) => i);
    const lines = [];
    const series = [{}];
    for (const load of ['idle', 'loaded']) {
      for (const [key, dash] of [['p50', []], ['p99', [5, 4]]]) {
        lines.push(counts.map((n) => {
          const set = find(workload, load, n);
          return set ? inUnit(set.firmware[key]) : null;
        }));
        series.push({ stroke: css(load), width: 2, dash, points: { show: true, size: 5, fill: css('panel') } });
      }
    }
    figure(parent, 'p50 and p99, ' + unitName() + ' · PEs', 170, {
      scales: { x: { time: false, range: [-0.3, Math.max(0.3, xs.length - 0.7)] }, y: { range: (u, min, max) => [0, (max || 1) * 1.12] } },
      axes: [axis({ size: 26, splits: xs, values: (u, values) => values.map((v) => String(counts[v])), grid: { show: false } }),
        axis({ size: 46, values: labels })],
      cursor: { show: false },
      series
    }, [xs].concat(lines));
  }

  function cards() {
    const node = clear($('cards'));
    for (const w of data.workloads) {
      const idle = pick(w.name, 'idle');
      const loaded = pick(w.name, 'loaded');
      if (!idle && !loaded) continue;
      const card = make('article', { class: 'card' }, make('h3', {}, w.title), make('p', {}, w.text));
      node.append(card);
      const two = make('div', { class: allPes.length > 1 ? 'two' : 'one' });
      card.append(two);
      const output = readout(card, [idle, loaded]);
      distribution(two, [idle, loaded], output);
      if (allPes.length > 1) scaling(two, w.name);
    }
  }

  /* ---- agreement ---- */

  function scatter(parent) {
    const points = data.pairs.map((p) => [inUnit(p[2]), inUnit(p[1])]).filter((p) => p[0] > 0 && p[1] > 0).sort((a, b) => a[0] - b[0]);
    if (!points.length) return;
    const low = points[0][0] * 0.9;
    const high = points[points.length - 1][0] * 1.1;
    const diagonal = (u) => {
      const c = u.ctx;
      c.save();
      c.strokeStyle = css('soft');
      c.lineWidth = devicePixelRatio;
      c.beginPath();
      c.moveTo(u.valToPos(low, 'x', true), u.valToPos(low, 'y', true));
      c.lineTo(u.valToPos(high, 'x', true), u.valToPos(high, 'y', true));
      c.stroke();
      c.restore();
    };
    const log = { distr: 3, range: [low, high] };
    figure(parent, 'firmware, ' + unitName() + ' (up) · model, ' + unitName() + ' (right) · one point an interrupt', 300, {
      scales: { x: Object.assign({ time: false }, log), y: log },
      axes: [logAxis({ size: 28 }), logAxis({ size: 46 })],
      cursor: { show: false },
      series: [{}, { stroke: css('idle'), paths: () => null, points: { show: true, size: 5, width: 0, fill: css('idle') + '88' } }],
      hooks: { drawClear: [diagonal] }
    }, [points.map((p) => p[0]), points.map((p) => p[1])]);
  }

  function differences(parent) {
    const step = 0.25;
    const edge = 2;
    const bins = Math.round((2 * edge) / step);
    const counts = new Array(bins + 1).fill(0);
    for (const p of data.pairs) {
      const d = Math.max(-edge, Math.min(edge, (p[1] - p[2]) / period));
      counts[Math.round((d + edge) / step)]++;
    }
    const xs = counts.map((c, i) => i * step - edge);
    const limits = (u) => {
      const c = u.ctx;
      c.save();
      c.strokeStyle = css('bad');
      c.setLineDash([6, 4]);
      c.lineWidth = devicePixelRatio;
      for (const x of [-1, 1]) {
        const px = u.valToPos(x, 'x', true);
        c.beginPath();
        c.moveTo(px, u.bbox.top);
        c.lineTo(px, u.bbox.top + u.bbox.height);
        c.stroke();
      }
      c.restore();
    };
    const total = data.pairs.length;
    figure(parent, 'interrupts, % · firmware − model, CPU cycles; broken lines: ± one cycle', 300, {
      scales: { x: { time: false, range: [-edge - step, edge + step] }, y: { range: (u, min, max) => [0, Math.max(5, max * 1.1)] } },
      axes: [axis({ size: 28, splits: [-2, -1, 0, 1, 2] }), axis({ size: 42 })],
      cursor: { show: false },
      series: [{}, { stroke: css('idle'), fill: css('idle') + 'bb', paths: uPlot.paths.bars({ size: [0.8, 60] }), points: { show: false } }],
      hooks: { draw: [limits] }
    }, [xs, counts.map((c) => (100 * c) / Math.max(1, total))]);
  }

  function agree() {
    const node = clear($('agree'));
    if (!data.pairs.length) {
      node.parentNode.hidden = true;
      return;
    }
    for (const one of [scatter, differences]) {
      const panel = make('div', { class: 'panel' });
      node.append(panel);
      one(panel);
    }
  }

  /* ---- table ---- */

  function table() {
    const node = clear($('table'));
    const head = ['Workload', 'Load', 'PEs', 'n', 'min', 'p50', 'p90', 'p99', 'max', 'model p50', 'model p99', 'life p50', 'diff.'];
    node.append(make('thead', {}, make('tr', {}, ...head.map((h) => make('th', { scope: 'col' }, h)))));
    const body = make('tbody', {});
    for (const w of data.workloads) {
      const sets = data.sets.filter((s) => s.workload === w.name).sort((a, b) => a.pes - b.pes || a.load.localeCompare(b.load));
      sets.forEach((s, i) => {
        const f = s.firmware;
        const cells = [i === 0 ? w.title : '', s.load, s.pes, f.count, show(f.min), show(f.p50), show(f.p90), show(f.p99), show(f.max),
          s.model ? show(s.model.p50) : '–', s.model ? show(s.model.p99) : '–', s.total ? show(s.total.p50) : '–',
          s.compared ? (s.largest_difference / period).toFixed(2) : '–'];
        body.append(make('tr', { class: i === 0 ? 'first' : '' }, ...cells.map((c) => make('td', {}, String(c)))));
      });
    }
    node.append(body, make('caption', { style: 'caption-side:bottom;text-align:left;color:var(--soft);padding-top:8px' },
      'In ' + unitName() + '. life: assertion to deactivation, by the model’s stamps. diff.: largest difference of the two views, CPU cycles.'));
  }

  /* ---- all of it ---- */

  function draw() {
    restart();
    tiles();
    hopBars();
    growth();
    worldBars();
    cards();
    agree();
    table();
  }

  chips([['PEs', allPes.join(', ')], ['samples', config.samples + ' per workload and load']]);
  terms();
  control('unit', 'unit', [['ns', 'ns'], ['cycles', 'cycles']]);
  control('pes', 'pes', allPes.map((n) => [n, String(n)]));
  control('extent', 'extent', [['latency', 'to the vector'], ['life', 'whole life']]);
  start();
})();
