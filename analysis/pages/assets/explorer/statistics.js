// Shares with their intervals, as analysis/statistics/ has them.

// NumPy's default quantile, of sorted values.
function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.min(Math.floor(place), sorted.length - 1);
  const above = Math.min(below + 1, sorted.length - 1);
  const part = place - below;
  const step = sorted[above] - sorted[below];
  return part < 0.5 ? sorted[below] + step * part : sorted[above] - step * (1 - part);
}

// Ends of the middle share of some values; those that are NaN are left out.
function percentiles(values, confidence) {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  if (!known.length) return [NaN, NaN];
  const tail = (1 - confidence) / 2;
  return [quantile(known, tail), quantile(known, 1 - tail)];
}

// Wilson (1927): the score interval of a proportion.
function wilson(hits, n, z) {
  if (!n) return [NaN, NaN];
  const centre = hits + (z * z) / 2;
  const half = z * Math.sqrt((hits * (n - hits)) / n + (z * z) / 4);
  const total = n + z * z;
  return [hits === 0 ? 0 : (centre - half) / total, hits === n ? 1 : (centre + half) / total];
}

// The wider, at either end, of two intervals.
function wider([low, high], [otherLow, otherHigh]) {
  if (Number.isNaN(low)) return [otherLow, otherHigh];
  if (Number.isNaN(otherLow)) return [low, high];
  return [Math.min(low, otherLow), Math.max(high, otherHigh)];
}

const ratio = (part, whole) => (whole ? part / whole : NaN);

// Questions with a known truth, by image: what is kept of them, and how sure its shares are.
class Sample {
  // images: of each question, any numbers; least: the lowest threshold there is.
  constructor(cells, fits, animal, images, least) {
    const distinct = [...new Set(images)].sort((a, b) => a - b);
    const codes = new Map(distinct.map((image, code) => [image, code]));
    Object.assign(this, { cells, fits, animal, nImages: distinct.length, weights: null });
    this.image = Uint32Array.from(images, (image) => codes.get(image));
    this.nFits = fits.reduce((sum, fit) => sum + fit, 0);
    this.curve = this.drawnCurve(least);
  }

  // Keep a question whose cell is above its threshold.
  counts(threshold, animalThreshold) {
    const kept = new Int32Array(this.nImages);
    const hits = new Int32Array(this.nImages);
    for (let i = 0; i < this.cells.length; i += 1) {
      if (this.cells[i] <= (this.animal[i] ? animalThreshold : threshold)) continue;
      kept[this.image[i]] += 1;
      hits[this.image[i]] += this.fits[i];
    }
    return { kept, hits };
  }

  // One point a distinct cell, from the highest down: what is kept from it on.
  drawnCurve(least) {
    const order = Array.from(this.cells.keys()).sort((a, b) => this.cells[b] - this.cells[a]);
    const points = [];
    let hits = 0;
    order.forEach((question, place) => {
      hits += this.fits[question];
      const cell = this.cells[question];
      if (place + 1 < order.length && this.cells[order[place + 1]] === cell) return;
      const below = place + 1 < order.length ? this.cells[order[place + 1]] : 0;
      // thresholds from `below` up to `cell - 1` keep the same
      if (cell > least) points.push({ kept: place + 1, hits, from: Math.max(below, least), upTo: cell - 1 });
    });
    return points;
  }

  // The point of the curve at a threshold; undefined where nothing is kept.
  pointAt(threshold) {
    return this.curve.find((point) => point.from <= threshold && threshold <= point.upTo);
  }

  // The first of the best points: the one that keeps the fewest.
  cheapest(missing, wrong) {
    const cost = ({ kept, hits }) => missing * (this.nFits - hits) + wrong * (kept - hits);
    return this.curve.reduce((best, point) => (cost(point) < cost(best) ? point : best));
  }

  // Draw for a moment at a time, so that the page can be used meanwhile.
  async draw({ replicates, seed }) {
    const weights = [];
    let rest = performance.now() + 20;
    for (let replicate = 0; replicate < replicates; replicate += 1) {
      weights.push(drawnImages(this.nImages, seed, replicate));
      if (performance.now() < rest) continue;
      await new Promise((resolve) => setTimeout(resolve));
      rest = performance.now() + 20;
    }
    this.weights = weights;
    this.drawnFits = this.weightedSums(this.counts(-1, -1).hits);
  }

  weightedSums(counts) {
    return Int32Array.from(this.weights, (weights) => {
      let sum = 0;
      for (let image = 0; image < counts.length; image += 1) sum += weights[image] * counts[image];
      return sum;
    });
  }

  // Precision, recall and F1, each with the ends of its interval once the draws are there.
  estimates(threshold, animalThreshold, { confidence, z }) {
    const counts = this.counts(threshold, animalThreshold);
    const [kept, hits] = [counts.kept, counts.hits].map((all) => all.reduce((a, b) => a + b, 0));
    const found = {
      kept,
      hits,
      precision: [ratio(hits, kept), NaN, NaN],
      recall: [ratio(hits, this.nFits), NaN, NaN],
      f1: [ratio(2 * hits, kept + this.nFits), NaN, NaN],
    };
    if (this.weights === null) return found;
    const drawnKept = this.weightedSums(counts.kept);
    const drawnHits = this.weightedSums(counts.hits);
    const drawn = (part) => percentiles(Float64Array.from(drawnHits, part), confidence);
    const precision = drawn((hit, i) => ratio(hit, drawnKept[i]));
    const recall = drawn((hit, i) => ratio(hit, this.drawnFits[i]));
    const f1 = drawn((hit, i) => ratio(2 * hit, drawnKept[i] + this.drawnFits[i]));
    found.precision.splice(1, 2, ...wider(precision, wilson(hits, kept, z)));
    found.recall.splice(1, 2, ...wider(recall, wilson(hits, this.nFits, z)));
    found.f1.splice(1, 2, ...f1);
    return found;
  }
}

// The threshold with the fewest digits that keeps the same; the highest of those.
function roundest({ from, upTo }, steps) {
  for (let unit = steps; unit >= 1; unit /= 10) {
    const candidate = Math.floor(upTo / unit) * unit;
    if (candidate >= from) return candidate;
  }
  return upTo;
}
