#!/usr/bin/env node
import { Argument, Command, CommanderError, Option } from "commander";
import { EXIT } from "./exit.ts";
import { ABOUT, BEYOND, LOGS, SERVED } from "./help.ts";
import {
  as,
  change,
  collect,
  count,
  format,
  input,
  periodOf,
  port,
  profile,
  protocol,
  queueOption,
  seconds,
  seed,
  threads,
  watch,
  whatIf,
} from "./options.ts";
import { SOURCES } from "./sources.ts";
import { reportError } from "./terminal.ts";
import { VERSION } from "./version.ts";

/**
 * The command line: which commands there are and what they take. Each command's work is in a file of its own, loaded
 * when it is called, so that `--help` and `lookup` do not wait for what they do not need.
 */

// a reader that closes the pipe early, like `head`, is no fault, and does not change the answer
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) =>
    process.exit(error.code === "EPIPE" ? process.exitCode : EXIT.fault),
  );
}

const program = new Command("twoway")
  .description(
    "Does the packet arrive, and does the reply come back? Two-way reachability of VPC networks, offline and exact.",
  )
  .version(VERSION)
  .option("--no-color", "plain text; NO_COLOR does the same")
  .option("-q, --quiet", "leave out warnings")
  .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
  .exitOverride()
  .showHelpAfterError("(`twoway --help` lists the commands)")
  .addHelpText("after", ABOUT);

change(program.command("check"))
  .description("run every expectation and every policy of every scenario; a trace for each that fails")
  .argument(
    "[path...]",
    "scenarios or folders of them; with --policy also a plan (as it will be), a state or a folder of answers",
    ["scenarios"],
  )
  .option("--policy <file>", "policies that must hold besides; may be repeated", collect, [])
  .addOption(watch())
  .addOption(profile())
  .addOption(as())
  .addOption(
    new Option("--format <format>", "text, json, junit, sarif or markdown")
      .choices(["text", "json", "junit", "sarif", "markdown"])
      .default("text"),
  )
  .action(async (paths, options) => {
    const { check } = await import("./commands/check.ts");
    return finish(again([...paths, ...options.policy], options, () => check(paths, merged(options))));
  });

for (const [name, description, load] of [
  [
    "trace",
    "follow the packet and its reply, hop by hop, with the route that decided each",
    async () => (await import("./commands/trace.ts")).traceCommand,
  ],
  [
    "why",
    "all causes of both paths, and the smallest set of actions that makes it two-way, tried on a copy",
    async () => (await import("./commands/why.ts")).why,
  ],
] as const) {
  const command = whatIf(program.command(name))
    .description(description)
    .argument("<network>")
    .argument("<src>")
    .argument("<dst>")
    .option("--proto <protocol>", "any, tcp, udp, icmp or a number", protocol, "any")
    .option("--port <port>", "destination port", port);
  if (name === "trace") command.addOption(watch());
  command.action(async (network, src, dst, options) => {
    const run = await load();
    return finish(again([network], options, () => run(network, src, dst, merged(options))));
  });
}

whatIf(program.command("route"))
  .description("which route of the subnet's table takes the address, and why the others do not")
  .argument("<network>")
  .argument("<subnet>")
  .argument("<address>")
  .action(async (network, subnet, address, options) =>
    finish((await import("./commands/route.ts")).routeCommand(network, subnet, address, merged(options))),
  );

whatIf(program.command("preflight"))
  .description("may these two VPCs be peered, and what would both sides need")
  .argument("<network>")
  .argument("<vpc>", "the one that asks")
  .argument("<vpc>", "the one that accepts")
  .action(async (network, requester, accepter, options) =>
    finish(
      (await import("./commands/preflight.ts")).preflightCommand(
        network,
        requester,
        accepter,
        merged(options),
      ),
    ),
  );

whatIf(program.command("matrix"))
  .description("all pairs of subnets: who reaches whom, in part or throughout, and gets the replies back")
  .argument("<network>")
  .option(
    "--from <set>",
    "only from there: VPC, SUBNET, VPC/SUBNET with * and ?, tag:KEY=VALUE, a CIDR",
    collect,
    [],
  )
  .option("--to <set>", "only to there; both may be repeated", collect, [])
  .option("--all", "in JSON, also the pairs that are unreachable")
  .addOption(watch())
  .action(async (network, options) => {
    const { matrix } = await import("./commands/matrix.ts");
    return finish(again([network], options, () => matrix(network, merged(options))));
  });

whatIf(program.command("diff"))
  .description(
    "which pairs of subnets change between two networks, by --do, or by a Terraform plan: from what to what, by which route",
  )
  .argument("<before>")
  .argument(
    "[after]",
    "the network to compare with; without it, what --do makes of the first, or what a plan does",
  )
  .action(async (before, after, options) =>
    finish((await import("./commands/diff.ts")).diffCommand(before, after, merged(options))),
  );

whatIf(program.command("sweep"))
  .description(
    "take every peering and every route away, one at a time: how many pairs each breaks, the worst first",
  )
  .argument("<network>")
  .option("--top <n>", "show so many of each; ten unless given, and all of them in JSON", count)
  .option(
    "--jobs <n>",
    "threads that share the work; as many as there are cores, where that is worth it",
    threads,
  )
  .addOption(queueOption())
  .addHelpText("after", BEYOND)
  .action(async (network, options) =>
    finish((await import("./commands/sweep.ts")).sweepCommand(network, merged(options))),
  );

whatIf(program.command("replay"))
  .description(
    "which recorded flows would break: each record of flow logs judged before and after --do, and what contradicts the network",
  )
  .argument("<network>")
  .argument(
    "<flow-log...>",
    "AWS or Tencent flow logs or CSV, as text, JSON lines, .gz or Parquet, or folders of them",
  )
  .option("--after <network>", "compare with this network, in the place of --do")
  .option("--fields <names>", "the columns of logs that do not name them: 'srcaddr dstaddr protocol …'")
  .option("--out <file>", "write every record with its class, cause and owner there, as CSV")
  .option("--resume <file>", "note there how far it is, and go on from there when it is called again")
  .option("--jobs <n>", "how many threads; one for each processor unless given", threads)
  .addOption(queueOption())
  .option("--strict", "exit status 2 if a line is malformed")
  .addHelpText("after", LOGS)
  .action(async (network, logs, options) =>
    finish((await import("./commands/replay.ts")).replayCommand(network, logs, merged(options))),
  );

program
  .command("meter")
  .option("--do <action>", "apply this action first; may be repeated", collect, [])
  .description("a scenario's traffic over its peerings: series, what caps drop, alarms, and what is billed")
  .argument("<scenario>", "a scenario with `traffic`; its steps change the network on the way")
  .addOption(
    new Option(
      "--period <seconds>",
      "10s, 60s or 300s between two figures, instead of the scenario's",
    ).argParser(periodOf),
  )
  .option("--seed <n>", "draw other bursts than the scenario's", seed)
  .option("--csv <file>", "write the series there: a line for each period and peering")
  .option("--prices <file>", "your price list: what the peaks come to; none is built in")
  .option("--ascii", "draw with plain characters")
  .addOption(profile())
  .addOption(format())
  .addHelpText("after", "\nExit status: 0 every packet is delivered, 1 some are lost, 3 some are unknown.")
  .action(async (scenario, options) =>
    finish((await import("./commands/meter.ts")).meterCommand(scenario, merged(options))),
  );

whatIf(program.command("peerings"))
  .description("the peerings: state, cap and who pays; of one of them also the routes of both sides")
  .argument("<network>")
  .argument("[peering]")
  .option("--account <account>", "as this account lists them")
  .option("--region <region>", "those with an end there")
  .action(async (network, peering, options) =>
    finish((await import("./commands/peerings.ts")).peerings(network, peering, merged(options))),
  );

input(program.command("graph"))
  .description(
    "the VPCs and hubs by region and what joins them, as a picture; `peerings` has the same as a table",
  )
  .argument("<network>")
  .addOption(
    new Option("--to <format>", "text for Mermaid or Graphviz, a file for draw.io, an SVG, or GEXF for Gephi")
      .choices(["mermaid", "dot", "drawio", "svg", "gexf"])
      .default("mermaid"),
  )
  .action(async (network, options) =>
    finish((await import("./commands/graph.ts")).graph(network, merged(options))),
  );

program
  .command("validate")
  .description("read a network and report every problem at once")
  .argument("<network...>")
  .addOption(profile())
  .addOption(as())
  .addOption(format())
  .action(async (networks, options) =>
    finish((await import("./commands/validate.ts")).validate(networks, merged(options))),
  );

program
  .command("import")
  .description("write any input as a scenario that evaluates the same; `import --help` says how to get each")
  .argument("<network>", "a scenario, Terraform's JSON, or a folder of what the AWS CLI or tccli print")
  .addOption(new Option("--to <format>", "yaml or json").choices(["yaml", "json"]).default("yaml"))
  .option("--before", "of a Terraform plan: the network before it is applied")
  .addOption(profile())
  .addOption(as())
  .addHelpText("after", SOURCES)
  .action(async (network, options) =>
    finish((await import("./commands/import.ts")).importCommand(network, merged(options))),
  );

program
  .command("serve")
  .description("the page: see the network, follow a packet, try a change; and the cloud's API, on 127.0.0.1")
  .argument(
    "[network]",
    "what to begin with; without it the page offers scenarios, and the API an empty network",
  )
  .option("--port <port>", "0 chooses a free one", port, 8080)
  .option(
    "--export <file>",
    "write the page with the network into one file that works from disk, and serve nothing",
  )
  .option("--api", "also Tencent Cloud's API 3.0 (POST /) and the peering actions of 2.0 (/v2/index.php)")
  .option(
    "--accounts <file>",
    'for --api: {"SECRET-ID": {"account": "100001", "secret": "…"}}; without it a secret id is an account',
  )
  .option("--journal <file>", "for --api: write every accepted request there, and begin with what is there")
  .option(
    "--webhook <url>",
    "for --api: post alarms of the scenario's traffic there: http://127.0.0.1:PORT/PATH",
  )
  .addOption(profile())
  .addOption(as())
  .addHelpText("after", SERVED)
  .action(async (network, options) =>
    finish((await import("./commands/serve.ts")).serve(network, merged(options))),
  );

program
  .command("worker")
  .description("do the work of any `--queue` run that comes, until it is stopped; start as many as you like")
  .addOption(queueOption().makeOptionMandatory())
  .option("--jobs <n>", "threads; as many as there are cores unless given", threads)
  .option(
    "--lock <seconds>",
    "another worker takes a job whose worker has been silent for so long",
    seconds,
    30,
  )
  .addHelpText("after", BEYOND)
  .action(async (options) => finish((await import("./commands/worker.ts")).worker(merged(options))));

program
  .command("lookup")
  .description("longest match in a plain prefix table")
  .argument("<table>", "one CIDR per line, a next hop behind it if you like; .gz is read as it is")
  .argument("<address...>")
  .addOption(format())
  .action(async (table, addresses, options) =>
    finish((await import("./commands/lookup.ts")).lookup(table, addresses, merged(options))),
  );

program
  .command("explain")
  .description("a cause in plain words: what happened, what to do, what other tools call it")
  .argument("[cause]", "all of them when left out")
  .addOption(format())
  .action(async (cause, options) =>
    finish((await import("./commands/explain.ts")).explain(cause, merged(options))),
  );

program
  .command("profiles")
  .description("the rules of the clouds, side by side")
  .addOption(format())
  .action(async (options) => finish((await import("./commands/profiles.ts")).profiles(merged(options))));

program
  .command("schema")
  .description("the JSON Schema of scenario files, for editors")
  .action(async () => finish((await import("./commands/schema.ts")).schema()));

program
  .command("init")
  .description("write a starter scenario")
  .argument("[file]", "where", "network.yaml")
  .action(async (file) => finish((await import("./commands/init.ts")).init(file)));

program
  .command("completion")
  .description('a script that completes commands, options and values: eval "$(twoway completion bash)"')
  .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(["bash", "zsh", "fish"]))
  .action(async (shell) => finish((await import("./commands/completion.ts")).completion(shell, program)));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.yes : EXIT.wrong;
  else process.exitCode = reportError(error, { color: program.opts().color !== false });
}

/** Gives a command its own options and those of the program. */
function merged<T extends object>(options: T): T & { color: boolean; quiet: boolean } {
  const { color, quiet } = program.opts<{ color: boolean; quiet?: boolean }>();
  return { ...options, color, quiet: quiet ?? false };
}

/** Runs a question once, or with --watch again and again. */
async function again(
  paths: readonly string[],
  options: { watch?: boolean },
  run: () => number | Promise<number>,
): Promise<number> {
  return options.watch ? (await import("./watch.ts")).runOnChange(paths, merged(options), run) : run();
}

async function finish(status: number | Promise<number>): Promise<void> {
  process.exitCode = await status;
}
