import { scenarioJsonSchema } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { print } from "../terminal.ts";

/** Prints the JSON Schema of scenario files. */
export function schema(): number {
  print(JSON.stringify(scenarioJsonSchema(), null, 2));
  return EXIT.yes;
}
