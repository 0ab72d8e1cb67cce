/**
 * Names and ids as people write them. They stand in endpoints, routes and actions, so they cannot hold what separates
 * words there, mean something else already, or look like an address.
 */

/** Returns the rule that the name breaks, as a sentence without a full stop; undefined when it is a name. */
export function nameProblem(name: string): string | undefined {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name))
    return "a name is made of letters, digits, `_`, `-` and `.`";
  if (name.length > 128) return "a name has at most 128 characters";
  if (RESERVED.has(name)) return "this name means something else already";
  if (/^[\d.]+$/.test(name) && name.includes(".")) return "a name does not look like an address";
  return undefined;
}

const RESERVED: ReadonlySet<string> = new Set([
  "internet",
  "local",
  "blackhole",
  "unknown",
  "as",
  "__proto__",
]);

/** Returns the rule that a name for people breaks (S9); undefined for a good one, or where none is given. */
export function displayNameProblem(name: string | undefined): string | undefined {
  if (name === undefined || (name.length >= 1 && name.length <= 60)) return undefined;
  return `a name has 1 to 60 characters, and this one has ${name.length}`;
}
