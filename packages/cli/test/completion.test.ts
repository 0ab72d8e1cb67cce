import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { twoway } from "./command.ts";

// The completion scripts, run by the shells that are there.
const test = suite("completion");
const folder = mkdtempSync(join(tmpdir(), "twoway-completion-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const scripts: Readonly<Record<string, string>> = Object.fromEntries(
  await Promise.all(
    ["bash", "zsh", "fish"].map(async (shell) => {
      const { status, out, err } = await twoway(["completion", shell]);
      assert.is(status, 0, err);
      writeFileSync(join(folder, shell), out);
      return [shell, out];
    }),
  ),
);

/** Registers a test that needs a shell, or says aloud that it is skipped. */
function withShell(shell: string, name: string, run: () => void | Promise<void>): void {
  try {
    execFileSync(shell, ["--version"], { stdio: "ignore" });
  } catch {
    console.log(`\nskipped ${name}: there is no ${shell}`);
    test.skip(name);
    return;
  }
  test(name, run);
}

/** What bash offers for the last word. */
function inBash(...words: readonly string[]): string[] {
  const show = `[ \${#COMPREPLY[@]} = 0 ] || printf "%s\\n" "\${COMPREPLY[@]}"`;
  const code = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _twoway; ${show}`;
  const out = execFileSync("bash", ["-c", code, join(folder, "bash"), "twoway", ...words], {
    encoding: "utf8",
  });
  return out.split("\n").filter((word) => word !== "");
}

function inFish(line: string): string[] {
  const code = `source ${join(folder, "fish")}; complete -C '${line}'`;
  const out = execFileSync("fish", ["--no-config", "-c", code], {
    encoding: "utf8",
    env: { ...process.env, HOME: folder },
  });
  return out.split("\n").flatMap((offer) => (offer === "" ? [] : [offer.split("\t")[0]]));
}

// the words so far, the last one begun, and what is offered
const ROWS: readonly (readonly [words: readonly string[], offers: readonly string[]])[] = [
  [["tr"], ["trace"]],
  [["--no"], ["--no-color"]],
  [
    ["matrix", "net.yaml", "--format", ""],
    ["text", "json"],
  ],
  [["check", "--format", "s"], ["sarif"]],
  [
    ["-q", "graph", "net.yaml", "--to", ""],
    ["mermaid", "dot", "drawio", "svg", "gexf"],
  ],
  [["trace", "net.yaml", "--wat"], ["--watch"]],
  [["sweep", "--que"], ["--queue"]],
  [["completion", "z"], ["zsh"]],
  // files
  [["trace", ""], []],
  [["diff", "--do", ""], []],
];

for (const [words, offers] of ROWS) {
  withShell("bash", `bash completes ${words.join(" ")}_`, () => assert.equal(inBash(...words), offers));
}

/** The options and commands that a help text names. */
async function named(...command: readonly string[]): Promise<{ options: string[]; commands: string[] }> {
  const { out } = await twoway([...command, "--help"]);
  const commands = out.split("\nCommands:\n")[1]?.split("\n\n")[0] ?? "";
  return {
    options: [...out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name),
    commands: [...commands.matchAll(/^ {2}([a-z]+)/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== "help"),
  };
}

withShell("bash", "bash completes every command, and every option that its help names", async () => {
  const { options, commands } = await named();
  assert.ok(commands.length > 15 && options.length > 2);
  assert.equal(inBash("").sort(), commands.sort());
  assert.equal(
    options.filter((option) => !inBash("--").includes(option)),
    [],
  );
  for (const command of commands) {
    const offered = inBash(command, "--");
    const missing = (await named(command)).options.filter(
      (option) => !offered.includes(option) && option !== "--version",
    );
    assert.equal(missing, [], command);
  }
});

withShell("zsh", "zsh reads its script", () => {
  execFileSync("zsh", ["-f", "-n", join(folder, "zsh")]);
  const code = `autoload -Uz compinit && compinit -D; eval "$(cat ${join(folder, "zsh")})"; echo $_comps[twoway]`;
  assert.is(execFileSync("zsh", ["-f", "-c", code], { encoding: "utf8" }), "_twoway\n");
});

withShell("fish", "fish completes commands, options and values", () => {
  assert.equal(inFish("twoway tra"), ["trace"]);
  assert.equal(inFish("twoway matrix --format "), ["json", "text"]);
  assert.ok(inFish("twoway sweep --").includes("--queue"));
});

test("every script names every command", async () => {
  const { commands } = await named();
  for (const [shell, script] of Object.entries(scripts))
    for (const command of commands) assert.match(script, new RegExp(`\\b${command}\\b`), shell);
});

test("another shell is wrong usage", async () => {
  const { status, err } = await twoway(["completion", "tcsh"]);
  assert.is(status, 2);
  assert.match(err, "Allowed choices are bash, zsh, fish");
});

test.run();
