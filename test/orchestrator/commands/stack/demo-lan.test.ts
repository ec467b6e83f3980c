import { expect, test } from "vitest";
import { lanAddress } from "../../../../orchestrator/commands/stack/demo-lan.ts";

type Interfaces = NonNullable<Parameters<typeof lanAddress>[0]>;

const interfaceOf = (address: string, internal = false) => ({
  address,
  internal,
  family: "IPv4" as const,
  netmask: "255.255.255.0",
  mac: "00:00:00:00:00:00",
  cidr: null,
});

const interfaces = (...addresses: readonly string[]): Interfaces => ({
  lo: [interfaceOf("127.0.0.1", true)],
  eth: addresses.map((address) => interfaceOf(address)),
});

test.each([
  [["192.168.1.7"], "192.168.1.7"],
  [["203.0.113.9", "10.0.0.3"], "10.0.0.3"],
  [["203.0.113.9", "172.31.0.3"], "172.31.0.3"],
  [["203.0.113.9", "172.32.0.3"], "203.0.113.9"],
  [["169.254.3.3", "203.0.113.9"], "203.0.113.9"],
])("of %j phones reach %s", (addresses, expected) => {
  expect(lanAddress(interfaces(...addresses))).toBe(expected);
});

test("Docker's own networks are nobody else's, though private, and come with the stack itself", () => {
  const own = { "br-0123456789ab": "172.30.94.1", docker0: "172.17.0.1", virbr0: "192.168.122.1" };
  const machine = {
    ...Object.fromEntries(Object.entries(own).map(([name, address]) => [name, [interfaceOf(address)]])),
    ...interfaces("203.0.113.9"),
  };
  expect(lanAddress(machine)).toBe("203.0.113.9");
  // A bridge that the machine itself is reached at.
  expect(lanAddress({ br0: [interfaceOf("192.168.1.7")], ...machine })).toBe("192.168.1.7");
});

test("a machine without a network is told so", () => {
  expect(() => lanAddress(interfaces())).toThrow("no address in a local network");
});
