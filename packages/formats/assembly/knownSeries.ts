/*
 * AssemblyScript, compiled by scripts/buildWasm.mjs: the inner loops of remote write over one linear memory
 * that `src/remoteWrite/knownSeries.ts` lays out. It takes only what it is sure of; at everything else it stops
 * and says where, and the decoder in TypeScript goes on, which alone knows what is malformed and why.
 */

/** An entry: hash u32, reference u32, place of its bytes u32, their length u32, the entry seen next u32. */
const ENTRY_BYTES: u32 = 20;
const REFERENCE: usize = 4;
const PLACE: usize = 8;
const LENGTH: usize = 12;
const NEXT: usize = 16;

/** Slots looked at before a place is called full: keeps the cost of chosen collisions bounded. */
const PROBES_MAX: u32 = 64;
const NONE: u32 = 0xffffffff;

const SERIES_TAG: u32 = 0x0a;
const LABEL_TAG: u32 = 0x0a;
const SAMPLE_TAG: u32 = 0x12;
const VALUE_TAG: u32 = 0x09;
const TIME_TAG: u32 = 0x10;
const TIME_MAX: i64 = 9007199254740991;

const PRIME_1: u64 = ((<u64>0x9e3779b1) << 32) | 0x85ebca87;
const PRIME_2: u64 = ((<u64>0xc2b2ae3d) << 32) | 0x27d4eb4f;

let entries: usize = 0;
let entriesMax: u32 = 0;
let slots: usize = 0;
let slotMask: u32 = 0;
let bytesStart: usize = 0;
let bytesEnd: usize = 0;
let seed: u64 = 0;
let entryCount: u32 = 0;
let bytesUsed: usize = 0;

/** Columns that `run` fills. */
let references: usize = 0;
let sampleSeries: usize = 0;
let times: usize = 0;
let values: usize = 0;
let columnsMax: u32 = 0;

/** What the last `run` put into the columns. */
export let seriesCount: u32 = 0;
export let sampleCount: u32 = 0;

/** The entry met last, whose `next` is tried first. */
let previous: u32 = NONE;

export function layOut(
  entriesAt: usize,
  entriesMost: u32,
  slotsAt: usize,
  slotCount: u32,
  bytesAt: usize,
  bytesMost: usize,
  hashSeed: u64,
): void {
  entries = entriesAt;
  entriesMax = entriesMost;
  slots = slotsAt;
  slotMask = slotCount - 1;
  bytesStart = bytesAt;
  bytesEnd = bytesAt + bytesMost;
  bytesUsed = bytesAt;
  seed = hashSeed;
}

export function layOutColumns(
  referencesAt: usize,
  sampleSeriesAt: usize,
  timesAt: usize,
  valuesAt: usize,
  most: u32,
): void {
  references = referencesAt;
  sampleSeries = sampleSeriesAt;
  times = timesAt;
  values = valuesAt;
  columnsMax = most;
}

/** Forgets all series. */
export function clear(): void {
  memory.fill(slots, 0, (<usize>slotMask + 1) << 2);
  entryCount = 0;
  bytesUsed = bytesStart;
  previous = NONE;
}

/** Begins a body: what came before the last one does not say what comes first in it. */
export function begin(): void {
  previous = NONE;
}

/**
 * Decompresses the elements of a snappy block; both ranges are followed by 16 bytes that may be overwritten.
 * Returns 1, or 0 for anything that is not exactly `length` bytes.
 */
export function decompress(source: usize, sourceEnd: usize, target: usize, length: usize): u32 {
  const targetEnd = target + length;
  let from = source;
  let to = target;
  while (from < sourceEnd) {
    const tag = <u32>load<u8>(from++);
    let size: usize = 0;
    const kind = tag & 3;
    if (kind === 0) {
      size = <usize>(tag >> 2) + 1;
      if (size > 60) {
        const lengthBytes = size - 60;
        if (from + lengthBytes > sourceEnd) return 0;
        // Within the memory whatever the length: the input is followed by slack.
        const bits = <u32>load<u32>(from);
        const declared = lengthBytes === 4 ? bits : bits & ((1 << ((<u32>lengthBytes) << 3)) - 1);
        if (declared === 0xffffffff) return 0;
        size = <usize>declared + 1;
        from += lengthBytes;
      }
      if (size > sourceEnd - from || size > targetEnd - to) return 0;
      if (size <= 16) {
        store<u64>(to, load<u64>(from));
        store<u64>(to, load<u64>(from, 8), 8);
      } else {
        memory.copy(to, from, size);
      }
      from += size;
    } else {
      let offset: usize = 0;
      if (kind === 1) {
        if (from >= sourceEnd) return 0;
        size = <usize>((tag >> 2) & 7) + 4;
        offset = ((<usize>(tag >> 5)) << 8) | <usize>load<u8>(from++);
      } else if (kind === 2) {
        if (from + 2 > sourceEnd) return 0;
        size = <usize>(tag >> 2) + 1;
        offset = <usize>load<u16>(from);
        from += 2;
      } else {
        if (from + 4 > sourceEnd) return 0;
        size = <usize>(tag >> 2) + 1;
        offset = <usize>load<u32>(from);
        from += 4;
      }
      if (offset === 0 || offset > to - target || size > targetEnd - to) return 0;
      copyBack(to, offset, size);
    }
    to += size;
  }
  return to === targetEnd ? 1 : 0;
}

/** A copy may reach into what it writes. */
function copyBack(to: usize, offset: usize, size: usize): void {
  const from = to - offset;
  if (offset >= 8) {
    for (let i: usize = 0; i < size; i += 8) store<u64>(to + i, load<u64>(from + i));
  } else {
    for (let i: usize = 0; i < size; i++) store<u8>(to + i, load<u8>(from + i));
  }
}

/**
 * Takes TimeSeries of known series, with nothing but their labels and samples, from `start` on into the
 * columns; samples name their series by its place in the columns plus `firstSeries`. Returns where it stopped:
 * `end`, a field that is something else, or the first series that does not fit into the columns.
 */
export function run(start: usize, end: usize, firstSeries: u32): usize {
  seriesCount = 0;
  sampleCount = 0;
  let at = start;
  while (at < end && <u32>load<u8>(at) === SERIES_TAG) {
    let length: usize = <usize>load<u8>(at + 1);
    let from = at + 2;
    if (length >= 0x80) {
      length = (length & 0x7f) | ((<usize>load<u8>(from++)) << 7);
      if (length >= 0x4000) {
        length = (length & 0x3fff) | ((<usize>load<u8>(from++)) << 14);
        if (length >= 0x200000) break;
      }
    }
    if (from > end || length > end - from) break;
    const seriesEnd = from + length;
    const entry = lookUp(from, seriesEnd);
    if (entry === NONE) break;
    const reference = load<u32>(entryAt(entry) + REFERENCE);
    if (reference === 0 || seriesCount === columnsMax) break;
    const before = sampleCount;
    if (
      !takeSamples(from + <usize>load<u32>(entryAt(entry) + LENGTH), seriesEnd, firstSeries + seriesCount)
    ) {
      sampleCount = before;
      break;
    }
    if (sampleCount > before) {
      store<u32>(references + ((<usize>seriesCount) << 2), reference);
      seriesCount++;
    }
    at = seriesEnd;
  }
  return at;
}

/** The fields up to `end`, false when they are not all samples of the usual form or do not fit. */
function takeSamples(start: usize, end: usize, series: u32): bool {
  let at = start;
  while (at < end) {
    if (<u32>load<u8>(at) !== SAMPLE_TAG || sampleCount === columnsMax) return false;
    const sampleEnd = at + 2 + <usize>load<u8>(at + 1);
    if (<u32>load<u8>(at + 1) >= 0x80 || sampleEnd > end) return false;
    at += 2;
    let value: u64 = 0;
    let time: i64 = 0;
    while (at < sampleEnd) {
      const tag = <u32>load<u8>(at++);
      if (tag === VALUE_TAG) {
        if (at + 8 > sampleEnd) return false;
        value = load<u64>(at);
        at += 8;
      } else if (tag === TIME_TAG) {
        let shift: i64 = 0;
        let byte: i64 = 0;
        time = 0;
        do {
          if (at >= sampleEnd || shift > 49) return false;
          byte = <i64>load<u8>(at++);
          time |= (byte & 0x7f) << shift;
          shift += 7;
        } while (byte >= 0x80);
      } else {
        return false;
      }
    }
    if (time > TIME_MAX) return false;
    const index = <usize>sampleCount;
    store<u32>(sampleSeries + (index << 2), series);
    store<f64>(times + (index << 3), <f64>time);
    store<u64>(values + (index << 3), value);
    sampleCount++;
  }
  return true;
}

/** The entry whose bytes are the Label fields at the start of a TimeSeries, `NONE` when there is none. */
function lookUp(start: usize, end: usize): u32 {
  if (previous !== NONE) {
    const guess = load<u32>(entryAt(previous) + NEXT);
    if (guess !== NONE) {
      const length = <usize>load<u32>(entryAt(guess) + LENGTH);
      if (
        length < end - start &&
        <u32>load<u8>(start + length) === SAMPLE_TAG &&
        isEntry(guess, start, length)
      ) {
        previous = guess;
        return guess;
      }
    }
  }
  const labelsEnd = endOfLabels(start, end);
  if (labelsEnd === 0) return NONE;
  const entry = find(start, labelsEnd - start, hashOf(start, labelsEnd - start));
  if (entry !== NONE) follow(entry);
  return entry;
}

/** Where the Label fields end, 0 when one of them is not whole or is longer than 16 KB. */
function endOfLabels(start: usize, end: usize): usize {
  let at = start;
  while (at < end && <u32>load<u8>(at) === LABEL_TAG) {
    let length = <usize>load<u8>(at + 1);
    at += 2;
    if (length >= 0x80) {
      length = (length & 0x7f) | ((<usize>load<u8>(at++)) << 7);
      if (length >= 0x4000) return 0;
    }
    at += length;
  }
  return at > end ? 0 : at;
}

/**
 * The entry for the Label fields `start .. start + length`, which is made when there is none; its reference is 0
 * until it is set. `NONE` when there is no room.
 */
export function reserve(start: usize, length: usize): u32 {
  const hash = hashOf(start, length);
  let entry = find(start, length, hash);
  if (entry === NONE) {
    if (hasRoom(length) === 0) return NONE;
    let slot = hash & slotMask;
    let probes: u32 = 0;
    while (load<u32>(slots + ((<usize>slot) << 2)) !== 0) {
      if (++probes === PROBES_MAX) return NONE;
      slot = (slot + 1) & slotMask;
    }
    entry = entryCount++;
    store<u32>(slots + ((<usize>slot) << 2), entry + 1);
    const at = entryAt(entry);
    store<u32>(at, hash);
    store<u32>(at, 0, REFERENCE);
    store<u32>(at, <u32>bytesUsed, PLACE);
    store<u32>(at, <u32>length, LENGTH);
    store<u32>(at, NONE, NEXT);
    memory.copy(bytesUsed, start, length);
    bytesUsed += length;
  }
  follow(entry);
  return entry;
}

/** Whether `reserve` has room for another entry of this length. */
export function hasRoom(length: usize): u32 {
  // Comparisons may read up to 8 bytes past the end of the last entry's bytes.
  return entryCount < entriesMax && length + 8 <= bytesEnd - bytesUsed ? 1 : 0;
}

export function setReference(entry: u32, reference: u32): void {
  store<u32>(entryAt(entry) + REFERENCE, reference);
}

function entryAt(entry: u32): usize {
  return entries + <usize>entry * ENTRY_BYTES;
}

/** Notes that `entry` came after the one before it. */
function follow(entry: u32): void {
  if (previous !== NONE) store<u32>(entryAt(previous) + NEXT, entry);
  previous = entry;
}

function find(start: usize, length: usize, hash: u32): u32 {
  let slot = hash & slotMask;
  for (let probes: u32 = 0; probes < PROBES_MAX; probes++) {
    const entry = load<u32>(slots + ((<usize>slot) << 2)) - 1;
    if (entry === NONE) return NONE;
    const at = entryAt(entry);
    if (load<u32>(at) === hash && load<u32>(at + LENGTH) === <u32>length && isEntry(entry, start, length)) {
      return entry;
    }
    slot = (slot + 1) & slotMask;
  }
  return NONE;
}

/** Whether the bytes are those of an entry of the same length. */
function isEntry(entry: u32, start: usize, length: usize): bool {
  const bytes = <usize>load<u32>(entryAt(entry) + PLACE);
  let i: usize = 0;
  for (const whole = length & ~7; i < whole; i += 8) {
    if (load<u64>(bytes + i) !== load<u64>(start + i)) return false;
  }
  const rest = length & 7;
  if (rest === 0) return true;
  const shift = <u64>(64 - (rest << 3));
  return load<u64>(bytes + i) << shift === load<u64>(start + i) << shift;
}

function hashOf(start: usize, length: usize): u32 {
  let hash = seed ^ (<u64>length * PRIME_1);
  let i: usize = 0;
  for (const whole = length & ~7; i < whole; i += 8) {
    hash = rotl<u64>(hash ^ (load<u64>(start + i) * PRIME_2), 29) * PRIME_1;
  }
  const rest = length & 7;
  if (rest !== 0) {
    const shift = <u64>(64 - (rest << 3));
    hash = rotl<u64>(hash ^ ((load<u64>(start + i) << shift) * PRIME_2), 29) * PRIME_1;
  }
  hash ^= hash >> 32;
  hash *= PRIME_2;
  return <u32>(hash >> 29);
}
