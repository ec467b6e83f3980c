import { expect, test } from "vitest";
import { databaseUrl } from "../../../orchestrator/environment/database-url.ts";

const read = (text: string) => databaseUrl.schema.safeParse(text).data;

test("an address is read whole, its password as it is", () => {
  const url =
    "postgresql://ada:p%40ss%2Fword@db.example.org:6432/calls?sslmode=verify-ca&sslrootcert=/etc/ca.pem";
  expect(read(url)).toEqual({
    host: "db.example.org",
    port: 6432,
    user: "ada",
    password: "p@ss/word",
    database: "calls",
    tls: "verify-ca",
    caFile: "/etc/ca.pem",
  });
});

test.each([
  ["127.0.0.1", "disable"],
  ["localhost", "disable"],
  ["[::1]", "disable"],
  ["10.0.0.5", "verify-full"],
  ["postgres", "verify-full"],
  ["db.example.org", "verify-full"],
  ["localhost.example.org", "verify-full"],
])("without sslmode, %s is reached with %s", (host, tls) => {
  expect(read(`postgres://ada:word@${host}/calls`)).toMatchObject({ tls, port: 5432 });
});

test.each([
  "mysql://ada:word@db/calls",
  "postgres://db/calls",
  "postgres://ada@db/calls",
  "postgres://ada:word@/calls",
  "postgres://ada:word@db",
  "postgres://ada:wo%rd@db/calls",
  "postgres://ada:wo#rd@db/calls",
  "postgres://ada:word@db/calls?sslmode=prefer",
  "postgres://ada:word@db/calls?sslmode=",
  "postgres://ada:word@db/calls?sslmode=disable&sslmode=require",
  "postgres://ada:word@db/calls?ssl=true",
  "host=db user=ada",
])("%s is none", (text) => {
  expect(read(text)).toBeUndefined();
});
