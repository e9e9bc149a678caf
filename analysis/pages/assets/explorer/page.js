// The page: what is typed, dragged and downloaded, and the numbers that follow.

const byId = (id) => document.getElementById(id);
const share = (value) => (Number.isNaN(value) ? "–" : value.toFixed(3));
const count = (value) => value.toLocaleString("en");
const MOST_CLASSES = 10;
const MOST_EXAMPLES = 12;
let STEPS = 10000;

function made(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...children);
  return element;
}

class Page {
  constructor(release) {
    this.release = release;
    this.threshold = release.threshold;
    this.animalThreshold = null; // null: that of all labels
    this.written = {}; // into the fields, by their ids
    const handle = (group, name) => ({
      sample: release.samples[group],
      label: `Threshold of ${{ all: "all", others: "the other", animals: "the animal" }[group]} labels`,
      at: () => this[name],
      moved: (threshold) => this.move({ [name]: threshold }),
    });
    const names = { all: "threshold", others: "threshold", animals: "animalThreshold" };
    this.groups = Object.keys(release.samples);
    const handles = this.groups.map((group) => [group, handle(group, names[group])]);
    this.plot = new Plot(byId("plot"), release.band, Object.fromEntries(handles));
    this.listen();
    this.plot.resize();
    this.move({});
  }

  get apart() {
    return this.animalThreshold !== null;
  }

  get thresholds() {
    return [this.threshold, this.animalThreshold ?? this.threshold];
  }

  listen() {
    for (const [id, name] of this.fields()) {
      const input = byId(id);
      input.addEventListener("change", () => this.type(input, name));
      input.addEventListener("keydown", (event) => {
        const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (event.key === "Enter") this.type(input, name);
        if (!step) return;
        event.preventDefault();
        const from = this[name] ?? this.threshold;
        this.move({ [name]: from + step });
      });
    }
    byId("apart")?.addEventListener("change", ({ target }) =>
      this.move({ animalThreshold: target.checked ? this.threshold : null }));
    byId("costs").addEventListener("input", () => this.toBest());
    byId("to-best").addEventListener("click", () => this.toBest());
    byId("published").addEventListener("click", () =>
      this.move({ threshold: this.release.threshold, animalThreshold: null }));
    for (const id of ["download", "download-provenance"]) {
      byId(id)?.addEventListener("click", () => {
        const files = this.release.files(this.thresholds, this.apart, this.release.at(...this.thresholds));
        save(...files[id]());
      });
    }
  }

  fields() {
    const all = [["threshold", "threshold"], ["animal-threshold", "animalThreshold"]];
    return all.filter(([id]) => byId(id));
  }

  // Take what was typed: rounded to the grid, which is said, or refused, which is said too.
  type(input, name) {
    if (input.value === this.written[input.id]) return undefined; // Enter comes with a change, too
    const text = input.value.trim().replace(",", ".");
    if (text === "" && name === "animalThreshold") return this.move({ animalThreshold: null });
    const value = /^\d*\.?\d*(e-?\d+)?$/i.test(text) && text !== "" ? Number(text) : NaN;
    const rounded = Math.round(value * STEPS);
    if (!(value >= 0 && value <= 1 && rounded >= this.release.least)) {
      const least = this.release.least / STEPS;
      input.setAttribute("aria-invalid", "true");
      byId("note").textContent = `“${clipped(input.value)}” is no threshold: give a number from ${least} to 1.`;
      return undefined;
    }
    const note = rounded / STEPS === value ? "" : `${clipped(text)} was rounded to ${rounded / STEPS}: thresholds are multiples of 0.0001.`;
    return this.move({ [name]: rounded }, note);
  }

  // What a missing and what a wrong label costs: one of them costs 1.
  get costs() {
    const power = 2 ** Number(byId("costs").value);
    return power >= 1 ? [power, 1] : [1, 1 / power];
  }

  best() {
    const of = (group) => roundest(this.release.samples[group].cheapest(...this.costs), STEPS);
    if (!this.apart) return { threshold: of("all") };
    return { threshold: of("others"), animalThreshold: of("animals") };
  }

  toBest() {
    this.move(this.best());
  }

  move(change, note = "") {
    for (const [name, threshold] of Object.entries(change)) {
      this[name] = threshold === null ? null : Math.min(Math.max(threshold, this.release.least), STEPS);
    }
    byId("note").textContent = note;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.show());
    this.inputs();
  }

  inputs() {
    for (const [id, name] of this.fields()) {
      const threshold = this[name];
      this.written[id] = threshold === null ? "" : (threshold / STEPS).toFixed(4);
      byId(id).value = this.written[id];
      byId(id).removeAttribute("aria-invalid");
    }
    if (byId("apart")) byId("apart").checked = this.apart;
  }

  show() {
    const begun = performance.now();
    this.seen = this.release.at(...this.thresholds);
    const estimates = {};
    for (const group of this.groups) {
      estimates[group] = this.release.samples[group].estimates(...this.thresholds, this.release.interval);
    }
    this.showPoints(estimates.all);
    this.showNumbers(estimates);
    this.showCosts(estimates.all);
    this.showChanges();
    this.showExamples();
    this.say(estimates.all);
    document.body.dataset.redraw = (performance.now() - begun).toFixed(1);
  }

  showPoints(all) {
    const [others, animals] = this.thresholds;
    const thresholds = this.apart ? { others, animals } : { all: others };
    this.plot.show({ thresholds, both: this.apart ? all : null });
    if (byId("apart-key")) byId("apart-key").hidden = !this.apart;
  }

  showNumbers(estimates) {
    const [others, animals] = this.thresholds;
    const used = { all: this.apart ? null : others, animals, others };
    for (const group of this.groups) {
      const kept = group === "all" ? this.seen : this.seen[group];
      fill(`${group}-threshold`, used[group] === null ? "two" : used[group] / STEPS, used[group] / STEPS);
      for (const name of ["precision", "recall", "f1"]) {
        const [value, low, high] = estimates[group][name];
        const ends = Number.isNaN(low) ? "" : `${share(low)}–${share(high)}`;
        byId(`${group}-${name}`).replaceChildren(share(value), made("small", {}, ends));
        Object.assign(byId(`${group}-${name}`).dataset, { value, low, high });
      }
      fill(`${group}-labels`, count(kept.labels), kept.labels);
      fill(`${group}-images`, count(kept.images), kept.images);
    }
  }

  showCosts({ kept, hits }) {
    const [missing, wrong] = this.costs;
    const times = (value) => Number(value.toPrecision(2));
    const sentence =
      missing === wrong ? "A missing label costs as much as a wrong one"
      : missing > wrong ? `A missing label costs ${times(missing)} times a wrong one`
      : `A wrong label costs ${times(wrong)} times a missing one`;
    const { threshold, animalThreshold } = this.best();
    const at = animalThreshold === undefined ? threshold / STEPS : `${threshold / STEPS}, animals ${animalThreshold / STEPS}`;
    const { nFits } = this.release.samples.all;
    const cost = missing * (nFits - hits) + wrong * (kept - hits);
    byId("costs").setAttribute("aria-valuetext", sentence);
    byId("cost-words").textContent = `${sentence}: best at ${at}.`;
    byId("cost-here").textContent = `Cost here, on ${this.release.words.known}: ${count(Number(cost.toFixed(1)))} (${nFits - hits} missing, ${kept - hits} wrong).`;
  }

  showChanges() {
    const { seen } = this;
    const same = !seen.added && !seen.dropped;
    byId("changes").textContent = same
      ? this.release.words.same
      : `Labels ${count(seen.before.labels)} → ${count(seen.labels)}: ${count(seen.added)} added, ${count(seen.dropped)} dropped. ` +
        `${capitalised(this.release.words.units)} with labels ${count(seen.before.images)} → ${count(seen.images)}: ${count(seen.filled)} filled, ${count(seen.emptied)} emptied.`;
    const changes = ({ added, dropped }) => added + dropped;
    const most = seen.classes.filter(changes).sort((a, b) => changes(b) - changes(a) || a.label - b.label);
    byId("classes").hidden = same;
    const rows = most.slice(0, MOST_CLASSES).map((row) => {
      const cells = [row.before, row.after, row.added, row.dropped].map((n) => made("td", {}, count(n)));
      return made("tr", {}, made("th", { scope: "row" }, `${this.release.labelName(row.label)} `, made("small", {}, this.release.labelKind(row.label))), ...cells);
    });
    byId("classes").tBodies[0].replaceChildren(...rows);
  }

  showExamples() {
    const shown = this.release.changed(...this.thresholds, MOST_EXAMPLES);
    byId("no-examples").hidden = shown.length > 0;
    byId("examples").replaceChildren(...shown.map((found) => this.card(found)));
  }

  card({ example, question, added }) {
    const { release } = this;
    const cell = release.cells[question];
    const score = cell > STEPS ? "1" : `${((cell - 1) / STEPS).toFixed(4)} to ${(cell / STEPS).toFixed(4)}`;
    const { title, beside, name } = release.heading(question, example);
    const side = made("span", { class: added ? "added" : "dropped" }, added ? "added" : "dropped");
    const heading = made("h3", {}, title, made("span", { class: "beside" }, beside), side);
    const ballots = release.ballots(question, example).map((ballot) => this.ballot(ballot));
    return made("li", {}, heading, made("p", { class: "image" }, name, made("br"), `score ${score}`), ...ballots);
  }

  // What some people say of a question, the yes votes first.
  ballot({ who, shown, more, about }) {
    const chips = shown.map(({ rater, answer }) => {
      const mark = this.release.mark(answer, about);
      const chip = made("li", { class: `vote ${mark}` }, `${MARKS[mark] ?? ""} ${answer} `, made("small", {}, rater));
      return { rank: Object.keys(MARKS).indexOf(mark), chip };
    });
    const list = made("ul", {}, ...chips.sort((a, b) => a.rank - b.rank).map(({ chip }) => chip));
    if (more) list.append(made("li", {}, `and ${count(more)} more`));
    return made("div", { class: "ballots" }, made("h4", {}, who), list);
  }

  // One sentence for screen readers, when the point has come to rest.
  say(all) {
    clearTimeout(this.saying);
    const [threshold, animals] = this.thresholds.map((value) => value / STEPS);
    const ends = ([, low, high]) => (Number.isNaN(low) ? "" : ` (95 % interval ${share(low)} to ${share(high)})`);
    const sentence =
      `Threshold ${threshold}${this.apart ? `, animal labels ${animals}` : ""}: precision ${share(all.precision[0])}${ends(all.precision)}, ` +
      `recall ${share(all.recall[0])}${ends(all.recall)}; ${count(this.seen.labels)} labels on ${count(this.seen.images)} ${this.release.words.units}.`;
    this.saying = setTimeout(() => (byId("summary").textContent = sentence), 300);
  }
}

function fill(id, text, value) {
  byId(id).textContent = text;
  byId(id).dataset.value = value;
}

const clipped = (text, most = 20) => (text.length > most ? `${text.slice(0, most)}…` : text);

const capitalised = (text) => `${text[0].toUpperCase()}${text.slice(1)}`;

const MARKS = { yes: "✓", maybe: "?", no: "✗" };

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  made("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

// The intervals' draws take a moment: the page is there before them, and what is typed waits.
async function begin() {
  const data = await unpacked(JSON.parse(byId("data").textContent));
  STEPS = data.steps;
  const page = new Page(data.kind === "release" ? new Release(data) : new OwnVotes(data));
  for (const sample of Object.values(page.release.samples)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await sample.draw(page.release.interval);
  }
  page.move({});
  byId("controls").disabled = false;
  document.body.dataset.ready = "yes";
}

begin().catch((error) => {
  byId("failed").hidden = false;
  byId("failed").textContent = `This page needs a browser of 2023 or later: ${error.message}`;
  throw error;
});
