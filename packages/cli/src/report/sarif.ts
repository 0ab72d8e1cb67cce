import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import { placeOf, RESULT_KINDS, type Result } from "./results.ts";

type Location = NonNullable<SarifResultBuilder["result"]["locations"]>[number];

/** Returns what did not pass as SARIF 2.1.0: what was checked is the location, what decided it a related one. */
export function sarifReport(results: readonly Result[], version: string): string {
  const run = new SarifRunBuilder({ columnKind: "utf16CodeUnits" }).initSimple({
    toolDriverName: "twoway",
    toolDriverVersion: version,
  });
  for (const [ruleId, shortDescriptionText] of Object.entries(RESULT_KINDS))
    run.addRule(new SarifRuleBuilder().initSimple({ ruleId, shortDescriptionText }));
  for (const { kind, outcome, source, message, detail, related } of results) {
    if (outcome === "passed") continue;
    const built = new SarifResultBuilder();
    built.setRuleId(kind);
    built.setLevel(outcome === "undetermined" ? "warning" : "error");
    built.setMessageText(detail === "" ? message : `${message}\n\n${detail}`);
    built.result.locations = [locationOf(source)];
    if (related.length > 0) {
      built.result.relatedLocations = related.map((one, id) => ({
        id,
        ...locationOf(one.source),
        message: { text: one.message },
      }));
    }
    run.addResult(built);
  }
  const log = new SarifBuilder();
  log.addRun(run);
  return JSON.stringify(log.buildSarifOutput(), null, 2);
}

/** A Terraform address: what decided a network that was imported lies in no file that anybody wrote. */
const RESOURCE = /^(module\.[\w-]+(\[[^\]]*\])?\.)*(aws|tencentcloud)_\w+\.[\w-]+(\[[^\]]*\])?$/;

function locationOf(source: string): Location {
  if (RESOURCE.test(source)) return { logicalLocations: [{ fullyQualifiedName: source, kind: "resource" }] };
  const { file, line, column } = placeOf(source);
  const artifactLocation = { uri: encodeURI(file.replaceAll("\\", "/")) };
  if (line === undefined || column === undefined) return { physicalLocation: { artifactLocation } };
  return { physicalLocation: { artifactLocation, region: { startLine: line, startColumn: column } } };
}
