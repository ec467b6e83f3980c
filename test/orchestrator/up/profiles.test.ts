import { expect, test } from "vitest";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import { DEFAULT_PROFILES, profileFaults, PROFILES } from "../../../orchestrator/up/profiles.ts";
import { GPU_FILE, loadModel } from "../../containers/compose-model.ts";
import { testFolder } from "../../standins/photo-files.ts";

const folder = testFolder();
const { cert } = await createOwnCertificate(["turn.example.org", "calls.example.org"], folder.path);
folder.remove();

const WELL = {
  profiles: ["turn"],
  operator: {
    TURN_DOMAIN: "turn.example.org",
    PUBLIC_ORIGINS: "https://calls.example.org",
    NODE_IP: "203.0.113.7",
  },
  certificate: cert,
  lan: "192.168.1.20",
};

test("nothing is in the way of what is known and has what it needs", () => {
  expect(profileFaults({ ...WELL, profiles: [] })).toEqual([]);
  expect(profileFaults({ ...WELL, profiles: PROFILES })).toEqual([]);
  expect(PROFILES).toEqual(expect.arrayContaining([...DEFAULT_PROFILES]));
});

test("all that TURN lacks, a sentence each", () => {
  expect(profileFaults({ ...WELL, operator: {}, certificate: undefined })).toEqual([
    "profile turn: TURN_DOMAIN is not set; expected a name that leads to this machine, such as turn.example.org",
    "profile turn: TLS_CERT_FILE and TLS_KEY_FILE name no certificate that can be read; expected one that browsers trust, for TURN's name and the page's",
    "profile turn: PUBLIC_ORIGINS names no page at port 443; expected its address there, such as https://calls.example.org",
    "profile turn: NODE_IP is 192.168.1.20, and nothing is relayed into private networks; expected the public address of this machine",
  ]);
});

test.each([
  [{ TURN_DOMAIN: "https://turn.example.org" }, /^profile turn: TURN_DOMAIN is "https:/],
  [{ TURN_DOMAIN: "203.0.113.7" }, /^profile turn: TURN_DOMAIN is "203/],
  [{ TURN_DOMAIN: "turn.example.net" }, /the certificate in TLS_CERT_FILE is not for turn.example.net;/],
  [{ PUBLIC_ORIGINS: "https://calls.example.org:8443" }, /PUBLIC_ORIGINS names no page at port 443;/],
  [{ PUBLIC_ORIGINS: "https://turn.example.org" }, /both name turn.example.org; expected a name of its own/],
  [{ NODE_IP: "10.0.0.4" }, /NODE_IP is 10.0.0.4/],
])("%o: one thing", (changes, fault) => {
  expect(profileFaults({ ...WELL, operator: { ...WELL.operator, ...changes } })).toEqual([
    expect.stringMatching(fault),
  ]);
});

test("speech runs on a card or on the CPU, and nowhere else", () => {
  const speech = (device: string) =>
    profileFaults({ ...WELL, profiles: ["speech"], operator: { SPEECH_DEVICE: device } });
  expect(["", "gpu", "cpu"].flatMap(speech)).toEqual([]);
  expect(speech("tpu")).toEqual(['profile speech: SPEECH_DEVICE is "tpu"; expected gpu or cpu']);
});

test("a name that no service has is refused", () => {
  expect(profileFaults({ ...WELL, profiles: ["speach", "speech"] })).toEqual([
    'no profile "speach"; expected of PROFILES: speech, observability, turn, or none',
  ]);
});

test("the names are those of the compose file", async () => {
  const { services } = await loadModel([GPU_FILE], { profiles: ["*"] });
  expect(new Set(Object.values(services).flatMap(({ profiles }) => profiles))).toEqual(new Set(PROFILES));
}, 600_000);
