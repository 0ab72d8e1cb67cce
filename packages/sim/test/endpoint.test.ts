import { formatAddress } from "@twoway/core";
import { type Endpoint, resolveEndpoint } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ask, issuesOf, read } from "./notation.ts";

const test = suite("endpoint");

const network = read(`
load: lenient
vpcs:
  vpc1:
    cidr: [10.1.0.0/16, "fd01::/64"]
    name: prod
    subnets:
      a: { cidr: [10.1.1.0/28, "fd01::/124"], name: front }
      db: { cidr: 10.1.2.0/24, hosts: { primary: 10.1.2.9, replica: [10.1.2.7, 10.1.2.8], web: 10.1.2.30 } }
  vpc2: { cidr: 10.2.0.0/16, name: test, subnets: { b: 10.2.1.0/28, web: 10.2.2.0/28, shared: 10.2.3.0/28 } }
  vpc3: { cidr: 10.1.0.0/16, name: test, subnets: { c: 10.1.1.0/28, shared: 10.1.3.0/28 } }
  vpc4: { cidr: 10.4.0.0/16, name: empty }
  vpc5: { cidr: 10.5.0.0/16, name: vpc2, subnets: { n: { cidr: 10.5.1.0/28, name: b } } } # ids win over names
  7: { cidr: 10.7.0.0/16, subnets: { 8: 10.7.1.0/28 } }
  six: { cidr: "fd06::/64", subnets: { s: "fd06::/124" } }
  db: { cidr: "fd08::/64", subnets: { t: "fd08::/124" } }
`);

/** `vpc1/a 10.1.1.2-10.1.1.14` for each span. */
const spell = ({ spans }: Endpoint): string =>
  spans
    .map(({ vpc, subnet, first, last }) => {
      const [from, to] = [formatAddress(first), formatAddress(last)];
      return `${vpc ?? "outside"}/${subnet ?? "-"} ${from === to ? from : `${from}-${to}`}`;
    })
    .join(", ");

for (const [text, expected] of [
  ["vpc1/a", "vpc1/a 10.1.1.2-10.1.1.14, vpc1/a fd01::-fd01::f"], // without what the cloud reserves
  ["a", "vpc1/a 10.1.1.2-10.1.1.14, vpc1/a fd01::-fd01::f"],
  ["front", "vpc1/a 10.1.1.2-10.1.1.14, vpc1/a fd01::-fd01::f"], // by name
  ["prod/front", "vpc1/a 10.1.1.2-10.1.1.14, vpc1/a fd01::-fd01::f"],
  ["vpc2", "vpc2/b 10.2.1.2-10.2.1.14, vpc2/web 10.2.2.2-10.2.2.14, vpc2/shared 10.2.3.2-10.2.3.14"],
  ["vpc2/*", "vpc2/b 10.2.1.2-10.2.1.14, vpc2/web 10.2.2.2-10.2.2.14, vpc2/shared 10.2.3.2-10.2.3.14"],
  [
    "prod/*",
    "vpc1/a 10.1.1.2-10.1.1.14, vpc1/db 10.1.2.7, vpc1/db 10.1.2.8, vpc1/db 10.1.2.9, vpc1/db 10.1.2.30, vpc1/a fd01::-fd01::f",
  ],
  ["b", "vpc2/b 10.2.1.2-10.2.1.14"], // an id wins over the same name elsewhere
  ["vpc1/db", "vpc1/db 10.1.2.7, vpc1/db 10.1.2.8, vpc1/db 10.1.2.9, vpc1/db 10.1.2.30"],
  ["primary", "vpc1/db 10.1.2.9"],
  ["vpc1/replica", "vpc1/db 10.1.2.7, vpc1/db 10.1.2.8"],
  ["prod/db/primary", "vpc1/db 10.1.2.9"],
  ["vpc1/web", "vpc1/db 10.1.2.30"],
  ["vpc2/web", "vpc2/web 10.2.2.2-10.2.2.14"],
  ["10.2.1.5", "vpc2/b 10.2.1.5"],
  ["10.2.1.0", "vpc2/b 10.2.1.0"], // a single address stands for itself, also where no host could have it
  ["10.2.99.5", "vpc2/- 10.2.99.5"],
  ["vpc1:10.1.1.5", "vpc1/a 10.1.1.5"],
  ["vpc3:10.1.1.5", "vpc3/c 10.1.1.5"],
  ["prod:10.1.1.5", "vpc1/a 10.1.1.5"],
  ["vpc1:fd01::5", "vpc1/a fd01::5"],
  ["fd06::5", "six/s fd06::5"],
  ["db:fd08::5", "db/t fd08::5"], // not the address db:fd08::5
  ["db:fd09::5", "outside/- db:fd09::5"],
  ["dc:fd08::5", "outside/- dc:fd08::5"],
  ["10.2.1.0/29", "vpc2/b 10.2.1.2-10.2.1.7"],
  ["10.2.0.0/15", "vpc2/b 10.2.1.2-10.2.1.14, vpc2/web 10.2.2.2-10.2.2.14, vpc2/shared 10.2.3.2-10.2.3.14"],
  ["10.2.99.0/24", "vpc2/- 10.2.99.0-10.2.99.255"],
  ["vpc3:10.1.1.0/29", "vpc3/c 10.1.1.2-10.1.1.7"],
  ["8.8.8.8", "outside/- 8.8.8.8"],
  ["192.0.2.0/24", "outside/- 192.0.2.0-192.0.2.255"],
  ["2001:db8::1", "outside/- 2001:db8::1"],
  ["7", "7/8 10.7.1.2-10.7.1.14"], // names of digits alone are names
  ["8", "7/8 10.7.1.2-10.7.1.14"],
  ["7/8", "7/8 10.7.1.2-10.7.1.14"],
] as const) {
  test(`${text} means ${expected}`, () => {
    assert.is(spell(resolveEndpoint(network, text, "")), expected);
  });
}

// text | code | a part of the message | suggestion
for (const [text, code, message, suggestion] of [
  ["test", "ambiguous", "test could be vpc2/* or vpc3/*", undefined],
  ["shared", "ambiguous", "shared could be vpc2/shared or vpc3/shared", undefined],
  ["test/shared", "ambiguous", "test/shared could be vpc2/shared or vpc3/shared", undefined],
  ["web", "ambiguous", "web could be vpc1/db/web or vpc2/web", undefined],
  ["10.1.1.5", "ambiguous", "belongs to several VPCs: vpc1:10.1.1.5, vpc3:10.1.1.5", undefined],
  ["10.1.0.0/16", "ambiguous", "vpc1:10.1.0.0/16, vpc3:10.1.0.0/16", undefined],
  ["10.0.0.0/8", "ambiguous", "vpc1:10.0.0.0/8, vpc3:10.0.0.0/8", undefined],
  ["vpc1/aa", "missing-reference", 'address "vpc1/aa"', "vpc1/a"],
  ["vcp1", "missing-reference", 'address "vcp1"', "vpc1"],
  ["vpc22", "missing-reference", 'address "vpc22"', "vpc2"],
  ["vpc1/primry", "missing-reference", "vpc1/primry", "vpc1/primary"],
  ["vpc1/x/primary", "missing-reference", "vpc1/x/primary", "vpc1/primary"],
  ["vpc1/db/x/primary", "missing-reference", "vpc1/db/x/primary", undefined], // no path has four parts
  ["vpc4", "missing-reference", "vpc4 has no address that a host could have", undefined],
  ["vpc9:10.1.1.5", "missing-reference", "there is no VPC vpc9", "vpc1"],
  ["test:10.1.1.5", "ambiguous", "could be vpc2:10.1.1.5 or vpc3:10.1.1.5", undefined],
  ["vpc1:10.2.1.5", "bad-address", "10.2.1.5 lies outside vpc1", undefined],
  ["10.1.1.256", "bad-address", "octet is above 255", undefined],
  ["10.1.1", "bad-address", "four octets", undefined],
  ["10.1.1.5/24", "bad-prefix", "host bits are set", "10.1.1.0/24"],
  ["fd06::1::2", "bad-address", "may stand once", undefined],
] as const) {
  test(`${text} is refused: ${code}, ${message}`, () => {
    const [issue, ...more] = issuesOf(() => resolveEndpoint(network, text, "here"));
    assert.equal(more, []);
    assert.is(issue.code, code);
    assert.ok(issue.message.includes(message), issue.message);
    assert.is(issue.suggestion, suggestion);
    assert.is(issue.source, "here");
  });
}

test("the internet is global unicast space, in both families", () => {
  const { spans } = resolveEndpoint(network, "internet", "");
  const inside = (value: number | bigint): boolean =>
    spans.some(({ first, last }) => first <= value && value <= last);
  for (const octets of [
    [1, 1],
    [8, 8],
    [172, 15],
    [172, 32],
    [192, 167],
    [198, 17],
    [223, 255],
  ])
    assert.ok(inside(octets[0] * 2 ** 24 + octets[1] * 2 ** 16), octets.join("."));
  for (const octets of [
    [0, 1],
    [10, 0],
    [100, 64],
    [127, 0],
    [169, 254],
    [172, 16],
    [192, 168],
    [198, 18],
    [224, 0],
    [255, 255],
  ])
    assert.not.ok(inside(octets[0] * 2 ** 24 + octets[1] * 2 ** 16), octets.join("."));
  assert.ok(inside(0x2001n << 112n));
  assert.not.ok(inside(0xfdn << 120n));
});

test("ends without a common family are refused, and both families are named", () => {
  const [issue] = issuesOf(() => ask(network, "vpc2/b", "six"));
  assert.is(issue.code, "bad-address");
  assert.is(issue.message, "vpc2/b has IPv4 and six has IPv6: no packet can have both addresses");
});

test.run();
