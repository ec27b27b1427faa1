/*
 * The table of series that are known by bytes: entries, found by a hash or as the one that came next last time.
 */

/** An entry: hash u32, reference u32, place of its bytes u32, their length u32, the entry seen next u32. */
const ENTRY_BYTES: u32 = 20;
const REFERENCE: usize = 4;
const PLACE: usize = 8;
const LENGTH: usize = 12;
const NEXT: usize = 16;

/** Slots looked at before a place is called full: keeps the cost of chosen collisions bounded. */
const PROBES_MAX: u32 = 64;
export const NONE: u32 = 0xffffffff;

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

/** The entry met last, for `step` to come back to. */
export function last(): u32 {
  return previous;
}

/** The entry that came after the one met last, when it came last; `NONE` when that is not known. */
export function nextEntry(): u32 {
  return previous === NONE ? NONE : load<u32>(entryAt(previous) + NEXT);
}

/** Notes that `entry` came after the one before it. */
export function follow(entry: u32): void {
  if (previous !== NONE) store<u32>(entryAt(previous) + NEXT, entry);
  previous = entry;
}

/** Goes on behind an entry: the one that came next, as `nextEntry` said, or what `last` was before. */
export function step(entry: u32): void {
  previous = entry;
}

/** The entry for the bytes `start .. start + length`, noted as the one that follows; `NONE` when there is none. */
export function look(start: usize, length: usize): u32 {
  const entry = find(start, length, hashOf(start, length));
  if (entry !== NONE) follow(entry);
  return entry;
}

/**
 * The entry for the bytes `start .. start + length`, which is made when there is none; its reference is 0
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

export function referenceOf(entry: u32): u32 {
  return load<u32>(entryAt(entry) + REFERENCE);
}

export function placeOf(entry: u32): usize {
  return <usize>load<u32>(entryAt(entry) + PLACE);
}

export function lengthOf(entry: u32): usize {
  return <usize>load<u32>(entryAt(entry) + LENGTH);
}

function entryAt(entry: u32): usize {
  return entries + <usize>entry * ENTRY_BYTES;
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
export function isEntry(entry: u32, start: usize, length: usize): bool {
  const bytes = placeOf(entry);
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
