import { Prefix, parseAddress } from "@twoway/core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lpmCases } from "./lpm-cases.ts";
import { Reference } from "./reference.ts";

const test = suite("reference");

lpmCases(test, (entries) => {
  const reference = new Reference();
  for (const { prefix, value } of entries) reference.insert(prefix, value);
  return (address) => reference.lookup(address);
});

test("the reference inserts, replaces and deletes", () => {
  const reference = new Reference();
  const prefix = Prefix.parse("10.0.0.0/8");
  assert.is(reference.insert(prefix, 1), undefined);
  assert.is(reference.insert(prefix, 2), 1);
  assert.is(reference.size, 1);
  assert.is(reference.get(prefix), 2);
  assert.is(reference.delete(prefix), 2);
  assert.is(reference.delete(prefix), undefined);
  assert.is(reference.size, 0);
});

test("the reference lists what is inside, what covers and what overlaps, in order", () => {
  const reference = new Reference();
  const texts = ["::/0", "10.1.0.0/16", "10.0.0.0/8", "10.1.2.0/24", "11.0.0.0/8", "0.0.0.0/0"];
  texts.forEach((text, value) => {
    reference.insert(Prefix.parse(text), value);
  });
  const names = (list: readonly { prefix: Prefix }[]): string =>
    list.map(({ prefix }) => prefix.toString()).join(" ");
  assert.is(names(reference.entries()), "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 11.0.0.0/8 ::/0");
  assert.is(
    names(reference.subnets(Prefix.parse("10.0.0.0/7"))),
    "10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 11.0.0.0/8",
  );
  assert.is(names(reference.supernets(Prefix.parse("10.1.0.0/16"))), "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16");
  assert.is(reference.lookupPrefix(parseAddress("10.1.2.3"))?.prefix.toString(), "10.1.2.0/24");
  reference.delete(Prefix.parse("0.0.0.0/0"));
  assert.ok(reference.overlaps(Prefix.parse("10.1.2.3/32")));
  assert.not(reference.overlaps(Prefix.parse("12.0.0.0/8")));
});

test.run();
