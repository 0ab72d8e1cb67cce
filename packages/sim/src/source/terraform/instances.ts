import type { Configuration, Scope } from "./configuration.ts";
import { record, splitModule } from "./configuration.ts";
import type { Resource } from "./module.ts";

/** The instances that a plan has of resources, data sources and modules, found by what references call them. */
export class Instances {
  /** By module instance and `type.name`. */
  readonly #managed = new Map<string, Resource[]>();
  readonly #data = new Map<string, Resource[]>();
  readonly #byModule = new Map<string, Resource[]>();
  readonly #configuration: Configuration;

  constructor(configuration: Configuration, managed: readonly Resource[], data: readonly Resource[]) {
    this.#configuration = configuration;
    for (const [all, map] of [
      [managed, this.#managed],
      [data, this.#data],
    ] as const) {
      for (const resource of all) {
        push(map, `${resource.module} ${resource.type}.${resource.name}`, resource);
        push(this.#byModule, resource.module, resource);
      }
    }
  }

  /**
   * Returns the instances of `aws_vpc.a` or `data.aws_vpc.a` in the module; none where the configuration makes none, and
   * undefined where it says nothing of them.
   */
  of(module: string, type: string, name: string, isData: boolean): readonly Resource[] | undefined {
    const known = (isData ? this.#data : this.#managed).get(`${module} ${type}.${name}`);
    if (known !== undefined) return known;
    const config = this.#configuration.of({ module, type: isData ? `data.${type}` : type, name });
    return Object.hasOwn(config, "type") && !isData ? [] : undefined;
  }

  siblings(of: Resource): readonly Resource[] {
    return this.#managed.get(`${of.module} ${of.type}.${of.name}`) ?? [];
  }

  inModule(module: string): readonly Resource[] {
    return this.#byModule.get(module) ?? [];
  }

  /** Returns the instances of a call in the module: those in which, or in modules of which, there is a resource. */
  ofCall(module: string, call: string): readonly Scope[] {
    const base = module === "" ? `module.${call}` : `${module}.module.${call}`;
    const found = new Set<string>();
    for (const known of this.#byModule.keys()) {
      if (!known.startsWith(base)) continue;
      const [, key] = /^(\[[^\]]*\])?(?:\.|$)/.exec(known.slice(base.length)) ?? [null];
      if (key !== null) found.add(`${base}${key ?? ""}`);
    }
    return [...found].map((known) => ({ module: known, index: splitModule(known).key }));
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

/** Returns the configuration's expressions of the arguments of what it says of a resource. */
export function expressionsOf(config: unknown): Readonly<Record<string, unknown>> {
  return record(record(config).expressions);
}
