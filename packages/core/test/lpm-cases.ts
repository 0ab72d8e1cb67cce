import { type Address, type Entry, formatAddress, Prefix, parseAddress } from "@twoway/core";
import type { Test } from "uvu";
import * as assert from "uvu/assert";

/** A table, and for each address the prefix that must win, "" for none. The value of a prefix is its place in the table. */
interface LpmCase {
  readonly title: string;
  readonly table: string;
  readonly lookups: Readonly<Record<string, string>>;
}

const LPM_CASES: readonly LpmCase[] = [
  {
    title: "an empty table matches nothing",
    table: "",
    lookups: { "0.0.0.0": "", "10.0.0.1": "", "::": "" },
  },
  {
    title: "a default route matches every address of its family only",
    table: "0.0.0.0/0",
    lookups: { "0.0.0.0": "0.0.0.0/0", "255.255.255.255": "0.0.0.0/0", "128.0.0.0": "0.0.0.0/0", "::": "" },
  },
  {
    title: "the IPv6 default route matches every IPv6 address only",
    table: "::/0",
    lookups: {
      "::": "::/0",
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": "::/0",
      "8000::": "::/0",
      "0.0.0.0": "",
    },
  },
  {
    title: "a more specific prefix wins over the default route",
    table: "0.0.0.0/0 10.0.0.0/8",
    lookups: {
      "9.255.255.255": "0.0.0.0/0",
      "10.0.0.0": "10.0.0.0/8",
      "10.255.255.255": "10.0.0.0/8",
      "11.0.0.0": "0.0.0.0/0",
    },
  },
  {
    title: "the order of the table decides nothing",
    table: "10.1.0.0/16 10.0.0.0/8 10.1.2.0/24 0.0.0.0/0",
    lookups: {
      "10.1.2.3": "10.1.2.0/24",
      "10.1.3.0": "10.1.0.0/16",
      "10.2.0.0": "10.0.0.0/8",
      "11.0.0.0": "0.0.0.0/0",
    },
  },
  {
    title: "a host route matches one address",
    table: "10.0.0.1/32",
    lookups: { "10.0.0.0": "", "10.0.0.1": "10.0.0.1/32", "10.0.0.2": "" },
  },
  {
    title: "host routes at the ends of the address space",
    table: "0.0.0.0/32 255.255.255.255/32 ::/128 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    lookups: {
      "0.0.0.0": "0.0.0.0/32",
      "0.0.0.1": "",
      "255.255.255.254": "",
      "255.255.255.255": "255.255.255.255/32",
      "::": "::/128",
      "::1": "",
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    },
  },
  {
    title: "siblings divide at one bit",
    table: "192.168.0.0/25 192.168.0.128/25",
    lookups: { "192.168.0.127": "192.168.0.0/25", "192.168.0.128": "192.168.0.128/25", "192.168.1.0": "" },
  },
  {
    title: "both halves of the address space, where the sign bit stands",
    table: "0.0.0.0/1 128.0.0.0/1",
    lookups: { "127.255.255.255": "0.0.0.0/1", "128.0.0.0": "128.0.0.0/1", "255.255.255.255": "128.0.0.0/1" },
  },
  {
    title: "prefixes with one address and different lengths",
    table: "0.0.0.0/0 0.0.0.0/8 0.0.0.0/16 0.0.0.0/24 0.0.0.0/31 0.0.0.0/32",
    lookups: {
      "0.0.0.0": "0.0.0.0/32",
      "0.0.0.1": "0.0.0.0/31",
      "0.0.0.2": "0.0.0.0/24",
      "0.0.1.0": "0.0.0.0/16",
      "0.1.0.0": "0.0.0.0/8",
      "1.0.0.0": "0.0.0.0/0",
    },
  },
  {
    title: "lengths around the borders between 32-bit words",
    table:
      "2001:db8::/31 2001:db8::/32 2001:db8::/33 2001:db8:0:0::/64 2001:db8::/65 2001:db8::/96 2001:db8::/97",
    lookups: {
      "2001:db9::": "2001:db8::/31",
      "2001:db8:8000::": "2001:db8::/32",
      "2001:db8:1::": "2001:db8::/33",
      "2001:db8::8000:0:0:0": "2001:db8::/64",
      "2001:db8::1:0:0:0": "2001:db8::/65",
      "2001:db8::8000:0": "2001:db8::/96",
      "2001:db8::1": "2001:db8::/97",
      "2001:dba::": "",
    },
  },
  {
    title: "an IPv4-mapped IPv6 address is not an IPv4 address",
    table: "10.0.0.0/8 ::ffff:0:0/96",
    lookups: { "::ffff:10.0.0.1": "::ffff:0.0.0.0/96", "10.0.0.1": "10.0.0.0/8" },
  },
];

/** Adds one test per case to `test`. `make` builds the contender; its answer is a value of the entries, or undefined. */
export function lpmCases(
  test: Test,
  make: (entries: readonly Entry[]) => (address: Address) => number | undefined,
): void {
  for (const { title, table, lookups } of LPM_CASES) {
    test(`longest match: ${title}`, () => {
      const entries = table
        .split(" ")
        .filter((text) => text !== "")
        .map((text, value) => ({ prefix: Prefix.parse(text), value }));
      const lookup = make(entries);
      for (const [address, winner] of Object.entries(lookups)) {
        const value = lookup(parseAddress(address));
        assert.is(
          value === undefined ? "" : entries[value].prefix.toString(),
          winner,
          formatAddress(parseAddress(address)),
        );
      }
    });
  }
}
