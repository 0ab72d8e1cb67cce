// `npm run bench` compares lookups, `npm run bench -- reach` the reachability of whole networks, `npm run bench -- meter`
// a day of traffic, and `npm run bench -- replay` what flow logs cost; `npm run bench -- fabric` writes one of the networks,
// `flows` a flow log for it, and `inputs` a Terraform state or a dump of AWS. Each reads its own arguments; `--smoke` runs the
// first four in seconds and writes nothing.

switch (process.argv[2]) {
  case "reach":
    await import("./reach/suite.ts");
    break;
  case "replay":
    await import("./replay/suite.ts");
    break;
  case "flows":
    await import("./replay/write-flows.ts");
    break;
  case "meter":
    await import("./meter/suite.ts");
    break;
  case "inputs":
    await import("./write-inputs.ts");
    break;
  case "fabric":
    await import("./reach/write-fabric.ts");
    break;
  default:
    await import("./lookup-suite.ts");
}
