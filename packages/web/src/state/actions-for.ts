import type { NetworkView, PeeringView, VpcView } from "../engine/network-view.ts";

/** Something to do with a thing in the picture: a line that is whole, or one that the reader finishes. */
export interface Offer {
  readonly label: string;
  readonly line: string;
  /** The line lacks something, and is put into the field instead of being tried. */
  readonly isOpen: boolean;
}

/** What may be done to a peering in its state, likeliest first. What the cloud refuses is offered too: it says why. */
export function offersForPeering({ id, state }: PeeringView): Offer[] {
  const verbs: Readonly<Record<PeeringView["state"], readonly string[]>> = {
    PENDING: ["accept", "reject", "delete"],
    ACTIVE: ["delete", "isolate"],
    EXPIRED: ["enable", "delete"],
    REJECTED: ["delete", "dismiss"],
    ISOLATED: ["restore", "delete"],
    FAILED: ["delete"],
    DELETED: ["dismiss"],
  };
  return verbs[state].map((verb) => whole(capital(verb), `${verb}-peering ${id}`));
}

export function offersForVpc({ id, mainTable }: VpcView, { vpcs }: NetworkView): Offer[] {
  const other = vpcs.find((vpc) => vpc.id !== id);
  return [
    open("Add a route …", `add-route ${mainTable} `),
    ...(other === undefined ? [] : [open("Peer with …", `create-peering ${freeId(id)} ${id} - `)]),
    open("Add a CIDR …", `add-cidr ${id} `),
    open("Create a subnet …", `create-subnet ${id}/`),
    whole("Delete", `delete-vpc ${id}`),
  ];
}

export function offersForSubnet(vpc: string, subnet: string, table: string): Offer[] {
  return [
    open("Add a route …", `add-route ${table} `),
    open("Give it another table …", `associate ${vpc}/${subnet} `),
    whole("Delete", `delete-subnet ${vpc}/${subnet}`),
  ];
}

/** What may be done where packets are sent on: routes to it are made in the tables of the VPCs that it serves. */
export function offersForTarget(target: string, vpcs: readonly VpcView[]): Offer[] {
  return vpcs.map(({ id, mainTable }) =>
    open(`Add a route of ${id} …`, `add-route ${mainTable} 0.0.0.0/0 -> ${target}`),
  );
}

/** What may be done to a route that is there. */
export function offersForRoute(
  table: string,
  {
    destination,
    target,
    enabled,
  }: { readonly destination: string; readonly target: string; readonly enabled: boolean },
): Offer[] {
  const route = `${table} ${destination} -> ${target}`;
  return [
    enabled ? whole("Disable", `disable-route ${route}`) : whole("Enable", `enable-route ${route}`),
    whole("Delete", `delete-route ${route}`),
  ];
}

function whole(label: string, line: string): Offer {
  return { label, line, isOpen: false };
}

function open(label: string, line: string): Offer {
  return { label, line, isOpen: true };
}

function freeId(vpc: string): string {
  return `pcx-new-${vpc}`;
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}
