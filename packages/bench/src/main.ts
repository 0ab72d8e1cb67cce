// `npm run bench` compares lookups, `npm run bench -- reach` the reachability of whole networks, `npm run bench -- meter`
// a day of traffic, and `npm run bench -- fabric` writes one of the networks. Each reads its own arguments; `--smoke` runs
// the first three in seconds and writes nothing.

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
  case "fabric":
    await import("./reach/write-fabric.ts");
    break;
  default:
    await import("./lookup-suite.ts");
}
