import { type Address, Prefix } from "@twoway/core";

/** What IANA keeps off the internet: private and shared space, loopback, link-local, multicast; all but 2000::/3. */
export const PRIVATE_SPACE: readonly Prefix[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
  "::/3",
  "4000::/2",
  "8000::/1",
].map(Prefix.parse);

/** Reports whether the address is never routed on the internet. */
export function isPrivate(address: Address): boolean {
  return PRIVATE_SPACE.some((block) => block.contains(address));
}
