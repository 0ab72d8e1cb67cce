import type { Address, Entry, Prefix } from "@twoway/core";

/** What Trie does, done by looking at every entry. Shares nothing with it below Prefix. */
export class Reference {
  private list: Entry[] = [];

  get size(): number {
    return this.list.length;
  }

  insert(prefix: Prefix, value: number): number | undefined {
    const replaced = this.delete(prefix);
    this.list.push({ prefix, value });
    return replaced;
  }

  delete(prefix: Prefix): number | undefined {
    const value = this.get(prefix);
    this.list = this.list.filter((entry) => !entry.prefix.equals(prefix));
    return value;
  }

  get(prefix: Prefix): number | undefined {
    return this.list.find((entry) => entry.prefix.equals(prefix))?.value;
  }

  lookup(address: Address): number | undefined {
    return this.lookupPrefix(address)?.value;
  }

  lookupPrefix(address: Address): Entry | undefined {
    let best: Entry | undefined;
    for (const entry of this.list) {
      if (!entry.prefix.contains(address)) continue;
      if (best === undefined || entry.prefix.bits > best.prefix.bits) best = entry;
    }
    return best;
  }

  subnets(prefix: Prefix): Entry[] {
    return this.entries().filter((entry) => prefix.covers(entry.prefix));
  }

  supernets(prefix: Prefix): Entry[] {
    return this.entries()
      .filter((entry) => entry.prefix.covers(prefix))
      .sort((a, b) => a.prefix.bits - b.prefix.bits);
  }

  overlaps(prefix: Prefix): boolean {
    return this.list.some((entry) => entry.prefix.overlaps(prefix));
  }

  entries(): Entry[] {
    return [...this.list].sort((a, b) => compare(a.prefix, b.prefix));
  }
}

/** The order of `Prefix.compare`, spelled out again. */
function compare(a: Prefix, b: Prefix): number {
  if (a.family !== b.family) return a.family === 4 ? -1 : 1;
  if (a.address < b.address) return -1;
  if (a.address > b.address) return 1;
  return a.bits - b.bits;
}
