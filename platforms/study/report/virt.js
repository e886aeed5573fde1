/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the report of the virtualization study from the JSON in #data. */
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('data').textContent);
  const report = { figures: 0, drawn: 0 };
  window.gictlmReport = report;

  const state = { unit: 'ns' };
  const { $, css, make, inUnit, show, unitName, withUnit, clear, chips, control, tile, big, legend, bars, axis, labels,
    figure, restart, start } = gictlmKit(data, state, report, draw);

  const colours = { arrive: 'signalled', inject: 'exception', acknowledge: 'acknowledged', handler: 'handler', end: 'eoi' };
  const usual = data.series.find((s) => s.lists === 4) || data.series[data.series.length - 1];
  const point = (s, name) => s.points.find((p) => p.name === name);
  const ways = usual.points.filter((p) => p.kind === 'way');
  const orders = [['up', 'pes0', 'all, upwards'], ['down', 'pes1', 'all, downwards'], ['used', 'pes2', 'those in use']];
  const listsName = (s) => s.lists + (s.lists === 1 ? ' list register' : ' list registers');

  /* ---- findings ---- */

  function way(name, what) {
    const p = point(usual, name);
    if (!p) return null;
    const direct = point(usual, 'direct');
    return tile(what, big(p.latency.p50), 'to the guest’s vector (p50), ' + withUnit(p.latency.p50 - direct.latency.p50) + ' more than without a hypervisor; ' +
      withUnit(p.mean.end) + ' from its EOIR on.');
  }

  function lists() {
    const few = data.series[0];
    const most = data.series[data.series.length - 1];
    const a = point(few, 'burst');
    const b = point(most, 'burst');
    return tile('From ' + few.lists + ' to ' + most.lists + ' list registers', [(a.each / Math.max(1, b.each)).toFixed(2), make('small', {}, ' ×')],
      'each of a burst of ' + data.burst + ' takes ' + withUnit(a.each) + ' and ' + withUnit(b.each) + '; maintenance interrupts in all: ' +
        a.maintenance.toLocaleString('en') + ' and ' + b.maintenance.toLocaleString('en') + '.');
  }

  function agreement() {
    const c = data.checks;
    const good = c.disagree === 0 && c.causality_violations === 0 && c.unmatched === 0;
    return tile('Firmware and model agree', [((100 * (c.compared - c.disagree)) / Math.max(1, c.compared)).toFixed(c.disagree ? 2 : 0), make('small', {}, ' %')],
      'of ' + c.compared.toLocaleString('en') + ' physical interrupts reach their first vector within one cycle of the model’s stamp.', good ? 'good' : 'bad');
  }

  function tiles() {
    const all = [way('lr_hard', 'List register, linked'), way('lr_soft', 'List register, software'),
      way('emulated', 'Trap and emulate'), lists(), agreement()];
    clear($('tiles')).append(...all.filter((one) => one));
  }

  /* ---- pictures ---- */

  function wayBars() {
    legend('legend-parts', data.parts.map((part) => ({ name: part, colour: colours[part] })));
    bars('ways', ways.map((p) => ({
      name: p.title, load: p.name, parts: data.parts.map((part) => ({ name: part, colour: colours[part], ps: p.mean[part] }))
    })));
  }

  function line(parent, caption, rows) {
    const xs = data.series.map((s) => s.lists);
    const panel = make('div', { class: 'panel' });
    parent.append(panel);
    figure(panel, caption, 280, {
      scales: { x: { time: false, range: (u, min, max) => [0, max + 1] }, y: { range: (u, min, max) => [0, max * 1.08] } },
      axes: [axis({ size: 28 }), axis({ size: 56, values: labels })],
      cursor: { show: false },
      series: [{}].concat(rows.map(([, colour, dash]) => ({ stroke: css(colour), width: 2, dash, points: { show: true, size: 5, fill: css('panel') } })))
    }, [xs].concat(rows.map(([pick]) => data.series.map(pick))));
  }

  function listPictures() {
    const node = clear($('lists'));
    legend('legend-orders', orders.map(([, colour, name]) => ({ name, colour })));
    line(node, 'an interrupt of a burst of ' + data.burst + ', ' + unitName() + ' · list registers', [[(s) => inUnit(point(s, 'burst').each), 'exception', []]]);
    line(node, 'a switch with ' + data.live + ' in use, ' + unitName() + ' · list registers',
      [].concat(...orders.map(([order, colour]) => [[(s) => inUnit(point(s, 'save_' + order).mean.whole), colour, []],
        [(s) => inUnit(point(s, 'restore_' + order).mean.whole), colour, [5, 4]]])));
  }

  /* ---- table ---- */

  function row(s, p, first) {
    const cost = p.kind === 'cost';
    const cells = [first ? listsName(s) : '', p.name].concat(data.parts.map((part) => (cost ? '–' : show(p.mean[part]))),
      [show(p.mean.whole), cost ? '–' : show(p.latency.p50), cost ? '–' : show(p.latency.p99), p.maintenance, p.traps, p.samples]);
    return make('tr', { class: first ? 'first' : '' }, ...cells.map((c) => make('td', {}, String(c))));
  }

  function table() {
    const node = clear($('table'));
    const head = ['', ''].concat(data.parts, ['whole', 'latency p50', 'p99', 'maintenance', 'traps', 'n']);
    node.append(make('thead', {}, make('tr', {}, ...head.map((h) => make('th', { scope: 'col' }, h)))));
    const body = make('tbody', {});
    for (const s of data.series) s.points.forEach((p, i) => body.append(row(s, p, i === 0)));
    node.append(body, make('caption', { style: 'caption-side:bottom;text-align:left;color:var(--soft);padding-top:8px' }, 'Means, in ' + unitName() + '.'));
  }

  function draw() {
    restart();
    tiles();
    wayBars();
    listPictures();
    table();
  }

  chips([['GIC', data.gic], ['list registers', data.series.map((s) => s.lists).join(', ')], ['burst', String(data.burst)], ['in use', String(data.live)]]);
  control('unit', 'unit', [['ns', 'ns'], ['cycles', 'cycles']]);
  start();
})();
