import type { JSX } from "preact";
import type { Place } from "../engine/place.ts";
import { selection, view } from "../state/store.ts";

/** The picture as tables, for screen readers and for people who would rather read. */
export function PictureTable(): JSX.Element | null {
  const network = view.value;
  if (network === undefined) return null;
  const { vpcs, peerings, hubs } = network;
  const hasGateways = vpcs.some(({ gateways }) => gateways.length > 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="twin" tabIndex={0} aria-label="The network as tables">
      <table>
        <caption>VPCs and their subnets</caption>
        <thead>
          <tr>
            <th scope="col">VPC</th>
            <th scope="col">Region</th>
            <th scope="col">Account</th>
            <th scope="col">CIDRs</th>
            <th scope="col">Subnets</th>
            {hasGateways && <th scope="col">Gateways</th>}
          </tr>
        </thead>
        <tbody>
          {vpcs.map(({ id, region, account, cidrs, subnets, gateways }) => (
            <tr key={id}>
              <td>
                <Choose place={{ kind: "vpc", id }} />
              </td>
              <td>{region}</td>
              <td>{account}</td>
              <td class="mono">{cidrs.join(", ")}</td>
              <td>
                {subnets.map((subnet) => (
                  <div key={subnet.id}>
                    <Choose place={{ kind: "subnet", vpc: id, id: subnet.id }} />{" "}
                    <span class="mono dim">{subnet.cidr}</span>
                  </div>
                ))}
              </td>
              {hasGateways && (
                <td>
                  {gateways.map((gateway) => (
                    <div key={gateway.id}>
                      <Choose place={{ kind: "gateway", id: gateway.id }} />{" "}
                      <span class="dim">{gateway.kind}</span>
                    </div>
                  ))}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption>Peerings</caption>
        <thead>
          <tr>
            <th scope="col">Peering</th>
            <th scope="col">Requester</th>
            <th scope="col">Accepter</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {peerings.map(({ id, requester, accepter, state }) => (
            <tr key={id}>
              <td>
                <Choose place={{ kind: "peering", id }} />
              </td>
              <td>{requester}</td>
              <td>{accepter}</td>
              <td>{state}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hubs.length > 0 && (
        <table>
          <caption>Hubs and their attachments</caption>
          <tbody>
            {hubs.map(({ id, kind, attachments }) => (
              <tr key={id}>
                <td>
                  <Choose place={{ kind: "hub", id }} />
                </td>
                <td>{kind}</td>
                <td>{attachments.map(({ to, state }) => `${to ?? "outside"} (${state})`).join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Choose({ place }: { place: Place }): JSX.Element {
  return (
    <button
      type="button"
      class="link"
      onClick={() => {
        selection.value = place;
      }}
    >
      {place.id}
    </button>
  );
}
