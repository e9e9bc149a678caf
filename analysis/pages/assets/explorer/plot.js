// The curve with its band, and the points that are dragged along it.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { left: 46, right: 14, top: 12, bottom: 44 };

function drawn(name, attributes, parent, text) {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

class Plot {
  // handles: { name: { sample, label, at(), moved(threshold) } }, of which show() shows some.
  constructor(svg, band, handles) {
    Object.assign(this, { svg, handles });
    this.back = drawn("g", { "aria-hidden": "true" }, svg);
    for (const [name, handle] of Object.entries(handles)) this.make(name, handle);
    this.both = drawn("path", { d: "M0-9 9 0 0 9-9 0Z", class: "both" }, svg);
    // No threshold of the grid reaches further to the left, or lies lower, than these.
    const samples = Object.values(handles).map(({ sample }) => sample);
    const least = (of) => Math.floor(10 * Math.min(...samples.map(of))) / 10;
    this.fromRecall = least((sample) => sample.curve[0].hits / sample.nFits);
    const { curve, nFits } = handles.all.sample;
    const [first, last] = [curve[0].hits / nFits, curve[curve.length - 1].hits / nFits];
    const reached = (_, i) => (band.recall[i - 1] ?? 0) >= first && (band.recall[i - 1] ?? 0) < last;
    const lines = ["recall", "low", "high"].map((name) => [name, band[name].filter(reached)]);
    this.band = { first, ...Object.fromEntries(lines) };
    this.fromPrecision = Math.min(
      least((sample) => Math.min(...sample.curve.map(({ kept, hits }) => hits / kept))),
      Math.floor(10 * Math.min(1, ...this.band.low)) / 10,
    );
    new ResizeObserver(() => this.resize()).observe(svg.parentElement);
  }

  make(name, handle) {
    const group = drawn("g", { class: `handle ${name}`, role: "slider", tabindex: "0" }, this.svg);
    group.setAttribute("aria-valuemin", "0");
    group.setAttribute("aria-valuemax", "1");
    group.setAttribute("aria-label", handle.label);
    drawn("circle", { r: 22, class: "reach" }, group);
    drawn("circle", { r: 8 }, group);
    handle.group = group;
    group.addEventListener("keydown", (event) => this.press(event, handle));
    group.addEventListener("pointerdown", (event) => {
      group.setPointerCapture(event.pointerId);
      group.focus();
      event.preventDefault();
    });
    group.addEventListener("pointermove", (event) => {
      if (group.hasPointerCapture(event.pointerId)) handle.moved(this.nearest(event, handle));
    });
  }

  press(event, handle) {
    const small = event.shiftKey ? 1 : 10;
    const steps = {
      ArrowUp: small, ArrowRight: small, ArrowDown: -small, ArrowLeft: -small,
      PageUp: 500, PageDown: -500, Home: -Infinity, End: Infinity,
    };
    if (!(event.key in steps)) return;
    event.preventDefault();
    handle.moved(handle.at() + steps[event.key]);
  }

  // The threshold of the curve's point next to the pointer.
  nearest(event, { sample }) {
    const box = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let least = Infinity;
    let found;
    for (const point of sample.curve) {
      const [px, py] = this.place(point, sample);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) [least, found] = [distance, point];
    }
    return roundest(found, STEPS);
  }

  x(recall) {
    const part = Math.max(recall - this.fromRecall, 0) / (1 - this.fromRecall);
    return MARGIN.left + part * (this.width - MARGIN.left - MARGIN.right);
  }

  y(precision) {
    return MARGIN.top + ((1 - precision) / (1 - this.fromPrecision)) * (this.height - MARGIN.top - MARGIN.bottom);
  }

  place({ kept, hits }, sample) {
    return [this.x(hits / sample.nFits), this.y(kept ? hits / kept : 1)];
  }

  resize() {
    const width = Math.floor(this.svg.parentElement.clientWidth);
    if (width === this.width || !width) return;
    this.width = width;
    this.height = Math.round(Math.min(Math.max(width * 0.75, 260), 480));
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.svg.setAttribute("height", this.height);
    this.axes();
    if (this.state) this.show(this.state);
  }

  axes() {
    const { back, width, height } = this;
    back.replaceChildren();
    for (const tick of ticks(this.fromRecall)) {
      const x = this.x(tick);
      drawn("path", { d: `M${x} ${this.y(this.fromPrecision)}V${this.y(1)}`, class: "grid" }, back);
      drawn("text", { x, y: height - MARGIN.bottom + 18, "text-anchor": "middle" }, back, tick.toFixed(1));
    }
    for (const tick of ticks(this.fromPrecision)) {
      const y = this.y(tick);
      drawn("path", { d: `M${this.x(this.fromRecall)} ${y}H${this.x(1)}`, class: "grid" }, back);
      drawn("text", { x: MARGIN.left - 8, y: y + 4, "text-anchor": "end" }, back, tick.toFixed(1));
    }
    const middle = (MARGIN.left + width - MARGIN.right) / 2;
    drawn("text", { x: middle, y: height - 6, "text-anchor": "middle" }, back, "recall: fitting labels that are kept");
    const turned = `translate(12 ${(height - MARGIN.bottom) / 2 + 6}) rotate(-90)`;
    drawn("text", { transform: turned, "text-anchor": "middle" }, back, "precision: kept labels that fit");
    this.drawBand();
    this.lines = Object.fromEntries(
      Object.entries(this.handles).map(([name, { sample }]) => [name, this.line(name, sample)]),
    );
  }

  // In steps, as the band was measured: at each recall that of the first point to reach it.
  drawBand() {
    const { first, recall, low, high } = this.band;
    if (!recall.length) return;
    const step = (end, ...recalls) => recalls.map((at) => `L${this.x(at ?? first)} ${this.y(end)}`).join("");
    const steps = (ends) => ends.map((end, i) => step(end, recall[i - 1], recall[i]));
    const back = low.map((end, i) => step(end, recall[i], recall[i - 1]));
    const path = [...steps(high), ...back.reverse()].join("").replace("L", "M");
    drawn("path", { d: `${path}Z`, class: "band" }, this.back);
  }

  line(name, sample) {
    const points = sample.curve.map((point) => this.place(point, sample).map((at) => at.toFixed(1)));
    return drawn("path", { d: `M${points.join("L")}`, class: `line ${name}` }, this.back);
  }

  // state: { thresholds by the names of the handles to show, both: where all labels are then }
  show(state) {
    this.state = state;
    if (!this.lines) return;
    for (const [name, handle] of Object.entries(this.handles)) {
      const threshold = state.thresholds[name];
      const visible = threshold !== undefined;
      handle.group.toggleAttribute("hidden", !visible);
      this.lines[name].toggleAttribute("hidden", !visible && name !== "all");
      if (!visible) continue;
      const { sample, group } = handle;
      const point = sample.pointAt(threshold) ?? { kept: 0, hits: 0 }; // nothing is kept
      group.setAttribute("transform", `translate(${this.place(point, sample).map((at) => at.toFixed(1))})`);
      group.setAttribute("aria-valuenow", threshold / STEPS);
      const shares = [ratio(point.hits, point.kept), point.hits / sample.nFits].map(share);
      group.setAttribute("aria-valuetext", `threshold ${threshold / STEPS}, precision ${shares[0]}, recall ${shares[1]}`);
    }
    this.both.toggleAttribute("hidden", !state.both);
    if (state.both) {
      this.both.setAttribute("transform", `translate(${this.place(state.both, this.handles.all.sample)})`);
    }
  }
}

// Tenths from a number to 1; every second one where there are many.
function ticks(from) {
  const tenths = Array.from({ length: 11 }, (_, i) => i / 10).filter((tick) => tick >= from - 1e-9);
  return tenths.length > 7 ? tenths.filter((_, i) => (tenths.length - 1 - i) % 2 === 0) : tenths;
}
