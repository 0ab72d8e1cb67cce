import { type Metered, parseAction, runScenario, type Scenario, type Step } from "@twoway/sim";

/**
 * Returns what becomes of a story's traffic when changes are made after so many of its steps, and the rest of the story is
 * played on what they leave: what `twoway meter --do` prints, where no step was played. Costs what metering costs.
 */
export function triedTraffic(
  scenario: Scenario,
  played: number,
  lines: readonly string[],
): Metered | undefined {
  const tried: Step = {
    ...SILENT,
    source: "what-if",
    note: "",
    after: 0,
    actions: lines.map((text) => ({ action: parseAction(text), text, source: "what-if" })),
  };
  const steps = scenario.steps.map((step): Step => ({ ...step, ...SILENT }));
  steps.splice(played, 0, tried);
  return runScenario({ ...scenario, policies: [], steps }).metered;
}

/** Nothing is expected of a story that was changed: only its traffic is looked at. */
const SILENT = { refused: undefined, violates: [], expectations: [], alarms: [] };
