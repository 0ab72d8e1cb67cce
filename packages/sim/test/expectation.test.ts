import { ParseError } from "@twoway/core";
import { CAUSE_NAMES, parseExpectation } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("expectation");

for (const [text, expected] of [
  ["a <-> b", "a b two-way - -"],
  ["a -> b", "a b forward-only - -"],
  ["a -> b: no-route", "a b forward-only - no-route"], // the cause of the return
  ["a <- b: no-route", "a b return-only no-route -"], // the cause of the forward path
  ["a -x- b", "a b unreachable - -"],
  ["a -x- b: no-route", "a b unreachable no-route -"],
  ["a -x- b: no-route / loop", "a b unreachable no-route loop"],
  ["a -x- b: / loop", "a b unreachable - loop"],
  ["a -x- b: no-route/loop", "a b unreachable no-route loop"],
  ["a ?? b", "a b unknown - -"],
  ["  vpc1/a   <->  internet ", "vpc1/a internet two-way - -"],
  ["vpc1:10.0.0.1 <- fd00::1: no-route", "vpc1:10.0.0.1 fd00::1 return-only no-route -"],
  ["fd00::1 <-> fd00::2", "fd00::1 fd00::2 two-way - -"],
  ["10.0.0.0/8 -> 10.1.0.0/16:", "10.0.0.0/8 10.1.0.0/16 forward-only - -"],
  ["a -> b: ", "a b forward-only - -"],
  ["a -> fd00:::  no-route", "a fd00:: forward-only - no-route"],
  ["a -> fd00::", "a fd00:: forward-only - -"],
  ["a -> fd00:: ", "a fd00:: forward-only - -"], // what is left of it when YAML takes it for a key without a value
] as const) {
  test(`reads ${text}`, () => {
    const { from, to, verdict, forward, return: back } = parseExpectation(text);
    assert.is(`${from} ${to} ${verdict} ${forward ?? "-"} ${back ?? "-"}`, expected);
  });
}

// text | index of the character that is wrong | rule | suggestion
for (const [text, offset, rule, suggestion] of [
  ["a b", 0, "no arrow stands between two ends", undefined],
  ["", 0, "no arrow stands between two ends", undefined],
  ["a <-> ", 0, "an expectation is two ends and an arrow between them", undefined],
  ["a <-> b c", 8, '"c" is not a protocol', "tcp/443"],
  ["a <-> b tcp/x", 0, "an expectation is two ends and an arrow between them", undefined],
  ["a --> b", 0, "no arrow stands between two ends", undefined],
  ["a <-> b: no-route", 9, '"<->" takes no cause', undefined],
  ["a ?? b: no-route", 8, '"??" takes no cause', undefined],
  ["a -> b: no-route / loop", 8, '"->" takes one cause', undefined],
  ["a -x- b: loop / loop / loop", 9, '"-x-" takes at most two causes', undefined],
  ["a -> b: no-rute", 8, '"no-rute" is not a cause', "no-route"],
  ["a -x- b: loop / lopp", 16, '"lopp" is not a cause', "loop"],
  ["a -x- b: no-route / no-rout", 20, '"no-rout" is not a cause', "no-route"], // though the first begins like it
  ["  a -> b: no-rute", 10, '"no-rute" is not a cause', "no-route"],
] as const) {
  test(`refuses ${JSON.stringify(text)} at character ${offset}: ${rule}`, () => {
    try {
      parseExpectation(text);
    } catch (error) {
      assert.instance(error, ParseError);
      assert.is((error as ParseError).rule, rule);
      assert.is((error as ParseError).offset, offset);
      if (suggestion !== undefined) assert.is((error as ParseError).suggestion, suggestion);
      return;
    }
    assert.unreachable("it was read");
  });
}

test("every cause may be expected, by its name", () => {
  for (const cause of CAUSE_NAMES) assert.is(parseExpectation(`a <- b: ${cause}`).forward, cause);
});

test.run();
