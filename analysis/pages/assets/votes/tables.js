// Tables that are sorted by a click on a heading and filtered by what is typed: columns come as
// texts, as codes of texts, or as whole multiples of a number's last digit.
const STEP = 25;
const LONGEST_WORD = 14;
const collator = new Intl.Collator("en", { numeric: true });

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function shown(column, row) {
  const value = column.values[row];
  if (column.kind === "text") return column.names ? column.names[value] : value;
  if (value === null) return "";
  const number = value / 10 ** column.digits;
  return number.toLocaleString("en", { minimumFractionDigits: column.digits, maximumFractionDigits: column.digits });
}

function compare(column) {
  const { values } = column;
  if (column.kind === "text" && !column.names) return (a, b) => collator.compare(values[a], values[b]);
  return (a, b) => values[a] - values[b];
}

// Row numbers in order; equal rows keep their places, and what is undefined comes last.
function sorted(rows, column, descending) {
  const order = compare(column);
  const there = rows.filter(row => column.values[row] !== null);
  const missing = rows.filter(row => column.values[row] === null);
  there.sort(descending ? (a, b) => order(b, a) || a - b : (a, b) => order(a, b) || a - b);
  return there.concat(missing);
}

// Of texts that are written once, each is searched once.
function matching(columns, n, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return Array.from({ length: n }, (_, row) => row);
  const tests = columns.filter(column => column.kind === "text").map(column => {
    if (!column.names) return row => column.values[row].toLowerCase().includes(wanted);
    const found = column.names.map(name => name.toLowerCase().includes(wanted));
    return row => found[column.values[row]];
  });
  const rows = [];
  for (let row = 0; row < n; row++) if (tests.some(test => test(row))) rows.push(row);
  return rows;
}

function cell(column, row, choose) {
  const text = shown(column, row);
  const long = text.split(/\s+/).some(word => word.length > LONGEST_WORD);
  const made = element("td", { className: column.kind + (long ? " long" : "") });
  if (choose) made.append(element("button", { type: "button", textContent: text, onclick: () => choose(row) }));
  else made.textContent = text;
  return made;
}

function showTable(mount, { columns }, caption, choose) {
  const n = columns[0].values.length;
  const state = { text: "", column: null, descending: false, most: STEP };
  const body = element("tbody");
  const count = element("p", { className: "count" });
  count.setAttribute("aria-live", "polite");
  const more = element("button", { type: "button", className: "more", textContent: "Show more" });
  const headings = columns.map(column => {
    const button = element("button", { type: "button", textContent: column.title });
    const heading = element("th", { className: column.kind, scope: "col" }, button);
    button.onclick = () => {
      state.descending = state.column === column ? !state.descending : column.kind === "number";
      state.column = column;
      state.most = STEP;
      draw();
    };
    return heading;
  });
  function draw() {
    let rows = matching(columns, n, state.text);
    if (state.column) rows = sorted(rows, state.column, state.descending);
    columns.forEach((column, place) => {
      if (column !== state.column) headings[place].removeAttribute("aria-sort");
      else headings[place].setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    });
    const some = rows.slice(0, state.most);
    body.replaceChildren(...some.map(row => element("tr", {}, ...columns.map((column, place) => cell(column, row, place ? null : choose)))));
    count.textContent = `${some.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shown${rows.length < n ? `, of ${n.toLocaleString("en")} in all` : ""}`;
    more.hidden = some.length === rows.length;
  }
  more.onclick = () => { state.most *= 4; draw(); };
  if (n > 10) {
    const search = element("input", { type: "search", autocomplete: "off", spellcheck: false });
    search.oninput = () => { state.text = search.value; state.most = STEP; draw(); };
    mount.append(element("label", {}, `Find in ${caption.toLowerCase()} `, search));
  }
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...headings)), body);
  table.setAttribute("aria-label", caption);
  const scroll = element("div", { className: "scroll", tabIndex: 0 }, table);
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", caption);
  mount.append(scroll, count, more);
  draw();
}
