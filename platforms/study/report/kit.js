/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reports share: small helpers, controls, bars, and figures by uPlot.
 * state.unit is 'ns' or 'cycles'; report counts figures asked for and figures drawn; redraw draws
 * everything anew.
 */
function gictlmKit(data, state, report, redraw) {
  'use strict';

  const config = data.configuration;
  const period = config.cpu_period_ps;
  let plots = [];

  const $ = (id) => document.getElementById(id);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();

  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const key in attributes || {}) {
      if (key === 'class') node.className = attributes[key];
      else if (key === 'style') node.style.cssText = attributes[key];
      else node.setAttribute(key, attributes[key]);
    }
    for (const child of children) node.append(child);
    return node;
  }

  /* Everything is stored in ps; shown in ns or CPU cycles. */
  const inUnit = (ps) => (state.unit === 'ns' ? ps / 1000 : ps / period);
  function number(value) {
    if (state.unit !== 'ns') return Math.round(value).toLocaleString('en');
    if (value >= 100) return Math.round(value).toLocaleString('en');
    return value.toFixed(value >= 10 ? 1 : 2);
  }
  const show = (ps) => number(inUnit(ps));
  const unitName = () => (state.unit === 'ns' ? 'ns' : 'cycles');
  const withUnit = (ps) => show(ps) + ' ' + unitName();
  function clear(node) {
    while (node.firstChild) node.firstChild.remove();
    return node;
  }

  /* Clock, profile, seed and overrides, with `more` pairs of name and value in between. */
  function chips(more) {
    const mhz = 1e6 / period;
    const list = [
      ['profile', config.profile],
      ['CPU clock', (mhz >= 1000 ? (mhz / 1000).toFixed(2).replace(/\.?0+$/, '') + ' GHz' : mhz.toFixed(0) + ' MHz') + ' (' + period + ' ps)']
    ].concat(more, [['seed', String(config.seed)]]);
    for (const set of config.overrides) list.push(['override', set]);
    const node = clear($('chips'));
    for (const [name, value] of list) node.append(make('li', {}, make('span', {}, name), make('b', {}, value)));
    $('profile').textContent = config.profile_text;
    $('profile-name').textContent = 'Profile ' + config.profile;
  }

  function control(id, key, choices) {
    const node = clear($(id));
    for (const [value, label] of choices) {
      const button = make('button', { type: 'button', 'aria-pressed': String(state[key] === value) }, label);
      button.addEventListener('click', () => {
        state[key] = value;
        for (const other of node.children) other.setAttribute('aria-pressed', String(other === button));
        redraw();
      });
      node.append(button);
    }
  }

  function tile(what, value, more, kind) {
    return make('div', { class: 'tile' + (kind ? ' ' + kind : '') }, make('p', { class: 'what' }, what),
      make('div', { class: 'value' }, ...value), make('p', { class: 'more' }, more));
  }

  const big = (ps) => [show(ps), make('small', {}, ' ' + unitName())];

  function legend(id, rows) {
    const node = clear($(id));
    for (const row of rows) node.append(make('li', {}, make('span', { class: 'swatch', style: 'background:var(--' + row.colour + ')' }), row.name));
  }

  function niceMax(value) {
    const power = Math.pow(10, Math.floor(Math.log10(value)));
    for (const step of [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]) if (step * power >= value) return step * power;
    return 10 * power;
  }

  /* rows: {name, load, parts: [{name, colour, ps}]}; rows of one name stand together. */
  function bars(id, rows) {
    const node = clear($(id));
    const sum = (row) => row.parts.reduce((a, p) => a + p.ps, 0);
    const max = niceMax(inUnit(Math.max(...rows.map(sum), 1)));
    report.figures++;
    rows.forEach((row, index) => {
      const first = index === 0 || rows[index - 1].name !== row.name;
      const two = index + 1 < rows.length && rows[index + 1].name === row.name;
      if (first && index > 0) node.append(make('div', { class: 'sep' }));
      if (first) node.append(make('div', { class: two ? 'name' : 'name single' }, row.name));
      const track = make('div', { class: 'track', role: 'img', 'aria-label': row.parts.map((p) => p.name + ' ' + withUnit(p.ps)).join(', ') });
      for (const part of row.parts) {
        if (part.ps <= 0) continue;
        track.append(make('div', { class: 'part', title: part.name + ': ' + withUnit(part.ps),
          style: 'background:var(--' + part.colour + ');width:' + ((100 * inUnit(part.ps)) / max).toFixed(3) + '%' }));
      }
      node.append(make('div', { class: 'load' }, row.load), track, make('div', { class: 'sum' }, withUnit(sum(row))));
    });
    const axis = make('div', { class: 'axis', 'aria-hidden': 'true' });
    for (let i = 0; i <= 4; i++) axis.append(make('span', {}, i === 4 ? (max * i / 4).toLocaleString('en') + ' ' + unitName() : (max * i / 4).toLocaleString('en')));
    node.append(axis);
    if (node.querySelector('.part')) report.drawn++;
  }

  const font = '11px system-ui, sans-serif';

  function axis(extra) {
    return Object.assign({ stroke: css('soft'), font, labelFont: font, grid: { stroke: css('grid'), width: 1 },
      ticks: { stroke: css('rule'), width: 1, size: 4 }, gap: 3 }, extra);
  }

  /* Ticks of a logarithmic axis: 1, 2, 5 a decade when that gives three or more, else all digits. */
  function logSplits(u, index, min, max) {
    if (!(min > 0)) return [];
    for (const digits of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 9]]) {
      const list = [];
      for (let power = Math.pow(10, Math.floor(Math.log10(min))); power <= max; power *= 10) {
        for (const digit of digits) {
          const value = Number((digit * power).toPrecision(3));
          if (value >= min && value <= max) list.push(value);
        }
      }
      if (list.length >= 3) return list;
    }
    const step = niceMax((max - min) / 3);
    const list = [];
    for (let value = Math.ceil(min / step) * step; value <= max; value += step) list.push(Number(value.toPrecision(6)));
    return list;
  }
  const labels = (u, values) => values.map((v) => (v === null ? '' : v.toLocaleString('en', { maximumSignificantDigits: 3 })));
  const logAxis = (extra) => axis(Object.assign({ splits: logSplits, filter: (u, splits) => splits, values: labels }, extra));

  /* A figure: caption, canvas, and a plot that is as wide as its column. */
  function figure(parent, caption, height, options, series) {
    const node = make('figure', { class: 'fig' }, make('figcaption', {}, caption));
    const place = make('div', { role: 'img', 'aria-label': caption });
    node.append(place);
    parent.append(node);
    report.figures++;
    let counted = false;
    const all = Object.assign({ width: Math.max(120, place.clientWidth), height, legend: { show: false }, padding: [8, 10, 0, 0] }, options);
    all.hooks = Object.assign({}, options.hooks);
    all.hooks.draw = (options.hooks && options.hooks.draw ? options.hooks.draw : []).concat((u) => {
      if (!counted && u.bbox.width > 0 && u.data[0].length > 0) {
        counted = true;
        report.drawn++;
      }
    });
    plots.push({ plot: new uPlot(all, series, place), place, height });
    return node;
  }

  /* Before everything is drawn anew. */
  function restart() {
    for (const p of plots) p.plot.destroy();
    plots = [];
    report.figures = 0;
    report.drawn = 0;
  }

  function resize() {
    for (const p of plots) {
      const width = Math.max(120, p.place.clientWidth);
      if (width !== p.plot.width) p.plot.setSize({ width, height: p.height });
    }
  }

  function start() {
    redraw();
    window.addEventListener('resize', resize);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  }

  return { $, css, make, inUnit, number, show, unitName, withUnit, clear, chips, control, tile, big, legend, niceMax, bars,
    axis, logAxis, labels, figure, restart, start };
}
