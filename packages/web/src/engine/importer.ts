// A chunk of its own: most networks are scenarios, and the readers of what machines write are large.
export { importNetworks } from "@twoway/sim";
