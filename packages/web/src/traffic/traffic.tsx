import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type {
  Compared,
  PeeringFigures,
  PeeringTraffic,
  Totals,
  TrafficView,
} from "../engine/traffic-view.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { LongTable } from "../parts/long-table.tsx";
import { TableToggle } from "../parts/table-toggle.tsx";
import { Charts } from "./charts.tsx";
import { COLUMNS, countText, csvOf, percentText, rateText, rowOf } from "./figures.ts";

export interface TrafficProps {
  readonly views: Compared<TrafficView>;
  /** The one that is looked at, and its figures. */
  readonly peering: string;
  readonly figures: Partial<Compared<PeeringFigures>>;
  readonly onLook: (peering: string) => void;
}

/** What became of all packets, what every peering carried and dropped, and one of them over time. */
export function Traffic({ views, peering, figures, onLook }: TrafficProps): JSX.Element {
  const isTable = useSignal(false);
  const { now, before } = views;
  const rows = [
    ...now.peerings.map((one) => ({ one, was: find(before, one.peering) })),
    // those that the changes took
    ...(before?.peerings ?? [])
      .filter((one) => find(now, one.peering) === undefined)
      .map((was) => ({ one: undefined, was })),
  ];
  const shown = figures.now ?? figures.before;
  const view = figures.now === undefined ? (before ?? now) : now;
  return (
    <section class="traffic" aria-label="Traffic">
      <TotalsLine now={now.totals} before={before?.totals} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="traffic-list" aria-label="Peerings" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {["Peering", "Cap", "Peak out", "Peak in", "Dropped", "Alarms"].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ one, was }) => {
              const id = (one ?? was)?.peering ?? "";
              return <Row key={id} id={id} one={one} was={was} isShown={id === peering} onLook={onLook} />;
            })}
          </tbody>
        </table>
      </section>
      {shown !== undefined && (
        <section class="traffic-one" aria-label={`Traffic of ${shown.peering}`}>
          <header class="row">
            <h2 class="mono">{shown.peering}</h2>
            <Ends one={find(view, shown.peering)} />
            {figures.now === undefined && <strong class="wrong">before the changes; it is gone now</strong>}
            <span class="push" />
            <CopyButton label="Copy as CSV" text={() => csvOf(view, shown)} />
            <TableToggle isTable={isTable} />
          </header>
          {isTable.value ? (
            <LongTable
              label={`Figures of ${shown.peering}`}
              columns={COLUMNS}
              count={view.count}
              rows={shown}
              row={(i) => rowOf(view, shown, i)}
            />
          ) : (
            <Charts
              view={view}
              figures={shown}
              before={figures.now === undefined ? undefined : figures.before}
            />
          )}
        </section>
      )}
    </section>
  );
}

/** Packets by what became of them, with those before the changes where they differ. */
function TotalsLine({
  now,
  before,
}: {
  readonly now: Totals;
  readonly before: Totals | undefined;
}): JSX.Element {
  return (
    <dl class="totals" aria-label="Packets of all flows">
      {TOTALS.map(([key, label]) => (
        <div key={key} class={key !== "offered" && key !== "delivered" && now[key] > 0 ? "wrong" : ""}>
          <dt>{label}</dt>
          <dd>
            <Changed now={countText(now[key])} was={before && countText(before[key])} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const TOTALS = [
  ["offered", "Packets offered"],
  ["delivered", "delivered"],
  ["dropped", "dropped by caps"],
  ["unroutable", "without a way"],
  ["unknown", "unknown"],
] as const;

/** A figure, behind the one before the changes where that was another. */
function Changed({ now, was }: { readonly now: string; readonly was: string | undefined }): JSX.Element {
  if (was === undefined || was === now) return <>{now}</>;
  return (
    <>
      <del>{was}</del> <ins>{now}</ins>
    </>
  );
}

function find(view: TrafficView | undefined, id: string): PeeringTraffic | undefined {
  return view?.peerings.find(({ peering }) => peering === id);
}

function Row({
  id,
  one,
  was,
  isShown,
  onLook,
}: {
  readonly id: string;
  readonly one: PeeringTraffic | undefined;
  readonly was: PeeringTraffic | undefined;
  readonly isShown: boolean;
  readonly onLook: (peering: string) => void;
}): JSX.Element {
  const now = textsOf(one);
  const before = was && textsOf(was);
  const isBad = { dropped: (one?.dropped ?? 0) > 0, alarms: (one?.alarms ?? 0) > 0 };
  return (
    <tr class={isShown ? "shown" : ""}>
      <td>
        <button type="button" class="link mono" aria-pressed={isShown} onClick={() => onLook(id)}>
          {id}
        </button>
      </td>
      {(["cap", "out", "in", "dropped", "alarms"] as const).map((key) => (
        <td key={key} class={(key === "dropped" || key === "alarms") && isBad[key] ? "wrong" : ""}>
          <Changed now={now[key]} was={before?.[key]} />
        </td>
      ))}
    </tr>
  );
}

/** The figures of a row; those of a peering that is gone say so. */
function textsOf(
  one: PeeringTraffic | undefined,
): Readonly<Record<"cap" | "out" | "in" | "dropped" | "alarms", string>> {
  if (one === undefined) return { cap: "gone", out: "–", in: "–", dropped: "–", alarms: "–" };
  const { peakOut, peakIn, dropped, offered, alarms } = one;
  return {
    cap: capText(one),
    out: rateText(peakOut),
    in: rateText(peakIn),
    dropped: dropped === 0 ? "none" : `${countText(dropped)} (${percentText((100 * dropped) / offered)})`,
    alarms: alarms === 0 ? "–" : countText(alarms),
  };
}

function capText({ cap, softCap, peakOut }: PeeringTraffic): string {
  if (Number.isNaN(peakOut)) return "not active";
  if (cap !== null) return `${cap} Mbps`;
  return softCap === null ? "none" : `none, soft ${softCap} Mbps`;
}

function Ends({ one }: { readonly one: PeeringTraffic | undefined }): JSX.Element | null {
  if (one === undefined) return null;
  return (
    <span class="dim">
      out is {one.requester} → {one.accepter}
      {one.hasMetrics ? "" : "; the cloud publishes no figures of it"}
    </span>
  );
}
