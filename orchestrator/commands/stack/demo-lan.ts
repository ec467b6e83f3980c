import { networkInterfaces } from "node:os";
import { InputError } from "../../errors.ts";

/** Networks that a machine keeps within itself, for containers and virtual machines. */
const WITHIN = /^(docker|podman|veth|virbr|vmnet|vboxnet|lxcbr|lxdbr|cni|cali|flannel)|^br-[\da-f]{12}$/;

/**
 * This machine's address in the network that phones share with it: a private one goes first.
 *
 * @throws {InputError} when it has none
 */
export function lanAddress(interfaces = networkInterfaces()): string {
  const found = Object.entries(interfaces)
    .flatMap(([name, addresses]) => (WITHIN.test(name) ? [] : (addresses ?? [])))
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address)
    .filter((address) => !address.startsWith("169.254."));
  const address = found.find(isPrivate) ?? found[0];
  if (address === undefined) {
    throw new InputError("this machine has no address in a local network", "a network for --lan");
  }
  return address;
}

/** The same, or undefined. */
export function ownLan(): string | undefined {
  try {
    return lanAddress();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** RFC 1918. */
function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address);
}
