import { InputError, type Issue } from "../model/issue.ts";
import type { Network } from "../model/network.ts";
import type { ProfileName } from "../model/profile.ts";
import { isAws, readAws } from "./aws/answer.ts";
import { parseJson } from "./document.ts";
import type { InputFormat } from "./input-format.ts";
import { assemble } from "./inventory/assemble.ts";
import { isRecord } from "./inventory/fields.ts";
import { Inventory } from "./inventory/inventory.ts";
import { Problems } from "./inventory/problems.ts";
import { isTencent, readTencent } from "./tencent/answer.ts";
import { isPlan, isTerraform, readTerraform } from "./terraform/terraform.ts";

/** Networks from what machines write: Terraform, the AWS CLI, Tencent Cloud's API. Recognised by content, never by name. */

/** One file of an import. */
export interface ImportFile {
  readonly name: string;
  /** Returns its text, which may be large: it is asked for once, and not kept. */
  readonly text: () => string;
}

export interface ImportOptions {
  /** Rules instead of the providers' own. */
  readonly profile?: ProfileName;
  /** Read every file as this, whatever it looks like. */
  readonly as?: InputFormat;
}

export interface Imported {
  /** What is there; of a plan, what will be there once it is applied. */
  readonly network: Network;
  /** Of a plan: what is there before. */
  readonly before: Network | undefined;
  readonly warnings: readonly Issue[];
}

function recognise(value: unknown): Exclude<InputFormat, "scenario"> | undefined {
  if (isRecord(value) && isRecord(value.vpcs)) return undefined;
  if (isTerraform(value)) return "terraform";
  if (isTencent(value)) return "tencent";
  return isAws(value) ? "aws" : undefined;
}

/**
 * Reads all files into one network: pages, accounts, regions and stacks of it. Files are asked for one after the other, and
 * forgotten when they are read. Throws an InputError with everything that is wrong in any of them.
 */
export function importNetworks(files: Iterable<ImportFile>, options: ImportOptions = {}): Imported {
  const problems = new Problems();
  const after = new Inventory(problems);
  const before = new Inventory(new Problems()); // what it finds wrong, `after` finds too
  let [read, hasPlan] = [0, false];
  for (const { name, text } of files) {
    try {
      const value = readValue(name, text);
      if (value === undefined) continue;
      const format = options.as ?? recognise(value);
      if (format === "terraform" && isRecord(value)) {
        hasPlan ||= isPlan(value);
        readTerraform(value, name, after, before);
      } else if (format === "aws") readAws(after, value, name, regionOfPath(name));
      else if (format === "tencent") readTencent(after, value, name);
      else {
        const message =
          "this is no Terraform, no answer of the AWS CLI and none of Tencent Cloud's API, and is left out";
        problems.warning("unreadable", message, { source: name, path: "" });
        continue;
      }
      read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.errors.push(...error.issues);
    }
  }
  if (read === 0 && problems.errors.length === 0)
    problems.error("unreadable", "there is nothing here that can be read as a network", {
      source: "",
      path: "",
    });
  const network = assemble(after, options.profile);
  return {
    network,
    before: hasPlan ? assemble(before, options.profile) : undefined,
    warnings: problems.warnings,
  };
}

/** Returns what the text is; undefined when neither it nor its name claims to be JSON. */
function readValue(name: string, text: () => string): unknown {
  const read = text();
  return /^\s*[[{]/.test(read) || /\.(json|tfstate)$/i.test(name) ? parseJson(read, name) : undefined;
}

/** Returns the region that a folder is named for: the records of VPCs do not say theirs. */
function regionOfPath(path: string): string | undefined {
  return path.split(/[/\\]/).findLast((part) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(part));
}
