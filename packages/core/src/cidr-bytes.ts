/**
 * CIDR text and addresses read from bytes, straight into 32-bit words. These are the quick readers of big tables: they know only plain
 * spellings and answer -1 to anything else (`false` for addresses), right or wrong, which `Prefix.parse` then reads or explains.
 */

/** Reads `10.0.0.0/8` in bytes[at..end) into words[0]; returns its length, or -1. Host bits are not looked at. */
export function readCidr4(bytes: Uint8Array, at: number, end: number, words: Uint32Array): number {
  const slash = readOctets(bytes, at, end, words, 0);
  return slash < 0 || slash === end || bytes[slash] !== SLASH ? -1 : readLength(bytes, slash + 1, end, 32);
}

/** Reads `10.0.0.1`, all of bytes[at..end), into words[to]; reports whether it is one. */
export function readAddress4(
  bytes: Uint8Array,
  at: number,
  end: number,
  words: Uint32Array,
  to: number,
): boolean {
  return readOctets(bytes, at, end, words, to) === end;
}

/** Reads four octets and returns where they end, or -1. */
function readOctets(bytes: Uint8Array, at: number, end: number, words: Uint32Array, to: number): number {
  let address = 0;
  for (let octets = 1; octets <= 4; octets++) {
    const start = at;
    let octet = 0;
    while (at < end && isDigit(bytes[at])) octet = octet * 10 + bytes[at++] - 48;
    if (at === start || at - start > 3 || octet > 255 || (bytes[start] === 48 && at - start > 1)) return -1;
    address = (address << 8) | octet;
    if (octets < 4 && (at === end || bytes[at++] !== DOT)) return -1;
  }
  words[to] = address;
  return at;
}

/** Reads `2001:db8::/32` in bytes[at..end) into words[0..3]; returns its length, or -1. No dotted tail. */
export function readCidr6(bytes: Uint8Array, at: number, end: number, words: Uint32Array): number {
  let slash = at;
  while (slash < end && bytes[slash] !== SLASH) slash++;
  if (slash === end || !readAddress6(bytes, at, slash, words, 0)) return -1;
  return readLength(bytes, slash + 1, end, 128);
}

/** Reads `2001:db8::1`, all of bytes[at..end), into words[to..to+3]; reports whether it is one. No dotted tail. */
export function readAddress6(
  bytes: Uint8Array,
  at: number,
  end: number,
  words: Uint32Array,
  to: number,
): boolean {
  let groups = 0;
  let gap = -1; // number of groups before "::"
  if (at + 1 < end && bytes[at] === COLON && bytes[at + 1] === COLON) {
    gap = 0;
    at += 2;
  }
  while (at < end) {
    const start = at;
    let group = 0;
    for (let digit = 0; at < end; at++) {
      digit = hexDigit(bytes[at]);
      if (digit < 0) break;
      group = (group << 4) | digit;
    }
    if (at === start || at - start > 4 || groups === 8) return false;
    GROUPS[groups++] = group;
    if (at === end) break;
    if (bytes[at++] !== COLON || at === end) return false;
    if (bytes[at] === COLON) {
      if (gap >= 0) return false;
      gap = groups;
      at++;
    }
  }
  if (gap < 0 ? groups !== 8 : groups > 7) return false;
  if (gap >= 0) {
    const behind = groups - gap;
    GROUPS.copyWithin(8 - behind, gap, groups);
    GROUPS.fill(0, gap, 8 - behind);
  }
  for (let i = 0; i < 4; i++) words[to + i] = (GROUPS[2 * i] << 16) | GROUPS[2 * i + 1];
  return true;
}

/** The groups of the address within one call of `readCidr6`: eight at most, which it checks. */
const GROUPS = new Uint16Array(8);

const DOT = 46;
const SLASH = 47;
const COLON = 58;

function readLength(bytes: Uint8Array, at: number, end: number, width: number): number {
  const start = at;
  let length = 0;
  while (at < end && isDigit(bytes[at])) length = length * 10 + bytes[at++] - 48;
  if (at === start || at < end || at - start > 3 || length > width) return -1;
  return bytes[start] === 48 && at - start > 1 ? -1 : length;
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function hexDigit(c: number): number {
  if (isDigit(c)) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
