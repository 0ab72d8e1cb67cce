import elk from "elkjs/lib/elk-api.js";
import { startWorker } from "../state/start-worker.ts";
import { elkInput, elkLayout, gridLayout, isForElk, type Layout } from "./layout.ts";
import type { Scene } from "./scene.ts";

/** Finds a place for everything: by elk in its worker, which is loaded when it is first needed; by rows where there is much. */
export async function arrange(scene: Scene): Promise<Layout> {
  if (!isForElk(scene)) return gridLayout(scene);
  engine ??= new elk.default({ workerFactory: () => startWorker("layout") });
  return elkLayout(scene, await engine.layout(elkInput(scene)));
}

let engine: InstanceType<typeof elk.default> | undefined;
