import builder, { type Builder } from "junit-report-builder";
import { placeOf, type Result } from "./results.ts";

/** The package is CommonJS, and its types describe the ES module that it was made from. */
const junit = builder as unknown as Builder;

/** Returns the results as JUnit XML: a suite for each file, a case for each line that was checked. */
export function junitReport(results: readonly Result[]): string {
  const report = junit.newBuilder().name("twoway");
  for (const file of new Set(results.map((result) => result.file))) {
    const suite = report.testSuite().name(xmlText(file));
    for (const result of results.filter((one) => one.file === file)) {
      const { kind, outcome, name, source, message, detail } = result;
      const test = suite
        .testCase()
        .className(xmlText(file))
        .name(xmlText(name))
        .file(xmlText(placeOf(source).file));
      const text = xmlText([message, source, detail].filter((part) => part !== "").join("\n"));
      if (outcome === "failed") test.failure(xmlText(message), kind).stacktrace(text);
      else if (outcome === "error") test.error(xmlText(message), kind, text);
      // what cannot be decided is no pass; JUnit has no third word, and a skipped case would go unnoticed
      else if (outcome === "undetermined") test.error(xmlText(message), "undetermined", text);
    }
  }
  return report.build();
}

/** XML 1.0 has no room for control characters, whatever a file holds. */
function xmlText(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "?");
}
