/**
 * Delta-net, written from the paper: A. Horn, A. Kheradmand, M. Prasad, "Delta-net: Real-time Network Verification Using
 * Atoms", NSDI 2017. One set of atoms for the whole network: half-open intervals between all places where a rule begins
 * or ends. For each atom and node, the rules that cover it by priority; for each link, the set of atoms that it carries.
 * Inserting or removing a rule looks at the atoms in its interval (algorithms 1 and 2 of the paper).
 *
 * The balanced trees of the paper are a sorted array (bounds) and lists that share their tails (the rules of an atom at
 * a node), which a split of an atom copies by copying one number per node.
 *
 *   bounds   ascending; atom ids beside them: atomAt[i] is the atom from bounds[i] to before bounds[i+1]
 *   heads    atom × node -> first cell of the list of its rules there, highest priority first; 0 is the empty list
 *   cells    rule and next cell
 *   labels   link -> bit set of atoms
 */
export class DeltaNet {
  readonly #nodes: number;
  #bounds = new Float64Array(1024);
  #atomAt = new Uint32Array(1024);
  #size = 1;
  #heads: Uint32Array;
  #cellRule = new Uint32Array(1 << 16);
  #cellNext = new Uint32Array(1 << 16);
  #cells = 1;
  readonly #labels: Uint32Array[];
  readonly #ends: Float64Array[] = [new Float64Array(1024), new Float64Array(1024)];

  constructor(nodes: number, links: number) {
    this.#nodes = nodes;
    this.#heads = new Uint32Array(1024 * nodes);
    this.#labels = Array.from({ length: links }, () => new Uint32Array(32));
    this.#bounds[1] = SPACE; // behind the last atom
    this.#ends[1][0] = SPACE;
  }

  get atoms(): number {
    return this.#size;
  }

  /** Rules by id: what they match, how they rank, where they are, and the link that they lead to. */
  readonly #rules: Rule[] = [];

  insert(rule: Rule): number {
    const id = this.#rules.push(rule) - 1;
    this.restore(id);
    return id;
  }

  /** Inserts a rule that was removed. */
  restore(id: number): void {
    const { lo, hi, node, link } = this.#rules[id];
    this.#split(lo);
    this.#split(hi);
    for (let i = this.#indexOf(lo); this.#bounds[i] < hi; i++) {
      const atom = this.#atomAt[i];
      const slot = atom * this.#nodes + node;
      const before = this.#heads[slot];
      this.#heads[slot] = this.#with(before, id);
      if (this.#cellRule[this.#heads[slot]] !== id || this.#heads[slot] === before) continue;
      if (before !== 0) this.#mark(this.#rules[this.#cellRule[before]].link, atom, 0);
      this.#mark(link, atom, 1);
    }
  }

  remove(id: number): void {
    const { lo, hi, node, link } = this.#rules[id];
    for (let i = this.#indexOf(lo); this.#bounds[i] < hi; i++) {
      const atom = this.#atomAt[i];
      const slot = atom * this.#nodes + node;
      const before = this.#heads[slot];
      this.#heads[slot] = this.#without(before, id);
      if (this.#cellRule[before] !== id) continue;
      this.#mark(link, atom, 0);
      const next = this.#heads[slot];
      if (next !== 0) this.#mark(this.#rules[this.#cellRule[next]].link, atom, 1);
    }
  }

  /** Returns how many addresses both links carry. */
  carried(a: number, b: number): number {
    const [one, other] = [this.#labels[a], this.#labels[b]];
    let count = 0;
    for (let w = Math.min(one.length, other.length) - 1; w >= 0; w--) {
      for (let both = one[w] & other[w]; both !== 0; both &= both - 1) {
        const atom = 32 * w + 31 - Math.clz32(both & -both);
        count += this.#ends[1][atom] - this.#ends[0][atom];
      }
    }
    return count;
  }

  /** Makes the address the beginning of an atom. */
  #split(at: number): void {
    const i = this.#indexOf(at);
    if (this.#bounds[i] === at || at === SPACE) return;
    const old = this.#atomAt[i];
    const atom = this.#size++;
    if (this.#size + 1 > this.#bounds.length) this.#grow();
    this.#bounds.copyWithin(i + 2, i + 1, this.#size);
    this.#atomAt.copyWithin(i + 2, i + 1, this.#size - 1);
    this.#bounds[i + 1] = at;
    this.#atomAt[i + 1] = atom;
    this.#ends[1][atom] = this.#ends[1][old];
    this.#ends[0][atom] = at;
    this.#ends[1][old] = at;
    this.#heads.copyWithin(atom * this.#nodes, old * this.#nodes, (old + 1) * this.#nodes);
    for (let slot = atom * this.#nodes; slot < (atom + 1) * this.#nodes; slot++) {
      const head = this.#heads[slot];
      if (head !== 0) this.#mark(this.#rules[this.#cellRule[head]].link, atom, 1);
    }
  }

  /** Returns the index of the last bound that is not above the address. */
  #indexOf(address: number): number {
    let low = 0;
    let high = this.#size;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#bounds[middle] <= address) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Returns the list with the rule in its place: behind those of higher priority. */
  #with(list: number, id: number): number {
    if (list === 0 || this.#rules[this.#cellRule[list]].priority <= this.#rules[id].priority) {
      return this.#cell(id, list);
    }
    return this.#cell(this.#cellRule[list], this.#with(this.#cellNext[list], id));
  }

  #without(list: number, id: number): number {
    if (this.#cellRule[list] === id) return this.#cellNext[list];
    return this.#cell(this.#cellRule[list], this.#without(this.#cellNext[list], id));
  }

  #cell(rule: number, next: number): number {
    if (this.#cells === this.#cellRule.length) {
      this.#cellRule = larger(this.#cellRule);
      this.#cellNext = larger(this.#cellNext);
    }
    this.#cellRule[this.#cells] = rule;
    this.#cellNext[this.#cells] = next;
    return this.#cells++;
  }

  #mark(link: number, atom: number, on: 0 | 1): void {
    const word = atom >>> 5;
    if (word >= this.#labels[link].length) {
      if (on === 0) return;
      const grown = new Uint32Array(2 * word);
      grown.set(this.#labels[link]);
      this.#labels[link] = grown;
    }
    const bit = 1 << (atom & 31);
    if (on === 1) this.#labels[link][word] |= bit;
    else this.#labels[link][word] &= ~bit;
  }

  #grow(): void {
    this.#bounds = larger(this.#bounds);
    this.#atomAt = larger(this.#atomAt);
    this.#heads = larger(this.#heads);
    this.#ends[0] = larger(this.#ends[0]);
    this.#ends[1] = larger(this.#ends[1]);
  }
}

/** Matches the addresses from `lo` to before `hi` at its node. */
export interface Rule {
  readonly lo: number;
  readonly hi: number;
  readonly priority: number;
  readonly node: number;
  readonly link: number;
}

/** One behind the last address. */
const SPACE = 2 ** 32;

function larger<T extends Uint32Array | Float64Array>(column: T): T {
  const copy = new (column.constructor as new (size: number) => T)(2 * column.length);
  copy.set(column);
  return copy;
}
