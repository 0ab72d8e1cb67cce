import { expose } from "comlink";
import { Engine } from "./engine.ts";

// The page's worker: every question is answered here, so that the page itself never waits.
expose(new Engine());
