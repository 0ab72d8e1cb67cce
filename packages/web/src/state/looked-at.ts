import { batch, effect, signal } from "@preact/signals";
import type { MatrixView } from "../engine/matrix-view.ts";
import type { Compared, PeeringFigures, TrafficView } from "../engine/traffic-view.ts";
import { engine, opened } from "./store.ts";

/** The verdicts of the network as it is now; undefined until somebody looks. */
export const matrix = signal<MatrixView | undefined>(undefined);
/** The VPCs whose subnets are looked at, where there are too many for one matrix; undefined for all. */
export const looked = signal<readonly string[] | undefined>(undefined);

/** Asks for all verdicts again, or for those of the VPCs that are looked at. */
export async function refreshMatrix(): Promise<void> {
  const turn = ++matrixTurn;
  const found = await engine.matrix(looked.value);
  if (turn === matrixTurn) matrix.value = found;
}

/** Looks at the subnets of some VPCs, or at all. */
export async function lookInto(vpcs: readonly string[] | undefined): Promise<void> {
  const turn = ++matrixTurn;
  const found = await engine.matrix(vpcs);
  if (turn !== matrixTurn) return;
  batch(() => {
    looked.value = vpcs;
    matrix.value = found;
  });
}

let matrixTurn = 0;

// another network is looked at as a whole
effect(() => {
  void opened.value;
  looked.value = undefined;
});

/** What became of the traffic of the story; null where there is none, undefined until somebody looks. */
export const traffic = signal<Compared<TrafficView> | null | undefined>(undefined);
/** The peering that is looked at. */
export const peering = signal("");
export const figures = signal<Partial<Compared<PeeringFigures>>>({});

/** Asks what became of the traffic. Another story begins with the peering that has the most alarms and losses. */
export async function refreshTraffic(): Promise<void> {
  const turn = ++trafficTurn;
  const found = await engine.traffic();
  if (turn !== trafficTurn) return;
  traffic.value = found ?? null;
  const all = [found?.now, found?.before].flatMap((view) => view?.peerings ?? []);
  if (all.some((one) => one.peering === peering.value)) return lookAt(peering.value);
  const [worst] = [...all].sort(
    (a, b) => b.alarms - a.alarms || b.dropped - a.dropped || b.peakOut + b.peakIn - a.peakOut - a.peakIn,
  );
  return lookAt(worst?.peering ?? "");
}

let trafficTurn = 0;

export async function lookAt(id: string): Promise<void> {
  const turn = ++figuresTurn;
  const found = id === "" ? {} : await engine.figures(id);
  if (turn !== figuresTurn) return;
  batch(() => {
    peering.value = id;
    figures.value = found;
  });
}

let figuresTurn = 0;
