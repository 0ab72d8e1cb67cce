import type { Configuration, Scope } from "./configuration.ts";
import { expressionsOf, record, referencesOf, splitModule } from "./configuration.ts";
import type { Instances } from "./instances.ts";
import type { Items } from "./items.ts";
import { fits, isNamedFor, isWanted, type Kind, kindOfId } from "./kinds.ts";
import type { Resource } from "./module.ts";

/** What of a kind a module can see: its own resources, what it is given, and what the modules that it calls give it. */
export class Sight {
  readonly #configuration: Configuration;
  readonly #instances: Instances;
  readonly #reading: Reading;
  /** By module and kinds. */
  readonly #known = new Map<string, Items | undefined>();

  constructor(configuration: Configuration, instances: Instances, reading: Reading) {
    this.#configuration = configuration;
    this.#instances = instances;
    this.#reading = reading;
  }

  /** Returns all of it; undefined when nobody knows. For an owner, what the module makes goes before all else. */
  of(module: string, wanted: readonly Kind[], isOwner: boolean, depth: number): Items | undefined {
    const key = `${module} ${wanted.join()} ${isOwner}`;
    if (!this.#known.has(key)) {
      this.#known.set(key, undefined); // two locals that look at each other know nothing
      this.#known.set(key, this.#look(module, wanted, isOwner, depth));
    }
    return this.#known.get(key);
  }

  #look(module: string, wanted: readonly Kind[], isOwner: boolean, depth: number): Items | undefined {
    const own = this.#instances
      .inModule(module)
      .filter((resource) => isWanted(wanted, resource))
      .map((resource) => this.#reading.idOf(resource, depth + 1));
    // a rule of a group is the business of the module that makes the group
    const seen = own.length === 1 && isOwner ? [] : this.#seen(module, wanted, depth);
    return seen && [...new Set([...own, ...seen])].map((id, index) => ({ id, index }));
  }

  /** Returns what the module is given and what its own modules give it; undefined when nobody knows what that is. */
  #seen(module: string, wanted: readonly Kind[], depth: number): readonly string[] | undefined {
    const found: string[] = [];
    let isKnown = true;
    const add = (name: string, expression: unknown, from: Scope): void => {
      // what a local holds has to be told by the name of what it is given to
      const isNamed = isNamedFor(wanted, name);
      if (!isNamed && referencesOf(expression).some((text) => text.startsWith("local."))) return;
      const read = this.#reading.read(expression, from, wanted, depth + 1);
      if (read === undefined && isNamed) isKnown = false;
      for (const items of read ?? [])
        found.push(...items.filter(({ id }) => isOfKind(wanted, id)).map(({ id }) => id));
    };
    if (module !== "") {
      const { parent, call, key } = splitModule(module);
      const given = expressionsOf(this.#configuration.call(parent, call));
      for (const [name, expression] of Object.entries(given))
        add(name, expression, { module: parent, index: key });
    }
    for (const [call, config] of Object.entries(this.#configuration.callsIn(module)))
      for (const scope of this.#instances.ofCall(module, call))
        for (const [name, output] of Object.entries(record(record(record(config).module).outputs)))
          add(name, record(output).expression, scope);
    return isKnown ? found : undefined;
  }
}

/** How expressions are read. */
interface Reading {
  readonly idOf: (resource: Resource, depth: number) => string;
  /** Returns what each reference of the expression may come to; undefined when a part of it is not known. */
  readonly read: (
    expression: unknown,
    from: Scope,
    wanted: readonly Kind[],
    depth: number,
  ) => readonly Items[] | undefined;
}

function isOfKind(wanted: readonly Kind[], id: string): boolean {
  return fits(wanted, id) && kindOfId(id) !== undefined;
}
