/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the report of the storm study from the JSON in #data. */
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('data').textContent);
  const report = { figures: 0, drawn: 0 };
  window.gictlmReport = report;

  const state = { unit: 'ns' };
  const { $, css, make, inUnit, show, unitName, withUnit, clear, chips, control, tile, big, legend, niceMax, axis, logAxis, labels,
    figure, restart, start } = gictlmKit(data, state, report, draw);

  const hops = data.stamps.filter((hop) => !['link', 'acknowledged', 'eoi'].includes(hop));
  const colour = (n) => 'pes' + (n % 4);
  const pesName = (s) => s.pes + (s.pes === 1 ? ' PE' : ' PEs');
  const million = (value) => (value / 1e6).toLocaleString('en', { maximumFractionDigits: 2, minimumFractionDigits: 2 });
  const share = (point, hop) => (point.all_hops[hop] ? point.all_hops[hop].share : 0);
  const offered = (p) => p.offered_per_s / 1e6;

  /* ---- findings ---- */

  function saturation(s) {
    const last = s.points[s.points.length - 1];
    return tile(pesName(s) + ' at most', [million(s.saturation_per_s), make('small', {}, ' M/s')],
      (s.carried_per_s ? 'Up to ' + million(s.carried_per_s) + ' million MSIs a second hardly any merge. ' : '') +
        'At the highest load ' + Math.round((100 * last.merged) / Math.max(1, last.sent)) + ' % do.');
  }

  function tail(s) {
    const first = s.points[0];
    const carried = s.points.filter((p) => p.offered_per_s <= s.carried_per_s).pop();
    if (!carried || !carried.latency || !first.latency) return null;
    return tile('p99 before it merges', big(carried.latency.p99),
      pesName(s) + ', ' + million(carried.offered_per_s) + ' million a second; ' + withUnit(first.latency.p99) + ' at ' + million(first.offered_per_s) + '.');
  }

  function agreement() {
    const c = data.checks;
    const good = c.disagree === 0 && c.causality_violations === 0 && c.unmatched === 0;
    return tile('Firmware and model agree', [((100 * (c.compared - c.disagree)) / Math.max(1, c.compared)).toFixed(c.disagree ? 2 : 0), make('small', {}, ' %')],
      'of ' + c.compared.toLocaleString('en') + ' interrupts within one cycle. ' + c.not_compared.toLocaleString('en') + ' more are not compared: an MSI merged, or the PE was in the vector already.', good ? 'good' : 'bad');
  }

  function sums() {
    let sent = 0;
    for (const s of data.series) for (const p of s.points) sent += p.sent;
    return tile('Nothing is lost', [sent.toLocaleString('en')], 'MSIs: each was delivered, or merged into one that was.', 'good');
  }

  function tiles() {
    const node = clear($('tiles'));
    for (const s of data.series) for (const one of [saturation(s), tail(s)]) if (one) node.append(one);
    node.append(sums(), agreement());
  }

  /* ---- pictures ---- */

  function panel(parent) {
    const node = make('div', { class: 'panel' });
    parent.append(node);
    return node;
  }

  /* Lines over the offered load; each of its own positions. pick: [value of a point, dash] */
  function lines(parent, caption, picks, y, more) {
    const xs = Array.from(new Set([].concat(...data.series.map((s) => s.points.map(offered))))).sort((a, b) => a - b);
    const series = [{}];
    const values = [];
    if (more) {
      series.push({ stroke: css('soft'), width: 1, points: { show: false } });
      values.push(xs);
    }
    data.series.forEach((s, n) => {
      for (const [pick, dash] of picks) {
        const at = new Map(s.points.map((p) => [offered(p), pick(p)]));
        values.push(xs.map((x) => (at.has(x) ? at.get(x) : undefined)));
        series.push({ stroke: css(colour(n)), width: 2, dash, spanGaps: true, points: { show: true, size: 5, fill: css('panel') } });
      }
    });
    figure(parent, caption, 300, {
      scales: { x: { time: false, range: (u, min, max) => [0, max * 1.03] }, y: y.scale },
      axes: [axis({ size: 28 }), y.axis],
      cursor: { show: false },
      series
    }, [xs].concat(values));
  }

  function load() {
    const node = clear($('load'));
    legend('legend-pes', data.series.map((s, n) => ({ name: pesName(s), colour: colour(n) })));
    lines(panel(node), 'delivered and merged, million/s · offered, million/s',
      [[(p) => p.delivered_per_s / 1e6, []], [(p) => p.merged_per_s / 1e6, [5, 4]]],
      { scale: { range: (u, min, max) => [0, max * 1.05] }, axis: axis({ size: 40, values: labels }) }, true);
    lines(panel(node), 'latency p50, p99 (broken) and maximum (dotted), ' + unitName() + ' (log) · offered, million/s',
      [[(p) => (p.latency ? inUnit(p.latency.p50) : undefined), []], [(p) => (p.latency ? inUnit(p.latency.p99) : undefined), [5, 4]],
        [(p) => (p.latency ? inUnit(p.latency.max) : undefined), [2, 3]]],
      { scale: { distr: 3, range: (u, min, max) => [min * 0.8, max * 1.25] }, axis: logAxis({ size: 66 }) }, false);
  }

  function hopBars() {
    const node = clear($('hops'));
    legend('legend-hops', hops.map((hop) => ({ name: hop, colour: hop })));
    for (const s of data.series) {
      const place = panel(node);
      const grid = make('div', { class: 'sweepbars' }, make('div', { class: 'head' }, pesName(s) + ', million/s offered'));
      const sum = (p) => hops.reduce((a, hop) => a + share(p, hop), 0);
      const max = niceMax(inUnit(Math.max(1, ...s.points.map(sum))));
      report.figures++;
      for (const p of s.points) {
        const track = make('div', { class: 'track', role: 'img', 'aria-label': hops.map((hop) => hop + ' ' + withUnit(share(p, hop))).join(', ') });
        for (const hop of hops) {
          if (share(p, hop) <= 0) continue;
          track.append(make('div', { class: 'part', title: hop + ': ' + withUnit(share(p, hop)),
            style: 'background:var(--' + hop + ');width:' + ((100 * inUnit(share(p, hop))) / max).toFixed(3) + '%' }));
        }
        grid.append(make('div', { class: 'value' }, million(p.offered_per_s)), track, make('div', { class: 'sum' }, withUnit(sum(p))));
      }
      place.append(grid);
      if (grid.querySelector('.part')) report.drawn++;
    }
  }

  /* ---- table ---- */

  function table() {
    const node = clear($('table'));
    const head = ['PEs', '', 'offered M/s', 'delivered M/s', 'merged M/s', 'sent', 'taken', 'p50', 'p99', 'max', 'n', 'firmware p50', 'firmware p99'];
    node.append(make('thead', {}, make('tr', {}, ...head.map((h) => make('th', { scope: 'col' }, h)))));
    const body = make('tbody', {});
    for (const s of data.series) {
      s.points.forEach((p, i) => {
        const l = p.latency;
        const f = p.firmware;
        const cells = [i === 0 ? pesName(s) : '', '', million(p.offered_per_s), million(p.delivered_per_s), million(p.merged_per_s), p.sent.toLocaleString('en'), p.taken.toLocaleString('en'),
          l ? show(l.p50) : '–', l ? show(l.p99) : '–', l ? show(l.max) : '–', f ? f.count : 0, f ? show(f.p50) : '–', f ? show(f.p99) : '–'];
        body.append(make('tr', { class: i === 0 ? 'first' : '' }, ...cells.map((c) => make('td', {}, String(c)))));
      });
    }
    node.append(body, make('caption', { style: 'caption-side:bottom;text-align:left;color:var(--soft);padding-top:8px' }, 'Times in ' + unitName() + '.'));
  }

  function draw() {
    restart();
    tiles();
    load();
    hopBars();
    table();
  }

  chips([['vectors', String(data.vectors)], ['handler', data.service_cycles.toLocaleString('en') + ' cycles'],
    ['arrivals for', data.duration_us.toLocaleString('en') + ' µs']]);
  control('unit', 'unit', [['ns', 'ns'], ['cycles', 'cycles']]);
  start();
})();
