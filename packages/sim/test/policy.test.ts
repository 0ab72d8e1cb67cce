import {
  evaluatePolicies,
  type Network,
  type Policy,
  readPolicyFile,
  readScenario,
  runScenario,
  type Violation,
} from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { after, issuesOf, read } from "./notation.ts";

const test = suite("policy");

const NETWORK = `
load: lenient
vpcs:
  prod-1: { cidr: 10.1.0.0/16, tags: { env: prod }, subnets: { app: 10.1.1.0/24, db: { cidr: 10.1.2.0/24, tags: { tier: data } } } }
  prod-2: { cidr: 10.2.0.0/16, tags: { env: prod }, subnets: { app: 10.2.1.0/24 } }
  dev-1: { cidr: 10.3.0.0/16, tags: { env: dev }, subnets: { lab: 10.3.1.0/24 } }
peerings: { pp: prod-1 - prod-2, pd: prod-2 - dev-1 }
gateways: { v: vpn dev-1 }
routes:
  prod-1: [ 10.2.0.0/16 -> pp ]
  prod-2: [ 10.1.0.0/16 -> pp ]
`;

function policies(text: string, network: Network): Policy[] {
  return readPolicyFile(text, "p.yaml", [network]);
}

/** `holds`, or the result with what breaks it. */
function say(network: Network, line: string): string {
  const [policy] = policies(`policies: [ { ${line} } ]`, network);
  const { result, violations, undecided } = evaluatePolicies(network, [policy])[0];
  const text = ({ message, route }: Violation): string =>
    route === undefined ? message : `${message} by ${route.destination} -> ${route.target}`;
  return [result, ...[...violations, ...undecided].map(text)].join("; ");
}

// the policy, what was done to the network before, and what is found
const ROWS: readonly (readonly [policy: string, done: readonly string[], found: string])[] = [
  ["isolated: [prod-*, dev-*]", [], "holds"],
  ["isolated: [prod-*/*, dev-1/lab]", [], "holds"],
  ["isolated: ['tag:env=prod', 'tag:env=d*']", [], "holds"],
  // one direction is enough: a packet that gets there has got there, whether or not a reply comes back
  [
    "isolated: [prod-*, dev-*]",
    ["add-route dev-1 10.2.1.0/24 -> pd"],
    "violated; a packet gets from dev-1/lab to prod-2/app by 10.2.1.0/24 -> pd",
  ],
  [
    "isolated: [dev-*, prod-*]",
    ["add-route prod-2 10.3.1.128/25 -> pd"],
    "violated; a packet gets from prod-2/app to dev-1/lab by 10.3.1.128/25 -> pd",
  ],
  // a part that is named by its CIDR
  ["isolated: [prod-2, 10.3.1.0/25]", ["add-route prod-2 10.3.1.128/25 -> pd"], "holds"],
  [
    "isolated: [prod-2, 10.3.1.128/26]",
    ["add-route prod-2 10.3.1.128/25 -> pd"],
    "violated; a packet gets from prod-2/app to dev-1/lab by 10.3.1.128/25 -> pd",
  ],
  // what is behind a VPN is not known
  [
    "isolated: [dev-1, prod-1]",
    ["add-route dev-1 0.0.0.0/0 -> v"],
    "undetermined; a packet may get from dev-1/lab to prod-1/app by 0.0.0.0/0 -> v",
  ],
  ["reachable: { from: prod-1, to: prod-2/app }", [], "holds"],
  [
    "reachable: { from: prod-1, to: prod-2/app }",
    ["delete-route prod-2 10.1.0.0/16", "add-route prod-2 10.1.1.0/24 -> pp"],
    "violated; prod-1/db and prod-2/app are forward-only",
  ],
  [
    "reachable: { from: prod-1/app, to: [prod-2, dev-1] }",
    [],
    "violated; prod-1/app and dev-1/lab are unreachable",
  ],
  [
    "only: { from: prod-2, to: prod-1/db }",
    ["associate prod-1/app prod-1"],
    "violated; a packet gets from prod-1/app to prod-1/db by 10.1.0.0/16 -> local",
  ],
  ["only: { from: [prod-2, prod-1/app], to: 'tag:tier=data' }", [], "holds"],
  [
    "only: { from: [10.2.1.0/25, prod-1], to: 'tag:tier' }",
    [],
    "violated; a packet gets from prod-2/app to prod-1/db by 10.1.0.0/16 -> pp",
  ],
  ["only: { from: [10.2.1.0/24, prod-1/a?p], to: db }", [], "holds"],
];

for (const [policy, done, found] of ROWS) {
  test(`${policy}${done.length === 0 ? "" : ` after ${done.join(", ")}`}: ${found.split(";")[0]}`, () => {
    assert.is(say(after(read(NETWORK), ...done), policy), found);
  });
}

test("the counterexample of `only` lies outside what is allowed", () => {
  const network = read(NETWORK);
  const [policy] = policies("policies: [ { only: { from: [10.2.1.0/25, prod-1], to: db } } ]", network);
  const [{ flow }] = evaluatePolicies(network, [policy])[0].violations;
  assert.is(flow.from.address, 0x0a020180);
  assert.is(flow.forward.outcome, "delivered");
});

// what is wrong, where, and what is suggested
const WRONG: readonly (readonly [
  text: string,
  source: string,
  message: RegExp,
  suggestion: string | undefined,
])[] = [
  ["policies: [ { isolated: [prod-*, den-1] } ]", "p.yaml:1:34", /selects no subnet/, "dev-1"],
  [
    "policies:\n  - reachable: { from: prod-1, to: 10.9.0.0/16 }",
    "p.yaml:2:36",
    /selects no subnet/,
    undefined,
  ],
  ["policies:\n  - reachable: { from: prod-1, to: 10.9.0.1/16 }", "p.yaml:2:36", /host bits/, "10.9.0.0/16"],
  ["policies: [ { isolated: [prod-1] } ]", "p.yaml:1:25", /should be/, undefined],
  ["policies: [ { isolate: [prod-1, dev-1] } ]", "p.yaml:1:15", /not known here/, "isolated"],
  ["policies: [ { name: nothing } ]", "p.yaml:1:13", /says one of isolated, reachable, only/, undefined],
  ["policies: [ { isolated: [a/b/c, dev-1] } ]", "p.yaml:1:26", /a set is written/, undefined],
  ["policies: [ { isolated: ['tag:', dev-1] } ]", "p.yaml:1:31", /a tag is written/, "tag:env=prod"],
  ["policies: [ { only: { from: dev-1 } } ]", "p.yaml:1:21", /"to" is missing/, undefined],
  ["polices: []", "p.yaml:1:1", /not known here/, "policies"],
  [
    "policies: [ { name: a, isolated: [prod-1, dev-1] }, { name: a, isolated: [prod-2, dev-1] } ]",
    "p.yaml:1:53",
    /already/,
    undefined,
  ],
];

for (const [text, source, message, suggestion] of WRONG) {
  test(`${text.slice(0, 60)} is refused at its place`, () => {
    const issues = issuesOf(() => policies(text, read(NETWORK)));
    const issue = issues.find((one) => message.test(one.message)) ?? issues[0];
    assert.is(issue.source, source);
    assert.match(issue.message, message);
    assert.is(issue.suggestion, suggestion);
  });
}

test("a pattern of stars does not take for ever", () => {
  const network = read(`vpcs: { ${"a".repeat(50)}b: { cidr: 10.1.0.0/16, subnets: { s: 10.1.1.0/24 } } }`);
  const text = `policies: [ { isolated: ["${"a*".repeat(40)}c", s] } ]`;
  assert.match(issuesOf(() => policies(text, network))[0].message, /selects no subnet/);
});

test("a scenario's policies hold after every step, except those that the step says are violated", () => {
  const text = `${NETWORK}policies:
  - { name: apart, isolated: [prod-*, dev-*] }
  - { name: together, reachable: { from: prod-1, to: prod-2 } }
steps:
  - expect: prod-1/app <-> prod-2/app
  - do: add-route dev-1 10.2.0.0/16 -> pd
    violates: apart
  - do: delete-route dev-1 10.2.0.0/16
  - do: delete-route prod-1 10.2.0.0/16
  - violates: together
`;
  const report = runScenario(readScenario(text, "t.yaml").scenario);
  const results = report.steps.map(({ policies }) =>
    policies.map(({ result, ok }) => `${result}${ok ? "" : "!"}`),
  );
  assert.equal(results, [
    ["holds", "holds"],
    ["violated", "holds"],
    ["holds", "holds"],
    ["holds", "violated!"],
    ["holds", "violated"],
  ]);
  assert.equal([report.passed, report.failed, report.undetermined], [10, 1, 0]);
});

test("policies without a story are looked at once, and a doubt is no pass", () => {
  const text = `${NETWORK}policies: [ { isolated: [dev-1, prod-1] } ]\n`;
  const { scenario } = readScenario(text, "t.yaml");
  assert.equal([runScenario(scenario).passed, runScenario(scenario).failed], [1, 0]);
  const doubtful = { ...scenario, network: after(scenario.network, "add-route dev-1 0.0.0.0/0 -> v") };
  const report = runScenario(doubtful);
  assert.equal([report.passed, report.failed, report.undetermined], [0, 0, 1]);
});

test("a step cannot name a policy that is not there", () => {
  const text = `${NETWORK}policies: [ { name: apart, isolated: [prod-*, dev-*] } ]\nsteps: [ { violates: apar } ]\n`;
  const [issue] = issuesOf(() => readScenario(text, "t.yaml"));
  assert.match(issue.message, /no policy "apar"/);
  assert.is(issue.suggestion, "apart");
});

test.run();
