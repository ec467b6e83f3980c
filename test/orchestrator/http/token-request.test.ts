import { describe, expect, test } from "vitest";
import { isOwnConfig, readTokenRequest } from "../../../orchestrator/http/token-request.ts";

const nothing = {
  room: undefined,
  identity: undefined,
  name: undefined,
  roomConfig: undefined,
  accessCode: undefined,
};

describe("a token request", () => {
  test.each([
    ["nothing", undefined, nothing],
    ["no body", null, nothing],
    ["an empty object", {}, nothing],
    ["nulls and empty texts", { room_name: null, participant_identity: "", room_config: null }, nothing],
    ["what it does not know", { new_field: 1 }, nothing],
    [
      "LiveKit's fields",
      {
        room_name: "r",
        participant_identity: "i",
        participant_name: " A\u202eda\n ",
        participant_metadata: "{}",
        participant_attributes: { a: "b" },
        room_config: { agents: [] },
        access_code: "c",
      },
      { room: "r", identity: "i", name: "Ada", roomConfig: { agents: [] }, accessCode: "c" },
    ],
  ])("may hold %s", (_, body, expected) => {
    expect(readTokenRequest(body)).toEqual(expected);
  });

  test.each([
    ["a list", []],
    ["a number as a name", { participant_name: 1 }],
    ["a long room", { room_name: "r".repeat(257) }],
    ["a text as configuration", { room_config: "sightline" }],
    ["attributes that are no texts", { participant_attributes: { a: {} } }],
  ])("may not hold %s", (_, body) => {
    expect(() => readTokenRequest(body)).toThrow("bad-request");
  });
});

describe("a room configuration", () => {
  test.each([
    ["nothing", {}],
    ["our agent", { agents: [{ agent_name: "sightline" }] }],
    ["our agent in the other spelling", { agents: [{ agentName: "sightline", metadata: "" }] }],
    ["what is not set", { name: "", empty_timeout: 0, agents: [], egress: null, tags: {} }],
  ])("with %s is ours", (_, config) => {
    expect(isOwnConfig(config, "sightline")).toBe(true);
  });
  test.each([
    ["another agent", { agents: [{ agent_name: "other" }] }],
    ["two agents", { agents: [{ agent_name: "sightline" }, { agent_name: "sightline" }] }],
    ["metadata for our agent", { agents: [{ agent_name: "sightline", metadata: "x" }] }],
    ["an agent without a name", { agents: [{}] }],
    ["an agent that is a text", { agents: ["sightline"] }],
    ["agents that are no list", { agents: { agent_name: "sightline" } }],
    ["a recording", { egress: { room: { file_outputs: [{}] } } }],
    ["a longer life", { departure_timeout: 3600 }],
    ["metadata", { metadata: "x" }],
  ])("with %s is not", (_, config) => {
    expect(isOwnConfig(config, "sightline")).toBe(false);
  });
});
