import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  InputError,
  type Issue,
  renderScenario,
  runScenario,
  type ScenarioReport,
  scenarioJson,
} from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { isDump, loadNetworks, loadPolicies, type NetworkOptions, whatIf, wrong } from "../input.ts";
import { type Result, resultsOf } from "../report/results.ts";
import { plural, print, reportError, styleFor, tell } from "../terminal.ts";
import { VERSION } from "../version.ts";

interface CheckOptions extends Pick<NetworkOptions, "profile" | "as" | "at" | "do"> {
  readonly format: "text" | "json" | "junit" | "sarif" | "markdown";
  /** Files of policies that must hold besides those of the scenarios. */
  readonly policy: readonly string[];
  readonly color: boolean;
  readonly quiet: boolean;
}

/**
 * Runs every expectation and every policy of every network; a Terraform plan is judged as it will be. 0 when all hold, 1 when one does not, 3 when a policy cannot
 * be decided, 2 when a file cannot be read.
 */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const style = styleFor(process.stdout, options);
  const reports: { file: string; report: ScenarioReport; warnings: readonly Issue[] }[] = [];
  const problems: InputError[] = [];
  const attempt = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error);
    }
  };
  const files: string[] = [];
  for (const path of paths) attempt(() => files.push(...networkFiles(path, options)));
  for (const file of files) {
    attempt(() => {
      const loaded = loadNetworks(file, options);
      const { warnings } = loaded;
      const network = whatIf(loaded.network, options);
      const more = options.policy.flatMap((policy) => loadPolicies(policy, [network]));
      const report = runScenario({ ...loaded, network, policies: [...loaded.policies, ...more] });
      if (loaded.format !== "scenario" && more.length === 0 && !options.quiet)
        tell(`${file} says nothing that must hold of it; --policy <file> does`);
      reports.push({ file, report, warnings });
      if (options.format !== "text") return;
      const noted =
        warnings.length === 0
          ? ""
          : style.doubt(`  ${plural(warnings.length, "warning")}, see twoway validate\n`);
      print(`${renderScenario(file, report, style)}\n${noted}`);
    });
  }
  const passed = reports.reduce((sum, { report }) => sum + report.passed, 0);
  const failed = reports.reduce((sum, { report }) => sum + report.failed, 0);
  const undetermined = reports.reduce((sum, { report }) => sum + report.undetermined, 0);
  const issues = problems.flatMap((problem) => problem.issues);
  if (issues.length > 0) reportError(new InputError(issues), options);
  if (options.format === "json") {
    const scenarios = reports.map(({ file, report, warnings }) => ({
      ...scenarioJson(file, report),
      warnings,
    }));
    print(JSON.stringify({ version: 1, passed, failed, undetermined, scenarios, issues }, null, 2));
  } else if (options.format !== "text") {
    print(await reportAs(options.format, resultsOf(reports, issues)));
  } else if (reports.length > 0) {
    const tone = failed > 0 ? style.bad : style.good;
    const doubt = undetermined > 0 ? `, ${undetermined} undetermined` : "";
    print(tone(`${plural(reports.length, "scenario")}: ${passed} hold, ${failed} do not${doubt}`));
  }
  if (issues.length > 0) return EXIT.wrong;
  if (failed > 0) return EXIT.no;
  return undetermined > 0 ? EXIT.undetermined : EXIT.yes;
}

/** The writers are loaded when they are asked for: each brings a library of its own. */
async function reportAs(
  format: Exclude<CheckOptions["format"], "text" | "json">,
  results: readonly Result[],
): Promise<string> {
  switch (format) {
    case "junit":
      return (await import("../report/junit.ts")).junitReport(results);
    case "sarif":
      return (await import("../report/sarif.ts")).sarifReport(results, VERSION);
    case "markdown":
      return (await import("../report/markdown.ts")).markdownReport(results);
    default:
      return format satisfies never;
  }
}

/** Returns what is one network: the file or the folder itself, or the YAML and JSON files below the folder, by name. */
function networkFiles(path: string, { as }: Pick<CheckOptions, "as">): string[] {
  if (path === "-") return [path];
  if (!existsSync(path)) throw wrong("unreadable", path, "there is no such file or folder");
  if (!statSync(path).isDirectory()) return [path];
  if (as === undefined ? isDump(path) : as !== "scenario") return [path];
  const files = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ya?ml|json)$/.test(name) && !/(^|[/\\])(node_modules|\.)/.test(name))
    .map((name) => join(path, name))
    .filter((name) => !statSync(name, { throwIfNoEntry: false })?.isDirectory())
    .sort();
  if (files.length === 0)
    throw wrong("unreadable", path, "no scenario (.yaml, .yml, .json) is in this folder");
  return files;
}
