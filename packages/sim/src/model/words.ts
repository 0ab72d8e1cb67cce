import { ParseError, Prefix } from "@twoway/core";

/** Blank-separated words of one line, with the offset of each for errors. A word in double quotes may hold blanks. */
export class Words {
  readonly text: string;
  usage: string | undefined;
  readonly #words: { readonly word: string; readonly offset: number }[];
  #next = 0;

  constructor(text: string, usage?: string) {
    this.text = text;
    this.usage = usage;
    this.#words = [...text.matchAll(/"(?:[^"\\]|\\.)*"(?!\S)|\S+/g)].map(({ 0: word, index }) => ({
      word,
      offset: index,
    }));
  }

  take(missing: string): string {
    const next = this.#words[this.#next];
    if (next === undefined) throw new ParseError(this.text, missing, this.text.length, this.usage);
    this.#next++;
    return next.word;
  }

  isAtEnd(): boolean {
    return this.#next === this.#words.length;
  }

  /** Reports whether the word comes next. */
  isAt(word: string): boolean {
    return this.#words[this.#next]?.word === word;
  }

  /** Takes the word if it comes next. */
  skip(word: string): boolean {
    if (!this.isAt(word)) return false;
    this.#next++;
    return true;
  }

  expect(word: string): void {
    const found = this.take(`${JSON.stringify(word)} is missing`);
    if (found !== word)
      throw this.error(`${JSON.stringify(word)} should stand before ${JSON.stringify(found)}`, this.usage);
  }

  end(): void {
    const extra = this.#words[this.#next];
    if (extra === undefined) return;
    throw new ParseError(this.text, `${JSON.stringify(extra.word)} is too much`, extra.offset, this.usage);
  }

  /** Reads one word by another grammar; offsets of its errors become offsets in the whole line. */
  within<T>(parse: (word: string) => T, missing: string): T {
    const word = this.take(missing);
    try {
      return parse(word);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const { offset } = this.#words[this.#next - 1];
      const fixed =
        error.suggestion &&
        this.text.slice(0, offset) + error.suggestion + this.text.slice(offset + word.length);
      throw new ParseError(this.text, `${JSON.stringify(word)}: ${error.rule}`, offset + error.offset, fixed);
    }
  }

  prefix(missing: string): Prefix {
    return this.within((word) => Prefix.parse(word), missing);
  }

  /** Reads `VPC/SUBNET`. */
  subnet(): { readonly vpc: string; readonly subnet: string } {
    return this.within((word) => {
      const [vpc, subnet, ...more] = word.split("/");
      if (!vpc || !subnet || more.length > 0) throw new ParseError(word, "a subnet is written VPC/SUBNET", 0);
      return { vpc, subnet };
    }, "the subnet is missing");
  }

  /** Reads a name for people: one word, or text in double quotes with the escapes of JSON. */
  name(): string {
    return this.within((word) => {
      if (!word.startsWith('"')) return word;
      try {
        return JSON.parse(word) as string;
      } catch {
        throw new ParseError(word, "a quoted name follows the rules of JSON", 0);
      }
    }, "the name is missing");
  }

  bandwidth(): number {
    return this.within((word) => {
      const [, digits] = /^(\d{1,9})(?:Mbps)?$/.exec(word) ?? [];
      if (digits === undefined || Number(digits) === 0)
        throw new ParseError(word, "bandwidth is a whole number of Mbps", 0, "100");
      return Number(digits);
    }, "the bandwidth is missing");
  }

  /** Returns an error at the word taken last. */
  error(rule: string, suggestion?: string): ParseError {
    return new ParseError(this.text, rule, this.#words[this.#next - 1].offset, suggestion);
  }
}

/** Returns the name as `Words.name` reads it. */
export function formatName(name: string): string {
  return /^[^\s"]+$/u.test(name) ? name : JSON.stringify(name);
}
