import {
  address4,
  address6,
  formatAddress,
  ParseError,
  parseAddress,
  readWords,
  widthOf,
  wordsPer,
  writeWords,
} from "@twoway/core";
import fc from "fast-check";
import { IPv4, IPv6 } from "ip-num";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { anyAddress, anyAddress4, anyAddress6 } from "./arbitraries.ts";
import { holds } from "./seed.ts";

const test = suite("address");

const FORMATS: readonly [string, string][] = [
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8::A", "2001:db8::a"], // lower case
  ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"], // no leading zeros
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"], // one zero group stays
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"], // the longer run
  ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"], // the first of equals
  ["::ffff:1.2.3.4", "::ffff:1.2.3.4"], // IPv4-mapped
  ["::ffff:102:304", "::ffff:1.2.3.4"],
  ["::1.2.3.4", "::102:304"],
  ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
  ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
];
test("an address is printed in canonical text", () => {
  for (const [text, canonical] of FORMATS) assert.is(formatAddress(parseAddress(text)), canonical, text);
});

/** Text, the rule it breaks, and the zero-based offset of the character. */
const REFUSED: readonly [string, string, number][] = [
  ["", "an address is missing", 0],
  ["10", "an IPv4 address has four octets, not fewer", 2],
  ["10.0.0", "an IPv4 address has four octets, not fewer", 6],
  ["10.0.0.", "octet is empty", 7],
  ["10..0.0", "octet is empty", 3],
  [".1.2.3", "octet is empty", 0],
  ["10.0.0.0.0", "an IPv4 address has four octets, not more", 8],
  ["10.0.256.0", "octet is above 255", 7],
  ["10.0.99999.0", "octet is above 255", 7],
  ["010.0.0.0", "octet has a leading zero", 0],
  ["10.00.0.0", "octet has a leading zero", 3],
  ["10.0.0.x", '"x" does not belong in an IPv4 address', 7],
  [" 10.0.0.1", '" " does not belong in an IPv4 address', 0],
  ["10.0.0.1 ", '" " does not belong in an IPv4 address', 8],
  ["10.0.0.-1", '"-" does not belong in an IPv4 address', 7],
  ["١.0.0.0", '"١" does not belong in an IPv4 address', 0],
  [":1", "an IPv6 address does not begin with a single colon", 0],
  [":", "an IPv6 address does not begin with a single colon", 0],
  ["1:", "an IPv6 address does not end with a single colon", 1],
  ["1:2:3", 'an IPv6 address has eight groups, or "::" for the missing ones', 5],
  ["1:2:3:4:5:6:7:8:9", "an IPv6 address has eight groups, not more", 16],
  ["1:2:3:4:5:6:7:8::", '"::" stands for at least one group', 15],
  ["1::2:3:4:5:6:7:8", '"::" stands for at least one group', 1],
  ["1::2::3", '"::" may stand once', 4],
  [":::", '":" does not belong in an IPv6 address', 2],
  ["1:::2", '":" does not belong in an IPv6 address', 3],
  ["12345::", "group has more than four digits", 4],
  ["00000::", "group has more than four digits", 4],
  ["1::g", '"g" does not belong in an IPv6 address', 3],
  ["fe80::1%eth0", '"%" does not belong in an IPv6 address', 7],
  ["::1.2.3", "an IPv4 address has four octets, not fewer", 7],
  ["::1.2.3.256", "octet is above 255", 10],
  ["::1.2.3.4:5", '":" does not belong in an IPv4 address', 9],
  ["1:2:3:4:5:6:7:1.2.3.4", "an embedded IPv4 address takes the last two groups", 14],
];
for (const [text, rule, offset] of REFUSED) {
  test(`${JSON.stringify(text)} is refused: ${rule}`, () => {
    const error = refusal(text);
    assert.is(error.rule, rule);
    assert.is(error.offset, offset);
    assert.is(error.input, text);
    assert.is(error.message, `${JSON.stringify(text)}: ${rule} (at character ${offset + 1})`);
  });
}

test("a huge input is cut in the message and kept in the error", () => {
  const text = "1".repeat(10_000);
  assert.ok(refusal(text).message.length < 200);
  assert.is(refusal(text).input, text);
});

test("numbers out of range make no address", () => {
  for (const value of [-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => address4(value), /is not an unsigned 32-bit integer/);
  }
  for (const value of [-1n, 2n ** 128n])
    assert.throws(() => address6(value), /is not an unsigned 128-bit integer/);
  assert.is(address4(0xffffffff), 0xffffffff);
  assert.is(address6(2n ** 128n - 1n), 2n ** 128n - 1n);
});

test("the family tells width and words", () => {
  assert.equal([widthOf(4), widthOf(6), wordsPer(4), wordsPer(6)], [32, 128, 1, 4]);
});

test("parse reads what format prints, for IPv4", () => {
  holds(
    "addresses with the sign bit set",
    anyAddress4,
    (address) => {
      assert.is(parseAddress(formatAddress(address)), address);
      return address >= 0x80000000;
    },
    1000,
  );
});

test("parse reads what format prints, for IPv6", () => {
  holds(
    "addresses that print with ::",
    anyAddress6,
    (address) => {
      assert.is(parseAddress(formatAddress(address)), address);
      return formatAddress(address).includes("::");
    },
    1000,
  );
});

test("format prints the same text again", () => {
  holds("addresses other than 0", anyAddress, (address) => {
    const text = formatAddress(address);
    assert.is(formatAddress(parseAddress(text)), text);
    return address !== 0 && address !== 0n;
  });
});

test("ip-num reads the same IPv4 address", () => {
  holds(
    "addresses with the sign bit set",
    anyAddress4,
    (address) => {
      assert.is(IPv4.fromString(formatAddress(address)).getValue(), BigInt(address));
      return address >= 0x80000000;
    },
    500,
  );
});

test("ip-num reads the same IPv6 address, in full and shortened", () => {
  holds(
    "addresses that print with ::",
    anyAddress6,
    (address) => {
      const full = IPv6.fromBigInt(address).toString();
      assert.is(parseAddress(full), address);
      const text = formatAddress(address);
      if (!text.includes(".")) assert.is(IPv6.fromString(text).getValue(), address);
      return text.includes("::");
    },
    500,
  );
});

test("words hold an address exactly", () => {
  holds("IPv6 addresses", fc.tuple(anyAddress, fc.nat({ max: 3 }), fc.boolean()), ([address, at, signed]) => {
    const words = signed ? new Int32Array(8) : new Uint32Array(8);
    const family = typeof address === "number" ? 4 : 6;
    writeWords(address, words, at);
    assert.is(readWords(family, words, at), address);
    assert.ok([...words].every((word, i) => word === 0 || (i >= at && i < at + wordsPer(family))));
    if (family === 6) assert.is(words[at] >>> 0, Number(BigInt(address) >> 96n));
    return family === 6;
  });
});

test("random text is an address or a ParseError that points into the text", () => {
  const character = fc.constantFrom(..."0123456789abcdefF.:/%x ");
  const text = fc.string({ unit: character, maxLength: 24 });
  // an address with one character changed is refused in more interesting places
  const damaged = fc.tuple(anyAddress, fc.nat(), character).map(([address, at, c]) => {
    const whole = formatAddress(address);
    const cut = at % (whole.length + 1);
    return whole.slice(0, cut) + c + whole.slice(cut + 1);
  });
  holds(
    "texts that are refused",
    fc.oneof(text, damaged),
    (input) => {
      try {
        const address = parseAddress(input);
        assert.is(parseAddress(formatAddress(address)), address);
        return false;
      } catch (error) {
        assert.instance(error, ParseError);
        const { offset } = error as ParseError;
        assert.ok(offset >= 0 && offset <= input.length, `${input} ${offset}`);
        return true;
      }
    },
    2000,
  );
});

function refusal(text: string): ParseError {
  try {
    parseAddress(text);
  } catch (error) {
    assert.instance(error, ParseError);
    return error as ParseError;
  }
  return assert.unreachable(`${text} was accepted`) as never;
}

test.run();
