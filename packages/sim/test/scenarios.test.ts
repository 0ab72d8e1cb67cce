import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ACTION_USAGE,
  CAUSE_NAMES,
  type Cause,
  type Finding,
  type Hint,
  parseExpectation,
  preflight,
  readScenario,
  runScenario,
  type ScenarioReport,
  scenarioJsonSchema,
} from "@twoway/sim";
import { test } from "uvu";
import * as assert from "uvu/assert";

// The stories of scenarios/, each read and played as `twoway check` would, and the README that lists them.

const FOLDER = join(import.meta.dirname, "../../../../scenarios");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
const README = readFileSync(join(FOLDER, "README.md"), "utf8");

/** Causes that no network of today's format can have. */
const LATER: ReadonlySet<Cause> = new Set<Cause>(["filter-denied", "loop"]);

const texts = new Map(FILES.map((file) => [file, readFileSync(join(FOLDER, file), "utf8")]));

function play(text: string, file: string): ScenarioReport {
  return runScenario(readScenario(text, file).scenario);
}

/** What went otherwise than the scenario says, one line each. */
function failures(report: ScenarioReport): string[] {
  return report.steps.flatMap(({ deeds, findings }) => [
    ...deeds
      .filter(({ ok }) => !ok)
      .map(({ action, refusal }) => `${action.source} ${action.text}: ${refusal?.code ?? "applied"}`),
    ...findings
      .filter(({ ok }) => !ok)
      .map(({ expectation, answer }) => {
        const { forward, return: back } = answer.shown;
        const found = `${answer.verdict}, ${forward.cause} / ${back.cause}`;
        return `${expectation.source} ${expectation.text}: ${found}`;
      }),
  ]);
}

for (const [file, text] of texts) {
  test(`${file} holds`, () => {
    const report = play(text, file);
    assert.equal(failures(report), []);
    assert.is(report.failed, 0);
    assert.ok(report.passed > 0, "expects or refuses something");
  });

  test(`${file} begins with a comment that says why it matters and which rows it is for`, () => {
    const [comment] = /^(#.*\n)+/.exec(text) ?? [""];
    assert.match(comment, /^# Why it matters: /);
    assert.match(comment, /\bSPEC\b/);
  });

  test(`${file} spells out the cause wherever a side fails`, () => {
    const silent = readScenario(text, file).scenario.steps.flatMap(({ expectations }) =>
      expectations.filter(
        ({ verdict, forward, return: back }) =>
          ((verdict === "unreachable" || verdict === "return-only") && forward === undefined) ||
          ((verdict === "unreachable" || verdict === "forward-only") && back === undefined),
      ),
    );
    assert.equal(
      silent.map(({ source, text }) => `${source} ${text}`),
      [],
    );
  });
}

test("every cause that routing can give is expected by some scenario", () => {
  const expected = new Set<Cause | undefined>();
  for (const [file, text] of texts) {
    for (const step of readScenario(text, file).scenario.steps) {
      for (const { forward, return: back } of step.expectations) expected.add(forward).add(back);
    }
  }
  const missing = CAUSE_NAMES.filter((cause) => !LATER.has(cause) && !expected.has(cause));
  assert.equal(missing, []);
});

test("the quick start is the same story with Beijing instead of Shanghai (B3)", () => {
  const shanghai = texts.get("quickstart.yaml")!;
  const beijing = shanghai.replaceAll("ap-shanghai", "ap-beijing");
  assert.is.not(beijing, shanghai);
  assert.is(play(beijing, "quickstart.yaml").failed, 0);
});

test("an end that closes with two colons keeps both", () => {
  assert.is(parseExpectation("web <-> 2001:db8::").to, "2001:db8::");
  assert.is(parseExpectation("web -x- 2001:db8::: no-route / no-route").to, "2001:db8::");
});

// Expectations have no words for hints, so what a story says about them in a comment is looked at here: the kinds on
// the way there and on the way back, and what the first one of the way there names.
const HINTS: readonly {
  readonly file: string;
  readonly expectation: string;
  readonly forward: readonly Hint["kind"][];
  readonly return: readonly Hint["kind"][];
  readonly names: string;
}[] = [
  {
    file: "non-transitive.yaml",
    expectation: "vpc2/b -x- vpc3/c: non-transitive / non-transitive",
    forward: ["peering-chain"],
    return: ["peering-chain"],
    names: "vpc2 pcx-12 vpc1 pcx-13 vpc3",
  },
  {
    file: "non-transitive-as-the-console-leaves-it.yaml",
    expectation: "sales-app -x- ledger: no-route / no-route",
    forward: ["peering-chain"],
    return: ["peering-chain"],
    names: "sales hub-sales hub hub-finance finance",
  },
  {
    file: "two-places-three-centres.yaml",
    expectation: "spare-db -x- far-db: no-route / no-route",
    forward: ["peering-chain"],
    return: ["peering-chain"],
    names: "same-city sync primary backup far-city",
  },
  {
    file: "no-routes-yet.yaml",
    expectation: "desks -x- files: no-route / no-route",
    forward: ["peering-chain"],
    return: ["peering-chain"],
    names: "office office-archive archive",
  },
  {
    file: "pending-is-not-no-route.yaml",
    expectation: "web -x- relay: no-route / no-route",
    forward: ["peering-chain"],
    return: ["peering-chain"],
    names: "shop shop-mail mail",
  },
  {
    file: "pending-is-not-no-route.yaml",
    expectation: "web -x- payments: no-route / no-route",
    forward: ["peering-state"],
    return: ["peering-state"],
    names: "shop-bank PENDING",
  },
  {
    file: "expiry.yaml",
    expectation: "web -x- payments: no-route / no-route",
    forward: ["peering-state"],
    return: ["peering-state"],
    names: "shop-bank EXPIRED",
  },
  {
    file: "subnet-not-associated.yaml",
    expectation: "web <- db: no-route",
    forward: ["other-table"],
    return: [],
    names: "shop/main 10.2.0.0/16 -> shop-data",
  },
  {
    file: "longest-prefix.yaml",
    expectation: "web <- new-files: wrong-vpc",
    forward: ["route-shadowed"],
    return: [],
    names: "10.2.128.0/17 over 10.2.0.0/16",
  },
  {
    file: "local-wins.yaml",
    expectation: "app -x- crm: local-wins / local-wins",
    forward: ["overlap"],
    return: ["overlap"],
    names: "10.1.0.0/16 10.1.0.0/16",
  },
  {
    file: "overlapping-cidr.yaml",
    expectation: "desks -x- extra: no-route / no-route",
    forward: ["overlap"],
    return: ["overlap"],
    names: "10.1.0.0/16 10.1.64.0/24",
  },
];

for (const row of HINTS) {
  test(`${row.file} hints at ${row.forward}: ${row.names}`, () => {
    const { forward, return: back } = findingOf(row.file, row.expectation).answer.shown;
    const there = forward.cause === null ? [] : forward.hints;
    const home = back.cause === null ? [] : back.hints;
    assert.equal(
      there.map(({ kind }) => kind),
      row.forward,
    );
    assert.equal(
      home.map(({ kind }) => kind),
      row.return,
    );
    assert.is(namedBy(there[0]), row.names);
  });
}

/** The first finding for an expectation of a scenario. */
function findingOf(file: string, expectation: string): Finding {
  const findings = play(texts.get(file)!, file).steps.flatMap((step) => step.findings);
  const finding = findings.find((found) => found.expectation.text === expectation);
  assert.ok(finding, `${file} expects ${expectation}`);
  return finding!;
}

function namedBy(hint: Hint): string {
  switch (hint.kind) {
    case "peering-chain":
      return hint.path.join(" ");
    case "peering-state":
      return `${hint.peering} ${hint.state}`;
    case "other-table":
      return `${hint.table} ${hint.route.destination} -> ${hint.route.target}`;
    case "route-shadowed":
      return `${hint.winner.destination} over ${hint.loser.destination}`;
    case "overlap":
      return hint.ranges.join(" ");
    default:
      return hint satisfies never;
  }
}

test("the last step of preflight.yaml is what preflight proposes, and the refusals before it are what it says", () => {
  const { scenario } = readScenario(texts.get("preflight.yaml")!, "preflight.yaml");
  const { network, steps } = scenario;
  const ask = (a: string, b: string) => preflight(network, network.vpcs.get(a)!, network.vpcs.get(b)!);
  const { actions, verdict } = ask("shop", "data");
  assert.equal(
    actions,
    steps.at(-1)!.actions.map(({ text }) => text),
  );
  assert.is(verdict, "two-way");
  for (const [i, far] of ["old-data", "mail-copy", undefined, "full"].entries()) {
    if (far === undefined) continue; // joined already: nothing is asked for
    assert.is(ask("shop", far).refused?.refusal.code, steps[i].refused, far);
    assert.is(ask("shop", far).refused?.action, steps[i].actions[0].text);
  }
});

test("the README's table lists every scenario, and nothing else", () => {
  const listed = [...README.matchAll(/^\| \[[^\]]+\]\(([^)]+)\) \|/gm)].map(([, file]) => file);
  assert.equal([...listed].sort(), [...FILES].sort());
});

test("whole scenarios in the README can be read and hold", () => {
  const blocks = [...README.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, block]) => block);
  const whole = blocks.filter((block) => /^vpcs:/m.test(block) && /^steps:/m.test(block));
  assert.ok(whole.length > 0, "there is one");
  for (const block of whole) {
    const report = play(block, "README.md");
    assert.equal(failures(report), []);
    assert.ok(report.passed > 0);
  }
});

test("the README names every field of the format and spells every action", () => {
  const fields = new Set<string>();
  const collect = (schema: unknown): void => {
    if (typeof schema !== "object" || schema === null) return;
    if (Array.isArray(schema)) for (const part of schema) collect(part);
    else {
      for (const [key, value] of Object.entries(schema)) {
        if (key === "properties") for (const field of Object.keys(value)) fields.add(field);
        collect(value);
      }
    }
  };
  collect(scenarioJsonSchema());
  assert.ok(fields.has("secondary") && fields.has("refused"), "fields were found");
  assert.equal(
    [...fields].filter((field) => !README.includes(`\`${field}\``)),
    [],
  );
  assert.equal(
    Object.values(ACTION_USAGE).filter((usage) => !README.includes(usage)),
    [],
  );
});

test.run();
