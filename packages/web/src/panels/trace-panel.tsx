import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { HopView, PathView, TraceView } from "../engine/trace-view.ts";
import { ComboBox } from "../parts/combo-box.tsx";
import { Icon } from "../parts/icons.tsx";
import { Problems } from "../parts/problems.tsx";
import { VerdictBadge } from "../parts/verdict.tsx";
import { replay } from "../picture/marks.ts";
import { completions, endNames } from "../state/ends.ts";
import {
  fixes,
  from,
  port,
  protocol,
  retrace,
  retraceIfNew,
  to,
  traced,
  tryChanges,
  view,
} from "../state/store.ts";

const MEANING = {
  "two-way": "The packet arrives and the reply comes back.",
  "forward-only": "The packet arrives, but the reply is lost on its way back.",
  "return-only": "A reply would come back, but the packet never arrives.",
  unreachable: "Neither the packet nor a reply arrives.",
  unknown: "The input does not say enough to decide.",
} as const;

/** Two ends, both paths between them hop by hop, what stopped them and what would help. */
export function TracePanel(): JSX.Element {
  const names = useComputed(() => (view.value === undefined ? [] : endNames(view.value)));
  const options = (typed: string): string[] => completions(names.value, typed, 12);
  const commit = {
    onEnter: () => void retrace(),
    onLeave: retraceIfNew,
    onTake: () => {
      void retrace();
      return false;
    },
  };
  const swap = (): void => {
    [from.value, to.value] = [to.value, from.value];
    void retrace();
  };
  return (
    <div class="panel-body">
      <form class="ends" onSubmit={(event) => event.preventDefault()}>
        <ComboBox
          label="From"
          value={from}
          options={options}
          {...commit}
          placeholder="web, vpc1/web, 10.0.1.5"
        />
        <button type="button" class="quiet" onClick={swap} aria-label="Swap the ends" title="Swap the ends">
          <Icon name="swap" />
        </button>
        <ComboBox
          label="To"
          value={to}
          options={options}
          {...commit}
          placeholder="db, 10.2.0.0/24, internet"
        />
        <div class="service">
          <label>
            Protocol
            <select
              value={protocol.value}
              onChange={(event) => {
                protocol.value = event.currentTarget.value;
                void retrace();
              }}
            >
              {["any", "tcp", "udp", "icmp"].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            Port
            <input
              inputMode="numeric"
              size={6}
              placeholder="any"
              value={port.value}
              disabled={protocol.value === "any"}
              onInput={(event) => {
                port.value = event.currentTarget.value;
              }}
              onChange={retraceIfNew}
            />
          </label>
        </div>
      </form>
      <Result />
    </div>
  );
}

function Result(): JSX.Element {
  const result = traced.value;
  if (result === undefined) {
    return (
      <p class="empty">
        Choose where the packet starts and where it goes: type names or addresses, or click a subnet in the
        picture.
      </p>
    );
  }
  if (result.kind === "failed") return <Problems problems={result.problems} />;
  const trace = result.value;
  const { modelled, of, unknown } = trace.coverage;
  return (
    <section aria-label="Both paths" class="trace">
      <div class={`outcome ${trace.verdict}`} role="status">
        <VerdictBadge verdict={trace.verdict} partial={trace.partial} />
        <p>
          {MEANING[trace.verdict]}
          {trace.partial ? " Other addresses fare better; this pair is the counterexample." : ""}
        </p>
        <button
          type="button"
          class="quiet"
          onClick={replay}
          aria-label="Show the packet again"
          title="Show the packet again"
        >
          <Icon name="play" />
        </button>
      </div>
      <Path title="Packet" path={trace.forward} trace={trace} />
      <Path title="Reply" path={trace.back} trace={trace} />
      <Fixes />
      <footer class="dim">
        Modelled {modelled} of {of}
        {unknown.length > 0 && <>; unknown: {unknown.slice(0, 8).join(", ")}</>}
        {trace.packet !== undefined && <>; shown for {trace.packet}</>}
      </footer>
    </section>
  );
}

function Path({ title, path, trace }: { title: string; path: PathView; trace: TraceView }): JSX.Element {
  const [start, end] = title === "Packet" ? [trace.from, trace.to] : [trace.to, trace.from];
  return (
    <section class="path" aria-label={title}>
      <h3>
        {title} <span class={`tag ${path.outcome}`}>{path.outcome}</span>
        <span class="dim mono">
          {start.address} → {end.address}
        </span>
      </h3>
      <ol class="hops">
        {path.hops.map((hop, i) => (
          <HopRow key={`${i} ${hop.node}`} hop={hop} isLast={i === path.hops.length - 1} path={path} />
        ))}
      </ol>
      {path.stop !== undefined && (
        <div class="stop">
          <p>
            <strong>{path.stop.message}</strong>
          </p>
          <p class="dim">
            <code>{path.stop.cause}</code> {path.stop.title}
            {path.stop.account !== undefined && <>; for account {path.stop.account} to change</>}
            {path.stop.source !== "" && (
              <>
                {" "}
                <code>{path.stop.source}</code>
              </>
            )}
          </p>
          {path.stop.hints.map((hint) => (
            <p key={hint} class="hint">
              {hint}
            </p>
          ))}
        </div>
      )}
      {path.alternatives.map((text) => (
        <p key={text} class="dim">
          or {text}
        </p>
      ))}
    </section>
  );
}

function HopRow({ hop, isLast, path }: { hop: HopView; isLast: boolean; path: PathView }): JSX.Element {
  const { node, kind, table, route } = hop;
  const state = isLast ? path.outcome : "passed";
  return (
    <li class={state}>
      <span class="node">
        <strong>{node}</strong> <span class="dim">{kind}</span>
      </span>
      {route !== undefined && route !== null && (
        <span class="decided">
          <code>
            {route.destination} → {route.target}
          </code>
          <span class="dim mono">
            {table} · {route.source}
          </span>
        </span>
      )}
      {route === null && <span class="decided">no match in {table}</span>}
    </li>
  );
}

function Fixes(): JSX.Element | null {
  const result = traced.value;
  if (result?.kind !== "answered" || result.value.verdict === "two-way") return null;
  const found = fixes.value;
  if (found === undefined) return <p class="dim">Looking for what would help …</p>;
  if (found.kind === "failed") return <Problems problems={found.problems} />;
  return (
    <section class="fixes" aria-label="What would help">
      <h3>{found.value.fixes.length === 0 ? "No fix" : "Makes it two-way, tried on a copy"}</h3>
      {found.value.fixes.map(({ actions, by, opens, breaks }) => (
        <div key={actions.join("\n")} class="fix">
          <ul>
            {actions.map((action, i) => (
              <li key={action}>
                <code>{action}</code>
                {new Set(by).size > 1 && <span class="dim"> by {by[i]}</span>}
              </li>
            ))}
          </ul>
          <p class="dim">
            {opens === 0 && breaks === 0
              ? "Opens and breaks nothing else."
              : `Also opens ${opens} and breaks ${breaks} other pairs of subnets.`}
          </p>
          <button type="button" class="primary" onClick={() => void tryChanges(actions)}>
            Try it
          </button>
        </div>
      ))}
      {found.value.obstacles.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </section>
  );
}
