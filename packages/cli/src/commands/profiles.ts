import { PROFILES, renderProfiles } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { print, styleFor } from "../terminal.ts";

interface ProfilesOptions {
  readonly format: "text" | "json";
  readonly color: boolean;
}

/** Prints the rules of the clouds side by side. */
export function profiles(options: ProfilesOptions): number {
  if (options.format === "json")
    print(JSON.stringify({ version: 1, profiles: Object.values(PROFILES) }, null, 2));
  else print(renderProfiles(styleFor(process.stdout, options)));
  return EXIT.yes;
}
