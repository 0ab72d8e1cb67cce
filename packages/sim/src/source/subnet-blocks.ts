import { type Prefix, Trie } from "@twoway/core";
import type { Subnet } from "../model/network.ts";

/** The blocks of the subnets read so far, in a trie, so that ten thousand of them are no slower to compare than ten. */
export class SubnetBlocks {
  readonly #trie = new Trie();
  readonly #ids: string[] = [];

  add(subnet: Subnet): void {
    for (const cidr of subnet.cidrs) this.#trie.insert(cidr, this.#ids.length);
    this.#ids.push(subnet.id);
  }

  /** Returns the first subnet that shares addresses with the block: one around it, or one inside it. */
  clash(block: Prefix): { readonly id: string; readonly cidr: Prefix } | undefined {
    for (const entries of [this.#trie.supernets(block), this.#trie.subnets(block)]) {
      for (const { prefix, value } of entries) return { id: this.#ids[value], cidr: prefix };
    }
    return undefined;
  }
}
