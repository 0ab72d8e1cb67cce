/**
 * SARIF 2.1.0 as far as a log of `check` goes: the objects and properties that the standard has for it, with their
 * required parts and limits. Whatever is not named here is not expected in a log.
 */

const object = (properties: Record<string, object>, required: readonly string[] = []): object => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const text = { type: "string" };
const index = { type: "integer", minimum: -1 };
const place = { type: "integer", minimum: 1 };

// sections 3.11, 3.12: a message has a text
const message = object({ text, markdown: text, id: text }, ["text"]);
// 3.4
const artifactLocation = object({ uri: { type: "string", format: "uri-reference" }, index });
// 3.30: lines and columns begin with 1, and a column needs its line
const region = {
  ...object({ startLine: place, startColumn: place, endLine: place, endColumn: place }),
  dependentRequired: { startColumn: ["startLine"], endLine: ["startLine"], endColumn: ["startLine"] },
};
// 3.28, 3.29
const location = object({
  id: index,
  physicalLocation: object({ artifactLocation, region }, ["artifactLocation"]),
  message,
});
// 3.27
const result = object(
  {
    ruleId: text,
    ruleIndex: index,
    level: { enum: ["none", "note", "warning", "error"] },
    message,
    locations: { type: "array", items: location },
    relatedLocations: { type: "array", items: location, uniqueItems: true },
  },
  ["message"],
);
// 3.49
const rule = object({ id: text, shortDescription: message }, ["id"]);
// 3.18, 3.19
const tool = object(
  {
    driver: object({ name: text, version: text, rules: { type: "array", items: rule, uniqueItems: true } }, [
      "name",
    ]),
  },
  ["driver"],
);
// 3.14
const run = object(
  {
    tool,
    results: { type: "array", items: result },
    columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
    artifacts: {
      type: "array",
      items: object({ location: artifactLocation, sourceLanguage: text }),
      uniqueItems: true,
    },
  },
  ["tool"],
);

// 3.13
export const SARIF: object = object(
  {
    $schema: { type: "string", format: "uri" },
    version: { const: "2.1.0" },
    runs: { type: "array", items: run },
  },
  ["version", "runs"],
);
