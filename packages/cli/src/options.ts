import { INPUT_FORMATS, PROFILE_NAMES } from "@twoway/sim";
import { type Command, InvalidArgumentError, Option } from "commander";

/** The options that several commands take, and what may be written behind an option. */

export const format = (): Option =>
  new Option("--format <format>", "text or json").choices(["text", "json"]).default("text");
export const profile = (): Option =>
  new Option("--profile <name>", "judge by these rules instead of the file's").choices(PROFILE_NAMES);
export const as = (): Option =>
  new Option("--as <format>", "read the network as this; recognised from its content unless given").choices(
    INPUT_FORMATS,
  );
export const watch = (): Option => new Option("--watch", "run again whenever a file changes");
export const collect = (value: string, before: string[]): string[] => [...before, value];

export const queueOption = (): Option =>
  new Option("--queue <url>", "let the workers of this queue do it: redis://127.0.0.1:6379").env(
    "TWOWAY_QUEUE",
  );

export function change(command: Command): Command {
  return command
    .option("--do <action>", "apply this action first; may be repeated", collect, [])
    .option("--at <time>", "move the clock there first: 2026-01-08");
}

export function input(command: Command): Command {
  return change(command)
    .option("--step <n>", "play this many steps of the scenario first, or `all`", stepCount)
    .addOption(profile())
    .addOption(as());
}

export function whatIf(command: Command): Command {
  return input(command).addOption(format());
}

function stepCount(text: string): number {
  if (text === "all") return Number.POSITIVE_INFINITY;
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("A number of steps, or all.");
  return Number(text);
}

export function periodOf(text: string): number {
  if (!["10s", "60s", "300s"].includes(text)) throw new InvalidArgumentError("One of 10s, 60s, 300s.");
  return Number.parseInt(text, 10);
}

export function seed(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffffffff)
    throw new InvalidArgumentError("A number from 0 to 4294967295.");
  return Number(text);
}

export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("A number above zero.");
  return Number(text);
}

export function threads(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("A number from 1 to 99.");
  return Number(text);
}

export function seconds(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("A number of seconds from 1 to 9999.");
  return Number(text);
}

export function protocol(text: string): string {
  const name = text.toLowerCase();
  if (/^(any|tcp|udp|icmp)$/.test(name) || (/^\d{1,3}$/.test(name) && Number(name) <= 255)) return name;
  throw new InvalidArgumentError("One of any, tcp, udp, icmp, or a protocol number.");
}

export function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535)
    throw new InvalidArgumentError("A number from 0 to 65535.");
  return Number(text);
}
