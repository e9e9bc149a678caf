// Arrays and texts as analysis/pages/packing.py packs them: base64 of zlib.

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f8: Float64Array };

async function inflated(text) {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function unpackedValues({ kind, n, data }) {
  const planes = await inflated(data);
  if (kind === "text") return JSON.parse(new TextDecoder().decode(planes));
  const values = new ARRAYS[kind](n);
  const bytes = new Uint8Array(values.buffer);
  const size = values.BYTES_PER_ELEMENT;
  for (let plane = 0; plane < size; plane += 1) {
    const start = plane * n;
    for (let i = 0, at = plane; i < n; i += 1, at += size) bytes[at] = planes[start + i];
  }
  return values;
}

// Replace each packed array or text, wherever it stands, by its values; all of them at once.
async function unpacked(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Promise.all(value.map(unpacked));
  if (typeof value.data === "string") return unpackedValues(value);
  const parts = Object.entries(value).map(async ([name, part]) => [name, await unpacked(part)]);
  return Object.fromEntries(await Promise.all(parts));
}
