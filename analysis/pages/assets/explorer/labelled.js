// Questions with their scores at an operating point: what is kept, and what that changes.

class Labelled {
  constructor(data) {
    Object.assign(this, data);
    this.animal = Uint8Array.from(this.labels, (label) => label < this.n_animals);
    this.images = new Uint32Array(this.cells.length);
    let question = 0;
    this.asked.forEach((asked, image) => {
      this.images.fill(image + 1, question, question + asked);
      question += asked;
    });
    this.wasKept = Uint8Array.from(this.cells, (_, i) => (this.before[i >> 3] >> (i & 7)) & 1);
    this.goldenOf = new Map(Array.from(this.golden.questions, (place, i) => [place, i]));
    this.examples.questions = running(this.examples.questions);
    this.examples.starts = starts(this.examples.votes);
    this.samples = { all: this.sample(() => true) };
  }

  // The golden questions of some labels.
  sample(isOf) {
    const { questions, fits } = this.golden;
    const chosen = Array.from(questions.keys()).filter((i) => isOf(questions[i]));
    const of = (values) => chosen.map((i) => values[questions[i]]);
    const known = chosen.map((i) => fits[i]);
    return new Sample(of(this.cells), known, of(this.animal), of(this.images), this.least);
  }

  // Count what is kept, and what changes, in one pass over the questions.
  at(threshold, animalThreshold) {
    const seen = {
      labels: this.originals.length,
      images: this.originals.length,
      before: { labels: this.originals.length, images: this.originals.length },
      animals: { labels: 0, images: 0 },
      others: { labels: 0, images: 0 },
      filled: 0,
      emptied: 0,
      classes: Array.from({ length: this.n_classes }, (_, label) => ({ label, before: 0, after: 0, added: 0, dropped: 0 })),
    };
    let question = 0;
    for (const asked of this.asked) {
      const kept = [0, 0];
      let before = 0;
      for (const end = question + asked; question < end; question += 1) {
        const animal = this.animal[question];
        const is = this.cells[question] > (animal ? animalThreshold : threshold) ? 1 : 0;
        const was = this.wasKept[question];
        kept[animal] += is;
        before += was;
        if (!is && !was) continue;
        const ofClass = seen.classes[this.labels[question]];
        ofClass.after += is;
        ofClass.before += was;
        if (is > was) ofClass.added += 1;
        if (was > is) ofClass.dropped += 1;
      }
      if (asked) countImage(seen, kept, before);
    }
    seen.added = seen.classes.reduce((sum, { added }) => sum + added, 0);
    seen.dropped = seen.classes.reduce((sum, { dropped }) => sum + dropped, 0);
    return seen;
  }

  // Examples that change sides: golden ones first, then the others from all over the change.
  changed(threshold, animalThreshold, most) {
    const { questions } = this.examples;
    const found = { golden: [], other: [] };
    questions.forEach((question, example) => {
      const is = this.cells[question] > (this.animal[question] ? animalThreshold : threshold);
      if (is === Boolean(this.wasKept[question])) return;
      found[this.goldenOf.has(question) ? "golden" : "other"].push({ example, question, added: is });
    });
    const golden = spread(found.golden, Math.max(most / 2, most - found.other.length));
    return [...golden, ...spread(found.other, most - golden.length)];
  }

  // The votes of one item: of the examples, or of the experts on the golden questions.
  votesOf(votes, item) {
    const shown = [];
    for (let vote = votes.starts[item]; vote < votes.starts[item + 1]; vote += 1) {
      shown.push({ rater: votes.names[votes.raters[vote]], answer: this.answers[votes.says[vote]] });
    }
    return { shown, more: votes.unshown[item] };
  }
}

// A release: questions about images, some of animals, whose labels can have their own threshold.
class Release extends Labelled {
  constructor(data) {
    super(data);
    this.golden.starts = starts(this.golden.votes);
    this.samples.animals = this.sample((question) => this.animal[question]);
    this.samples.others = this.sample((question) => !this.animal[question]);
    this.words = { units: "images", known: "the golden questions", same: "None: these are the labels of real.json." };
  }

  labelName(label) {
    return String(label);
  }

  labelKind(label) {
    return label < this.n_animals ? "animal" : "other";
  }

  // A card's heading, what stands beside it, and the name of what was asked about.
  heading(question, example) {
    const image = String(this.images[question]).padStart(8, "0");
    const beside = this.examples.original[example] ? "the original label" : "";
    return { title: `Label ${this.labels[question]}`, beside, name: this.image_name.replace("{}", () => image) };
  }

  ballots(question, example) {
    const golden = this.goldenOf.get(question);
    const raters = { who: "raters", ...this.votesOf(this.examples, example) };
    return golden === undefined ? [raters] : [raters, { who: "experts", ...this.votesOf(this.golden, golden) }];
  }

  mark(answer) {
    return answer;
  }

  files(thresholds, apart, seen) {
    const [threshold, animalThreshold] = thresholds;
    return {
      download: () => ["real.json", labelFile(this, threshold, animalThreshold)],
      "download-provenance": () => ["real.provenance.json", labelRecord(this, { threshold, animalThreshold, apart }, seen)],
    };
  }
}

// A user's own votes: each question asks whether an item is of a class.
class OwnVotes extends Labelled {
  constructor(data) {
    super(data);
    this.words = { units: "items", known: "the known items", same: "None: each item has its likeliest label, and no other." };
  }

  labelName(label) {
    return this.classes[label];
  }

  labelKind() {
    return "";
  }

  heading(question) {
    const golden = this.goldenOf.get(question);
    const beside = golden === undefined ? "" : `known: ${this.classes[this.golden.truth[golden]]}`;
    return { title: this.classes[this.labels[question]], beside, name: `item ${clipped(this.items[this.images[question] - 1], 60)}` };
  }

  ballots(question, example) {
    const raters = { who: "raters", ...this.votesOf(this.examples, example) };
    return [{ ...raters, about: this.classes[this.labels[question]] }];
  }

  mark(answer, about) {
    if (!this.classes.includes(answer)) return "";
    return answer === about ? "yes" : "no";
  }

  files([threshold]) {
    return { download: () => ["labels.csv", labelTable(this, threshold)] };
  }
}

function countImage(seen, [others, animals], before) {
  const kept = others + animals;
  seen.labels += kept;
  seen.before.labels += before;
  seen.others.labels += others;
  seen.animals.labels += animals;
  seen.images += kept > 0;
  seen.before.images += before > 0;
  seen.others.images += others > 0;
  seen.animals.images += animals > 0;
  seen.filled += kept > 0 && !before;
  seen.emptied += before > 0 && !kept;
}

// Running sums, and where each item's entries begin.
function running(steps) {
  let sum = 0;
  return Uint32Array.from(steps, (step) => (sum += step));
}

function starts(counts) {
  return Uint32Array.of(0, ...running(counts));
}

// At most so many of a list, from its beginning to its end.
function spread(list, most) {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / most)]);
}
