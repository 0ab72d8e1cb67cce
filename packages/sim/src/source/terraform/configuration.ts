import { isRecord } from "../inventory/fields.ts";
import { arrayOf, type Resource } from "./module.ts";

/** The configuration in a plan: the tree of its modules, their resources with the expressions of arguments, and calls. */

export type Json = Readonly<Record<string, unknown>>;

/** Something of a module that expressions are read in: a resource, or the module itself. */
export interface Scope {
  /** Address of the module instance; "" is the root. */
  readonly module: string;
  readonly index: string | number | undefined;
}

export class Configuration {
  readonly #root: Json;
  readonly #providers: Json;
  readonly #variables: Json;
  readonly #resources = new Map<string, Map<string, Json>>();

  constructor(plan: Json) {
    const configuration = record(plan.configuration);
    this.#root = record(configuration.root_module);
    this.#providers = record(configuration.provider_config);
    this.#variables = record(plan.variables);
  }

  /** Returns what the configuration says of the resource, {} when nothing. */
  of({ module, type, name }: Pick<Resource, "module" | "type" | "name">): Json {
    const path = module.replace(/\[[^\]]*\]/g, "");
    let configs = this.#resources.get(path);
    if (configs === undefined) {
      const all = arrayOf(this.moduleAt(module).resources).map(record);
      configs = new Map(
        all.map((config) => [
          `${config.mode === "data" ? "data." : ""}${String(config.type)}.${String(config.name)}`,
          config,
        ]),
      );
      this.#resources.set(path, configs);
    }
    return configs.get(`${type}.${name}`) ?? {};
  }

  moduleAt(module: string): Json {
    return [...module.matchAll(/module\.([\w-]+)/g)].reduce(
      (config, [, call]) => record(this.#callIn(config, call).module),
      this.#root,
    );
  }

  /** Returns the calls of other modules in a module, by name. */
  callsIn(module: string): Json {
    return record(this.moduleAt(module).module_calls);
  }

  call(module: string, name: string): Json {
    return this.#callIn(this.moduleAt(module), name);
  }

  #callIn(config: Json, name: string): Json {
    return record(record(config.module_calls)[name]);
  }

  /** Returns the value of a variable of the root module. */
  variable(name: string): unknown {
    return record(this.#variables[name]).value;
  }

  /** Returns the region of the resource's provider, where the configuration spells it out. */
  regionOf(resource: Resource): string | undefined {
    const config = record(this.#providers[String(this.of(resource).provider_config_key)]);
    const { constant_value: constant, references } = record(record(config.expressions).region);
    if (typeof constant === "string") return constant;
    const [only, ...more] = arrayOf(references).filter((text) => typeof text === "string");
    const isRoot = config.module_address === undefined;
    if (!isRoot || more.length > 0 || only?.startsWith("var.") !== true) return undefined;
    const region = this.variable(only.slice(4));
    return typeof region === "string" ? region : undefined;
  }
}

export function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

/** Returns the references of an expression, each once, without those that only lead to a longer one. */
export function referencesOf(expression: unknown): readonly string[] {
  const all = arrayOf(record(expression).references).filter((text) => typeof text === "string");
  // `aws_vpc.a.id` brings `aws_vpc.a` with it
  return [...new Set(all)].filter((text) => !all.some((other) => other !== text && isPrefix(text, other)));
}

function isPrefix(text: string, other: string): boolean {
  return other.startsWith(text) && /^[.[]/.test(other.slice(text.length));
}

/** Returns the module around a module instance, the call that makes it, and its key. */
export function splitModule(module: string): {
  readonly parent: string;
  readonly call: string;
  readonly key: Scope["index"];
} {
  const [, parent = "", call = "", key] = /^(?:(.*)\.)?module\.([\w-]+)(?:\[([^\]]*)\])?$/.exec(module) ?? [];
  const text = key?.replace(/^"|"$/g, "");
  return { parent, call, key: text === undefined ? undefined : key?.startsWith('"') ? text : Number(text) };
}
