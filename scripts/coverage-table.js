// The table of COVERAGE.md, made from coverage.json: one line for each row of the specification.

const HEAD = `# What covers each row of the specification

Made from \`coverage.json\` by \`node scripts/mutations.js --write\`. A row names the test or the scenario that fails when it is
broken, and the break that proves it: \`node scripts/mutations.js\` makes each of these breaks in a copy, runs what the row
names, and demands that it turns red.

| Row | Says | Covered by | Broken by |
|---|---|---|---|
`;

/** Returns the whole document. */
export function coverageTable(rows) {
  return HEAD + rows.map((row) => `${lineOf(row)}\n`).join("");
}

function lineOf({ row, says, by, break: broken }) {
  const covered =
    by.scenario === undefined
      ? `[${by.file.split("/").pop()}](${path(by.file)}): ${cell(by.test)}`
      : `[${by.scenario}.yaml](../../scenarios/${by.scenario}.yaml)`;
  const name = broken.file.replace("packages/", "").replace("src/", "");
  const put = broken.put === "" ? "nothing" : code(broken.put);
  return `| ${row} | ${says} | ${covered} | [${name}](${path(broken.file)}): ${put} for ${code(broken.find)} |`;
}

/** The path from packages/sim. */
function path(file) {
  return file.startsWith("packages/sim/") ? file.slice("packages/sim/".length) : `../../${file}`;
}

function code(text) {
  const flat = text.trim().replace(/\s+/g, " ");
  return `\`${(flat.length > 70 ? `${flat.slice(0, 69)}…` : flat).replaceAll("|", "\\|")}\``;
}

function cell(text) {
  return `“${text.replaceAll("|", "\\|")}”`;
}
