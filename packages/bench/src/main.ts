// `npm run bench` compares lookups, `npm run bench -- reach` the reachability of whole networks. Each suite reads its own
// arguments; `--smoke` runs either in seconds and writes nothing.

if (process.argv[2] === "reach") await import("./reach/suite.ts");
else await import("./lookup-suite.ts");
