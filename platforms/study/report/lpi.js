/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the report of the LPI study from the JSON in #data. */
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('data').textContent);
  const report = { figures: 0, drawn: 0 };
  window.gictlmReport = report;

  const period = data.configuration.cpu_period_ps;
  const state = { unit: 'ns', extent: 'latency' };
  const { $, css, make, inUnit, show, unitName, withUnit, clear, chips, control, tile, big, legend, niceMax, axis, labels, figure,
    restart, start } = gictlmKit(data, state, report, draw);

  const hopMeaning = {
    link: 'From the device to GITS_TRANSLATER: the interconnect, and waiting while the ITS pushes back.',
    translated: 'The ITS: queue, caches, and reads of its tables. For an INT command also its way through the command queue.',
    pending: 'To the Redistributor, which reads the LPI’s configuration, and its pending table when it must.',
    set: 'The Redistributor has presented it to the CPU interface; before that, more urgent or earlier ones.',
    signalled: 'IRQ rises. Here it waits for the handlers of others.',
    exception: 'The PE takes it: finished its instruction, woken from WFI.',
    handler: 'Exception entry: the first instruction of the vector begins.',
    acknowledged: 'Software saves registers and reads IAR.',
    eoi: 'The handler, until EOIR: an LPI has no active state, this is its end.'
  };
  const softwareHops = ['acknowledged', 'eoi'];
  const seriesColours = ['idle', 'loaded'];
  const shownHops = () => data.stamps.filter((hop) => state.extent === 'life' || !softwareHops.includes(hop));
  const sweep = (name) => data.sweeps.find((s) => s.name === name);
  const per = (point, counter) => point.counters[counter] / Math.max(1, point.samples);
  const share = (point, hop) => (point.hops[hop] ? point.hops[hop].share : 0);

  /* ---- findings ---- */

  function points(name, series) {
    const found = sweep(name);
    return found && found.series[series || 0] ? found.series[series || 0].points : [];
  }

  function cached() {
    const p = points('events')[0] || points('memory')[0];
    if (!p) return null;
    return tile('An MSI, all caches warm', big(p.firmware.p50), 'median, device to vector. The ITS has ' + withUnit(share(p, 'translated')) + ' of it.');
  }

  function walked() {
    const walks = points('memory', 1);
    const hits = points('memory', 0);
    if (!walks.length || !hits.length) return null;
    const first = walks[0];
    const last = walks[walks.length - 1];
    const slope = (share(last, 'translated') - share(first, 'translated')) / (1000 * (last.value - first.value));
    return tile('A read of memory more', [slope.toFixed(2), make('small', {}, ' reads')],
      'is what a miss in the ITT cache waits for, by how the ITS’s part grows with the latency of memory.');
  }

  function thrash() {
    const list = points('itt_cache');
    if (list.length < 2) return null;
    const small = list[0];
    const large = list[list.length - 1];
    return tile('ITT cache too small', big(small.model.p50 - large.model.p50),
      'more at the median with ' + small.value + ' entries than with ' + large.value + ': ' + per(small, 'itt_misses').toFixed(2) + ' misses an interrupt instead of ' + per(large, 'itt_misses').toFixed(2) + '.');
  }

  function spills() {
    const list = points('pending_cache');
    if (!list.length) return null;
    const small = list[0];
    const large = list[list.length - 1];
    return tile('Pending cache too small', [(small.total.max / large.total.max).toFixed(2), make('small', {}, ' times')],
      'the time until the last of a burst is served, with ' + small.value + ' entries instead of ' + large.value + '; ' + per(small, 'lpis_refilled').toFixed(2) + ' came back from the pending table for each interrupt.');
  }

  function agreement() {
    const c = data.checks;
    const good = c.disagree === 0 && c.causality_violations === 0 && c.unmatched === 0;
    return tile('Firmware and model agree', [((100 * (c.compared - c.disagree)) / Math.max(1, c.compared)).toFixed(c.disagree ? 2 : 0), make('small', {}, ' %')],
      'of ' + c.compared.toLocaleString('en') + ' interrupts within one cycle. ' + c.not_compared.toLocaleString('en') + ' more found the PE in the vector already and are not compared.', good ? 'good' : 'bad');
  }

  function tiles() {
    const node = clear($('tiles'));
    for (const one of [cached(), walked(), thrash(), spills(), agreement()]) if (one) node.append(one);
  }

  /* ---- a card a sweep ---- */

  const valuesOf = (s) => Array.from(new Set([].concat(...s.series.map((one) => one.points.map((p) => p.value))))).sort((a, b) => a - b);

  function latency(parent, s) {
    const values = valuesOf(s);
    const xs = values.map((v, i) => i);
    const lines = [];
    const series = [{}];
    s.series.forEach((one, n) => {
      for (const [key, dash] of [['p50', []], ['p99', [5, 4]]]) {
        lines.push(values.map((v) => {
          const p = one.points.find((q) => q.value === v);
          return p && p.firmware ? inUnit(p.firmware[key]) : null;
        }));
        series.push({ stroke: css(seriesColours[n]), width: 2, dash, points: { show: true, size: 6, fill: css('panel') } });
      }
    });
    figure(parent, 'p50 and p99, ' + unitName() + ' · ' + s.axis, 190, {
      scales: { x: { time: false, range: [-0.3, Math.max(0.3, xs.length - 0.7)] }, y: { range: (u, min, max) => [0, (max || 1) * 1.1] } },
      axes: [axis({ size: 26, splits: xs, values: (u, list) => list.map((v) => values[v].toLocaleString('en')), grid: { show: false } }),
        axis({ size: 58, values: labels })],
      cursor: { show: false },
      series
    }, [xs].concat(lines));
  }

  function note(p) {
    const list = [];
    for (const [counter, name] of [['device_misses', 'device miss'], ['itt_misses', 'ITT miss'], ['lpis_refilled', 'refilled']]) {
      if (per(p, counter) >= 0.005) list.push(per(p, counter).toFixed(2) + ' ' + name);
    }
    return list.join(' · ');
  }

  function hopBars(parent, s) {
    const node = make('div', { class: 'sweepbars' });
    parent.append(node);
    report.figures++;
    const hops = shownHops();
    const sum = (p) => hops.reduce((a, hop) => a + share(p, hop), 0);
    const max = niceMax(inUnit(Math.max(1, ...s.series.map((one) => Math.max(...one.points.map(sum))))));
    for (const one of s.series) {
      if (s.series.length > 1) node.append(make('div', { class: 'head' }, one.name));
      for (const p of one.points) {
        const track = make('div', { class: 'track', role: 'img', 'aria-label': hops.map((hop) => hop + ' ' + withUnit(share(p, hop))).join(', ') });
        for (const hop of hops) {
          if (share(p, hop) <= 0) continue;
          track.append(make('div', { class: 'part', title: hop + ': ' + withUnit(share(p, hop)),
            style: 'background:var(--' + hop + ');width:' + ((100 * inUnit(share(p, hop))) / max).toFixed(3) + '%' }));
        }
        node.append(make('div', { class: 'value' }, p.value.toLocaleString('en')), track, make('div', { class: 'sum' }, withUnit(sum(p))),
          make('div', { class: 'note' }, note(p)));
      }
    }
    if (node.querySelector('.part')) report.drawn++;
  }

  function seriesLegend(s) {
    const list = make('ul', { class: 'legend' });
    s.series.forEach((one, n) => list.append(make('li', {}, make('span', { class: 'line line-' + seriesColours[n] }), one.name)));
    return list;
  }

  function cards() {
    const node = clear($('cards'));
    legend('legend-hops', shownHops().map((hop) => ({ name: hop, colour: hop })));
    for (const s of data.sweeps) {
      const card = make('article', { class: 'card' }, make('h3', {}, s.title), make('p', {}, s.text), seriesLegend(s));
      const one = make('div', { class: 'one' });
      card.append(one);
      node.append(card);
      latency(one, s);
      hopBars(one, s);
    }
  }

  function terms() {
    const node = clear($('terms'));
    for (const hop of data.stamps) {
      node.append(make('dt', {}, make('span', { class: 'swatch', style: 'background:var(--' + hop + ')' }), hop), make('dd', {}, hopMeaning[hop] || ''));
    }
  }

  /* ---- table ---- */

  function table() {
    const node = clear($('table'));
    const head = ['Sweep', 'Source', 'Value', 'n', 'p50', 'p99', 'max', 'model p50', 'model p99', 'ITS', 'pending', 'device miss', 'ITT miss', 'ITS reads', 'refilled', 'diff.'];
    node.append(make('thead', {}, make('tr', {}, ...head.map((h) => make('th', { scope: 'col' }, h)))));
    const body = make('tbody', {});
    for (const s of data.sweeps) {
      for (const one of s.series) {
        one.points.forEach((p, i) => {
          const f = p.firmware;
          const m = p.model;
          const cells = [i === 0 ? s.title : '', one.name, p.value.toLocaleString('en'), p.samples, f ? show(f.p50) : '–', f ? show(f.p99) : '–', f ? show(f.max) : '–',
            m ? show(m.p50) : '–', m ? show(m.p99) : '–', show(share(p, 'translated')), show(share(p, 'pending'))].concat(
            ['device_misses', 'itt_misses', 'its_memory_reads', 'lpis_refilled'].map((c) => per(p, c).toFixed(2)),
            [p.compared ? (p.largest_difference / period).toFixed(2) : '–']);
          body.append(make('tr', { class: i === 0 ? 'first' : '' }, ...cells.map((c) => make('td', {}, String(c)))));
        });
      }
    }
    node.append(body, make('caption', { style: 'caption-side:bottom;text-align:left;color:var(--soft);padding-top:8px' },
      'Times in ' + unitName() + '. diff.: largest difference of the two views, CPU cycles.'));
  }

  function draw() {
    restart();
    tiles();
    cards();
    table();
  }

  chips([['samples', data.configuration.samples + ' a point']]);
  terms();
  control('unit', 'unit', [['ns', 'ns'], ['cycles', 'cycles']]);
  control('extent', 'extent', [['latency', 'to the vector'], ['life', 'whole life']]);
  start();
})();
