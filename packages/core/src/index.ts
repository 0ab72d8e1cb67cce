export {
  type Address,
  type Address4,
  type Address6,
  address4,
  address6,
  type Family,
  familyOf,
  formatAddress,
  ParseError,
  parseAddress,
  widthOf,
} from "./address.ts";
export { Prefix } from "./prefix.ts";
