import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { VpcView } from "../engine/network-view.ts";
import type { RouteTo, VpcDetail } from "../engine/vpc-detail.ts";
import { Icon } from "../parts/icons.tsx";
import {
  type Offer,
  offersForPeering,
  offersForRoute,
  offersForSubnet,
  offersForTarget,
  offersForVpc,
} from "../state/actions-for.ts";
import { subnetName } from "../state/ends.ts";
import { ask, changed, engine, offer, selection, view } from "../state/store.ts";

/** What was chosen in the picture: what it is, and what can be done with it. */
export function Inspector(): JSX.Element | null {
  const place = selection.value;
  const network = view.value;
  if (place === undefined || network === undefined) return null;
  const close = (): void => {
    selection.value = undefined;
  };
  const content = body();
  if (content === undefined) return null;
  return (
    <section class="inspector" aria-label={`${place.kind} ${place.id}`}>
      <header class="row">
        <h2>{place.id}</h2>
        <span class="dim">{place.kind}</span>
        <span class="push" />
        <button type="button" class="quiet" onClick={close} aria-label="Close" title="Close">
          <Icon name="close" />
        </button>
      </header>
      {content}
    </section>
  );

  function body(): JSX.Element | undefined {
    if (place === undefined || network === undefined) return undefined;
    switch (place.kind) {
      case "peering": {
        const peering = network.peerings.find(({ id }) => id === place.id);
        if (peering === undefined) return undefined;
        const { requester, accepter, accounts, state, bandwidth } = peering;
        return (
          <>
            <p>
              {requester} → {accepter}{" "}
              <span class={`tag ${state === "ACTIVE" ? "delivered" : "dropped"}`}>{state}</span>
            </p>
            {accounts[0] !== accounts[1] && <p class="dim">of accounts {accounts.join(" and ")}</p>}
            {bandwidth !== undefined && <p class="dim">{bandwidth} Mbps</p>}
            <Offers offers={offersForPeering(peering)} />
          </>
        );
      }
      case "subnet": {
        const vpc = network.vpcs.find(({ id }) => id === place.vpc);
        const subnet = vpc?.subnets.find(({ id }) => id === place.id);
        if (subnet === undefined) return undefined;
        const name = subnetName(place.vpc, place.id);
        return (
          <>
            <p class="mono">{subnet.cidr}</p>
            <p class="dim">
              in {place.vpc}, table {subnet.table}
            </p>
            <div class="row">
              <button type="button" class="primary" onClick={() => void ask({ from: name })}>
                Trace from here
              </button>
              <button type="button" class="primary" onClick={() => void ask({ to: name })}>
                Trace to here
              </button>
            </div>
            <Offers offers={offersForSubnet(place.vpc, place.id, subnet.table)} />
          </>
        );
      }
      case "vpc": {
        const vpc = network.vpcs.find(({ id }) => id === place.id);
        if (vpc === undefined) return undefined;
        return (
          <>
            <p class="mono">{vpc.cidrs.join(", ")}</p>
            <p class="dim">
              {vpc.region} · account {vpc.account}
            </p>
            <div class="row">
              <button type="button" onClick={() => void ask({ from: place.id })}>
                Trace from here
              </button>
              <button type="button" onClick={() => void ask({ to: place.id })}>
                Trace to here
              </button>
            </div>
            <Offers offers={offersForVpc(vpc, network)} />
            <Routes vpc={place.id} />
          </>
        );
      }
      case "hub": {
        const hub = network.hubs.find(({ id }) => id === place.id);
        if (hub === undefined) return undefined;
        const served = new Set(hub.attachments.map(({ to }) => to));
        return (
          <>
            <p>
              {hub.kind} in {hub.region}
            </p>
            <ul class="attachments">
              {hub.attachments.map(({ id, to, state }) => (
                <li key={id}>
                  {to ?? "outside"}{" "}
                  <span class={`tag ${state === "available" ? "delivered" : "dropped"}`}>{state}</span>
                </li>
              ))}
            </ul>
            <RoutesTo target={place.id} vpcs={network.vpcs.filter(({ id }) => served.has(id))} />
          </>
        );
      }
      case "gateway": {
        const vpc = network.vpcs.find(({ gateways }) => gateways.some(({ id }) => id === place.id));
        const gateway = vpc?.gateways.find(({ id }) => id === place.id);
        if (vpc === undefined || gateway === undefined) return undefined;
        return (
          <>
            <p>
              {gateway.kind} of {vpc.id}
            </p>
            <RoutesTo target={place.id} vpcs={[vpc]} />
          </>
        );
      }
      default:
        return place satisfies never;
    }
  }
}

function Offers({ offers }: { offers: readonly Offer[] }): JSX.Element {
  return (
    <div class="row">
      {offers.map((one) => (
        <button key={one.line} type="button" onClick={() => offer(one)} title={one.line}>
          {one.label}
        </button>
      ))}
    </div>
  );
}

/** The routes that lead to a hub or a gateway, each with what can be done to it, and the way to another one. */
function RoutesTo({
  target,
  vpcs,
}: {
  readonly target: string;
  readonly vpcs: readonly VpcView[];
}): JSX.Element {
  const found = useSignal<readonly RouteTo[]>([]);
  useEffect(() => {
    let isGone = false;
    void engine.routesTo(target).then((routes) => {
      if (!isGone) found.value = routes;
    });
    return () => {
      isGone = true;
    };
  }, [target, changed.value]);
  return (
    <div class="routes">
      {found.value.length === 0 && <p class="dim">no route leads here</p>}
      <table>
        <tbody>
          {found.value.map((route) => (
            <tr key={`${route.table} ${route.destination}`}>
              <td class="mono">
                {route.table}: {route.destination}
                {route.enabled ? "" : " (disabled)"}
              </td>
              <td>
                <Offers offers={offersForRoute(route.table, route)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Offers offers={offersForTarget(target, vpcs)} />
    </div>
  );
}

/** The routes of a VPC, each with what can be done to it. */
function Routes({ vpc }: { vpc: string }): JSX.Element | null {
  const detail = useSignal<VpcDetail | undefined>(undefined);
  useSignalEffect(() => {
    void changed.value;
    const wanted = selection.value?.id;
    if (wanted !== undefined)
      void engine.vpc(wanted).then((found) => {
        if (selection.peek()?.id === wanted) detail.value = found;
      });
  });
  if (detail.value === undefined || detail.value.id !== vpc) return null;
  return (
    <div class="routes">
      {detail.value.tables.map(({ id, subnets, routes, count }) => (
        <details key={id}>
          <summary>
            {id}: {routes === undefined ? "routes not known" : `${count} route${count === 1 ? "" : "s"}`}{" "}
            <span class="dim">for {subnets.length === 0 ? "no subnet" : subnets.join(", ")}</span>
          </summary>
          <table>
            <tbody>
              {routes === undefined && (
                <tr>
                  <td>not part of the input</td>
                </tr>
              )}
              {routes?.length === 0 && (
                <tr>
                  <td class="dim">no routes</td>
                </tr>
              )}
              {routes?.slice(0, 100).map((route) => (
                <tr key={`${route.destination} ${route.target}`}>
                  <td class="mono">
                    {route.destination} → {route.target}
                    {route.enabled ? "" : " (disabled)"}
                  </td>
                  <td>
                    <Offers offers={offersForRoute(id, route)} />
                  </td>
                </tr>
              ))}
              {count > 100 && (
                <tr>
                  <td class="dim">… and {count - 100} more</td>
                </tr>
              )}
            </tbody>
          </table>
        </details>
      ))}
    </div>
  );
}
