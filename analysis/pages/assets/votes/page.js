// Each table into its place; a rater's name opens the rater's error rates.
const data = JSON.parse(document.getElementById("data").textContent);

function showRates(place, { columns, rates }, row) {
  const name = shown(columns[0], row);
  const head = element("tr", {}, element("th", { scope: "col", textContent: "class" }));
  for (const answer of rates.answers) head.append(element("th", { scope: "col", className: "number", textContent: answer }));
  const body = rates.classes.map((title, cls) => {
    const line = element("tr", {}, element("th", { scope: "row", textContent: title }));
    for (const rate of rates.values[row][cls]) line.append(element("td", { className: "number", textContent: (rate / 1000).toFixed(3) }));
    return line;
  });
  const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
  const scroll = element("div", { className: "scroll", tabIndex: 0 }, table);
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", `Error rates of ${name}`);
  place.replaceChildren(element("h3", { textContent: `Error rates of ${name}: answers by class, drawn towards those of all raters` }), scroll);
}

for (const mount of document.querySelectorAll("[data-table]")) {
  const table = data[mount.dataset.table];
  const place = document.getElementById(mount.dataset.rates);
  const choose = table.rates ? row => showRates(place, table, row) : null;
  showTable(mount, table, mount.dataset.caption, choose);
}
document.body.dataset.ready = "yes";
