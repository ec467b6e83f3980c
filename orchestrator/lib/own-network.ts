import { isIP } from "node:net";

/** What the host of a place on this machine is called; every other one is elsewhere. */
export const HERE = "this machine";

/** Whether only this machine can reach an address; IPv6 with or without brackets. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(hostname);
}

/** This machine, or a network that the internet does not reach: names without a dot, private ranges. */
export function isOwnNetwork(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isIP(host) === 6) return host === "::1" || /^f[cd]|^fe[89ab]/.test(host);
  if (isIP(host) === 0)
    return !host.includes(".") || /\.(local|lan|internal|home\.arpa|localhost)$/.test(host);
  const [first = 0, second = 0] = host.split(".").map(Number);
  return (
    first === 10 ||
    first === 127 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 169 && second === 254) ||
    (first === 100 && second >= 64 && second < 128)
  );
}
