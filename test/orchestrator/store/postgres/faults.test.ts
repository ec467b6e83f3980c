import { expect, test } from "vitest";
import type { DatabaseConfig } from "../../../../orchestrator/config.ts";
import { NewerSchemaError } from "../../../../orchestrator/store/newer-schema.ts";
import { faultOf, isMalformed, mayPass, sentenceOf } from "../../../../orchestrator/store/postgres/faults.ts";

const config: DatabaseConfig = {
  host: "db.example.org",
  port: 5432,
  user: "ada",
  password: "pass-word",
  database: "calls",
  tls: "verify-full",
  caFile: undefined,
};
const coded = (code: string, message = "the server's words"): Error =>
  Object.assign(new Error(message), { code });

test.each([
  ["53300", "busy", true],
  ["55P03", "busy", true],
  ["57014", "busy", true],
  ["53100", "full", false],
  ["XX001", "corrupt", false],
  ["28P01", "refused", false],
  ["3D000", "refused", false],
  ["42501", "refused", false],
  ["57P03", "unavailable", true],
  ["25006", "unavailable", true],
  ["ECONNREFUSED", "unavailable", true],
  ["EAI_AGAIN", "unavailable", true],
  ["SELF_SIGNED_CERT_IN_CHAIN", "refused", false],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "refused", false],
] as const)("%s is %s", (code, fault, passes) => {
  expect(faultOf(coded(code))).toBe(fault);
  expect(mayPass(coded(code))).toBe(passes);
  expect(isMalformed(coded(code))).toBe(false);
});

test("a value's own fault is known from the database's", () => {
  for (const code of ["22P02", "22003", "23502", "23505"]) expect(isMalformed(coded(code))).toBe(true);
  expect(isMalformed(new Error("Query read timeout"))).toBe(false);
});

test("what pg says without a code is known too", () => {
  expect(faultOf(new Error("Query read timeout"))).toBe("unavailable");
  expect(faultOf(new Error("The server does not support SSL connections"))).toBe("refused");
  expect(faultOf(new Error("SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature does not match"))).toBe(
    "refused",
  );
  expect(faultOf(new NewerSchemaError(9, 1))).toBe("newer");
});

test("every sentence names the server, and says nothing that the server or pg said", () => {
  const faults = ["28P01", "3D000", "42501", "25006", "ECONNREFUSED", "SELF_SIGNED_CERT_IN_CHAIN", ""].map(
    (code) => coded(code, "password pass-word of ada"),
  );
  for (const fault of [...faults, new NewerSchemaError(9, 1), new Error("SASL: pass-word"), "text"]) {
    const sentence = sentenceOf(fault, config);
    expect(sentence).toContain("db.example.org:5432");
    expect(sentence).toContain("; expected ");
    expect(sentence).not.toContain("pass-word");
  }
  expect(sentenceOf(coded("ENOTFOUND"), { ...config, host: "fd00::1" })).toContain(
    "[fd00::1]:5432 (ENOTFOUND)",
  );
});
