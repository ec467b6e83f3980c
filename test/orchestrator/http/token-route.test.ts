import { describe, expect, test } from "vitest";
import { CODE, startGateway, testLivekit, type Answer } from "./gateway-fixture.ts";

const PATH = "/api/v1/livekit/token";
/** What the token source was asked for. */
const grantOf = ({ json }: Answer) =>
  JSON.parse(String(json["participant_token"] ?? json["token"])) as Record<string, string>;

describe("a token", () => {
  test("comes in the format of LiveKit's token endpoints", async () => {
    const gateway = await startGateway();
    const answer = await gateway.post(PATH, { participant_name: "Ada" });
    expect(answer.status).toBe(201);
    expect(Object.keys(answer.json).sort()).toEqual(["participant_token", "server_url"]);
    expect(answer.json["server_url"]).toBe("ws://127.0.0.1:7880");
    expect(grantOf(answer)).toEqual({
      identity: expect.stringMatching(/^caller-[\w-]{22}$/) as string,
      room: expect.stringMatching(/^sightline-[0-9a-f]{12}-[\w-]{22}$/) as string,
      name: "Ada",
    });
  });

  test.each([
    ["no body at all", undefined, undefined],
    ["an empty body that says it is JSON", "application/json", ""],
    ["a form", "application/x-www-form-urlencoded", "participant_name=Ada"],
  ])("is given for %s", async (_, type, body) => {
    const gateway = await startGateway();
    const headers = type === undefined ? {} : { "content-type": type };
    const request = { method: "POST", headers, ...(body === undefined ? {} : { body }) };
    expect((await gateway.ask(PATH, request)).status).toBe(201);
  });

  test("by GET tells what it is for", async () => {
    const gateway = await startGateway();
    const answer = await gateway.ask(PATH);
    const { room, identity } = grantOf(answer);
    expect(answer.json).toMatchObject({ url: "ws://127.0.0.1:7880", room, identity });
    expect(answer.json["expires_at"]).toBe(new Date(1_800_000_000_000).toISOString());
  });

  test("is not to be had without a LiveKit server", async () => {
    const gateway = await startGateway({ livekit: undefined });
    expect((await gateway.post(PATH, {})).json).toMatchObject({ status: 503, code: "livekit-unavailable" });
  });

  test("is given only so often to one address", async () => {
    const gateway = await startGateway({ limits: { tokensPerMinute: 1 } });
    expect((await gateway.post(PATH, {})).status).toBe(201);
    const refused = await gateway.post(PATH, {});
    expect(refused.json).toMatchObject({ status: 429, code: "too-many-requests" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  });
});

describe("a caller", () => {
  test("is the same one with the cookie, and another without", async () => {
    const gateway = await startGateway();
    const first = await gateway.post(PATH, {});
    const again = await gateway.post(PATH, {}, { cookie: `other=1; ${first.cookie}` });
    const other = await gateway.post(PATH, {});
    expect(grantOf(again)["identity"]).toBe(grantOf(first)["identity"]);
    expect(grantOf(other)["identity"]).not.toBe(grantOf(first)["identity"]);
    expect(grantOf(again)["room"]).not.toBe(grantOf(first)["room"]);
  });

  test("stays the same after a restart with the same secret", async () => {
    const first = await (await startGateway()).post(PATH, {});
    const again = await (await startGateway()).post(PATH, {}, { cookie: first.cookie ?? "" });
    expect(grantOf(again)["identity"]).toBe(grantOf(first)["identity"]);
  });

  test.each([
    ["forged", (cookie: string) => cookie.replace(/caller-..../, "caller-AAAA")],
    ["prolonged", (cookie: string) => cookie.replace(/\.\d+\./, ".99999999999999.")],
    ["nonsense", () => "sightline=x"],
  ])("is a new one with a cookie that is %s", async (_, change) => {
    const gateway = await startGateway();
    const first = await gateway.post(PATH, {});
    const answer = await gateway.post(PATH, {}, { cookie: change(first.cookie ?? "") });
    expect(answer.status).toBe(201);
    expect(grantOf(answer)["identity"]).not.toBe(grantOf(first)["identity"]);
  });

  test("is named by a cookie that no script, no other site and no plain connection gets", async () => {
    const plain = await startGateway();
    expect((await plain.post(PATH, {})).headers["set-cookie"]).toEqual([
      expect.stringMatching(/^sightline=[\w.-]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/),
    ]);
    const secure = await startGateway({ accessCode: CODE, publicOrigins: ["https://calls.example.org"] });
    const headers = { host: "calls.example.org", authorization: `Bearer ${CODE}` };
    expect((await secure.post(PATH, {}, headers)).headers["set-cookie"]?.[0]).toMatch(
      /^__Host-sightline=.*; Path=\/;.*; Secure$/,
    );
  });
});

describe("a room", () => {
  test("of the caller's own may be asked for again", async () => {
    const gateway = await startGateway();
    const first = await gateway.post(PATH, {});
    const { room, identity } = grantOf(first);
    const body = { room_name: room, participant_identity: identity };
    const again = await gateway.post(PATH, body, { cookie: first.cookie ?? "" });
    expect(grantOf(again)).toMatchObject({ room, identity });
  });

  test("that the caller is in a call in is given again: a second tab takes the call over", async () => {
    const inCall = new Set<string>();
    const isInCall = async (room: string, identity: string) => inCall.has(`${room} ${identity}`);
    const gateway = await startGateway({ livekit: testLivekit({ isInCall }) });
    const first = await gateway.post(PATH, {});
    const { room, identity } = grantOf(first);
    const headers = { cookie: first.cookie ?? "" };
    inCall.add(`${room} ${identity}`);
    expect(grantOf(await gateway.post(PATH, {}, headers))["room"]).toBe(room);
    expect(grantOf(await gateway.post(PATH, {}))["room"]).not.toBe(room);
    inCall.clear();
    expect(grantOf(await gateway.post(PATH, {}, headers))["room"]).not.toBe(room);
  });

  test.each([
    ["foreign-room", { room_name: "lobby" }],
    ["foreign-room", { room_name: "{other}" }],
    ["foreign-identity", { participant_identity: "somebody" }],
    ["foreign-room-config", { room_config: { agents: [{ agent_name: "other" }] } }],
    ["foreign-room-config", { room_config: { egress: { room: {} } } }],
  ])("is refused as %s for %j", async (code, body) => {
    let issued = 0;
    const normal = testLivekit();
    const livekit = testLivekit({
      issueToken(request) {
        issued++;
        return normal.issueToken(request);
      },
    });
    const gateway = await startGateway({ livekit });
    const other = grantOf(await gateway.post(PATH, {}))["room"] ?? "";
    const text = JSON.stringify(body).replace("{other}", other);
    const answer = await gateway.post(PATH, JSON.parse(text));
    expect(answer.json).toMatchObject({ status: 403, code });
    expect(issued).toBe(1);
  });
});

describe("the server's address", () => {
  const https = { accessCode: CODE, publicOrigins: ["https://calls.example.org", "https://10.0.0.7:8000"] };
  const headers = { host: "10.0.0.7:8000", authorization: `Bearer ${CODE}` };
  test("is the page's own over HTTPS, when LiveKit has no certificate", async () => {
    const gateway = await startGateway(https);
    expect((await gateway.post(PATH, {}, headers)).json["server_url"]).toBe("wss://10.0.0.7:8000");
  });
  test("is LiveKit's, when it has one", async () => {
    const livekit = testLivekit({ publicUrl: "wss://livekit.example.org" });
    const gateway = await startGateway({ ...https, livekit });
    const answer = await gateway.post(PATH, {}, headers);
    expect(answer.json["server_url"]).toBe("wss://livekit.example.org");
    expect(answer.headers["content-security-policy"]).toContain(
      "connect-src 'self' wss://livekit.example.org https://livekit.example.org;",
    );
  });
});

describe("the access code", () => {
  test.each([
    ["a header", {}, { authorization: `Bearer ${CODE}` }],
    ["a header in small letters", {}, { authorization: `bearer  ${CODE}` }],
    ["the body", { access_code: CODE }, {}],
  ])("in %s opens, and the cookie remembers", async (_, body, headers) => {
    const gateway = await startGateway({ accessCode: CODE });
    expect((await gateway.ask("/api/v1/config")).json["accessCodeNeeded"]).toBe(true);
    const first = await gateway.post(PATH, body, headers);
    expect(first.status).toBe(201);
    const cookie = first.cookie ?? "";
    expect((await gateway.post(PATH, {}, { cookie })).status).toBe(201);
    expect((await gateway.ask("/api/v1/config", { headers: { cookie } })).json["accessCodeNeeded"]).toBe(
      false,
    );
  });

  test("can be entered by itself, in JSON or in a form", async () => {
    const gateway = await startGateway({ accessCode: CODE });
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const body = new URLSearchParams({ code: CODE }).toString();
    const answers = [
      await gateway.post("/api/v1/access", { code: CODE }),
      await gateway.ask("/api/v1/access", { method: "POST", headers: form, body }),
    ];
    for (const { status, cookie } of answers) {
      expect(status).toBe(204);
      expect((await gateway.post(PATH, {}, { cookie: cookie ?? "" })).status).toBe(201);
    }
    expect((await gateway.post("/api/v1/access", {})).status).toBe(400);
  });

  test.each([
    ["no code", {}, "access-code-needed"],
    ["another scheme", { authorization: `Basic ${CODE}` }, "access-code-needed"],
    ["a wrong code", { authorization: "Bearer open sesam" }, "access-code-wrong"],
    ["a longer code", { authorization: `Bearer ${CODE}x` }, "access-code-wrong"],
  ])("is asked of %s", async (_, headers, code) => {
    const gateway = await startGateway({ accessCode: CODE });
    const answer = await gateway.post(PATH, {}, headers);
    expect(answer.json).toMatchObject({ status: 401, code });
    expect(answer.cookie).toBeUndefined();
  });

  test("cannot be guessed: after five wrong ones even the right one has to wait", async () => {
    const gateway = await startGateway({ accessCode: CODE });
    const granted = (await gateway.post("/api/v1/access", { code: CODE })).cookie ?? "";
    const tries = Array.from({ length: 5 }, (_, n) => gateway.post("/api/v1/access", { code: `guess ${n}` }));
    for (const { status } of await Promise.all(tries)) expect(status).toBe(401);
    const waiting = await gateway.post("/api/v1/access", { code: CODE });
    expect(waiting.json).toMatchObject({ status: 429 });
    expect(waiting.headers["retry-after"]).toBe("30");
    expect((await gateway.post(PATH, {}, { cookie: granted })).status).toBe(201);
  });
});
