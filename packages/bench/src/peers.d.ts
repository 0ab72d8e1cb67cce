declare module "longest-prefix-match" {
  export default class LongestPrefixMatch {
    addPrefix(prefix: string, data: number): void;
    getMatch(prefix: string): number[];
  }
}
declare module "ip-router" {
  export default class IPRouter {
    insert(source: string, destination: number): boolean;
    route(source: string): number | undefined;
  }
}
