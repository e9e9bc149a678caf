// The files of an operating point, byte for byte as `reassess labels` writes them.

// SHA-256 (FIPS 180-4), since crypto.subtle is missing where a page is not served securely.
function sha256(bytes) {
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (root) => Math.floor((root - Math.floor(root)) * 0x100000000) | 0;
  const constants = primes.map((prime) => fraction(Math.cbrt(prime)));
  const state = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const turned = (word, by) => (word >>> by) | (word << (32 - by));
  const words = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i += 1) words[i] = view.getInt32(block + 4 * i);
    for (let i = 16; i < 64; i += 1) {
      const [near, far] = [words[i - 2], words[i - 15]];
      const first = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
      const second = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10);
      words[i] = words[i - 16] + first + words[i - 7] + second;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const mixed = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const one = (h + mixed + ((e & f) ^ (~e & g)) + constants[i] + words[i]) | 0;
      const other = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + other) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word));
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

// A number that Python writes as a float: 1 is 1.0, and 0.00005 is 5e-05.
class PythonFloat {
  constructor(value) {
    this.value = value;
  }

  toString() {
    const [digits, exponent] = this.value.toExponential().split("e");
    const power = Number(exponent);
    if (power < -4 || power >= 16) {
      return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
    }
    const fixed = this.value.toString();
    if (!fixed.includes("e")) return fixed.includes(".") ? fixed : `${fixed}.0`;
    return this.value.toFixed(digits.replace(".", "").length - 1 - power);
  }
}

// What Python's json.dumps(value, indent=2) gives.
function pythonJson(value, indent = "") {
  if (value instanceof PythonFloat) return value.toString();
  if (value === null || typeof value !== "object") {
    const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped);
  }
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(
    ([name, part]) => `${inner}${pythonJson(name)}: ${pythonJson(part, inner)}`,
  );
  return lines.length ? `{\n${lines.join(",\n")}\n${indent}}` : "{}";
}

// real.json at a pair of thresholds; an image without questions has its original label.
function labelFile(release, threshold, animalThreshold) {
  const { cells, labels, asked, originals, animal } = release;
  const sets = new Array(asked.length);
  let question = 0;
  let unasked = 0;
  for (let image = 0; image < asked.length; image += 1) {
    const kept = [];
    if (!asked[image]) kept.push(originals[unasked++]);
    for (const end = question + asked[image]; question < end; question += 1) {
      const least = animal[question] ? animalThreshold : threshold;
      if (cells[question] > least) kept.push(labels[question]);
    }
    sets[image] = `[${kept.join(", ")}]`;
  }
  return `[${sets.join(", ")}]`;
}

// The labels of a user's own items, as csv: a row a label.
function labelTable({ cells, labels, images, items, class_names: names }, threshold) {
  const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = Array.from(cells, (reached, question) =>
    reached > threshold ? `${cell(items[images[question] - 1])},${cell(names[labels[question]])}\n` : "");
  return `item,label\n${rows.join("")}`;
}

// The record beside real.json. `apart` says that the animal labels have a threshold of their own.
function labelRecord(release, { threshold, animalThreshold, apart }, seen) {
  const { record, steps, ends, n_animals: nAnimals } = release;
  const text = labelFile(release, threshold, animalThreshold);
  const found = {
    ...record,
    sha256: sha256(new TextEncoder().encode(text)),
    threshold: new PythonFloat(threshold / steps),
    labels: seen.labels,
    images_with_labels: seen.images,
  };
  delete found.same_labels_for_thresholds;
  if (apart) {
    found[`threshold_of_labels_below_${nAnimals}`] = new PythonFloat(animalThreshold / steps);
  } else {
    const place = ends.findIndex((score) => score >= threshold / steps);
    const above = place < 0 ? ends[ends.length - 1] : ends[place - 1];
    found.same_labels_for_thresholds = {
      above: above === undefined ? null : new PythonFloat(above),
      up_to: new PythonFloat(place < 0 ? 1 : Math.min(ends[place], 1)),
    };
  }
  return `${pythonJson(found)}\n`;
}
