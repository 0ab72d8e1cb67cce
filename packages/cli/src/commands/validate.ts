import { coverageOf, InputError, type InputFormat, type Issue, type ProfileName } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetworks } from "../input.ts";
import { plural, print, renderWarning, reportError, styleFor } from "../terminal.ts";

interface ValidateOptions {
  readonly format: "text" | "json";
  readonly profile?: ProfileName;
  readonly as?: InputFormat;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Reads every network and reports all problems. 0 when there is none, 2 when there is one. */
export function validate(files: readonly string[], options: ValidateOptions): number {
  const errors: Issue[] = [];
  const warnings: Issue[] = [];
  const style = styleFor(process.stdout, options);
  for (const file of files) {
    try {
      const found = loadNetworks(file, options);
      warnings.push(...found.warnings);
      if (options.format !== "text") continue;
      const { vpcs, peerings } = found.network;
      const parts = coverageOf(found.network).of;
      if (!options.quiet) for (const warning of found.warnings) print(renderWarning(warning, style));
      const counts = [
        plural(vpcs.size, "VPC"),
        plural(peerings.size, "peering"),
        plural(parts, "part"),
        ...(found.format === "scenario" ? [plural(found.steps.length, "step")] : [found.format]),
      ].join(", ");
      print(
        `${style.good("ok")}  ${file}  ${counts}${found.warnings.length > 0 ? `, ${plural(found.warnings.length, "warning")}` : ""}`,
      );
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      errors.push(...error.issues);
    }
  }
  if (options.format === "json") print(JSON.stringify({ version: 1, errors, warnings }, null, 2));
  else if (errors.length > 0) reportError(new InputError(errors), options);
  return errors.length > 0 ? EXIT.wrong : EXIT.yes;
}
