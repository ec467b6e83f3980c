// What is run in the page, as text: the tests are checked without a browser's types.

/** The loudest moment of what the page plays, in two seconds; 1 is full scale. */
export const LOUDNESS = `(async () => {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(document.querySelector("audio").srcObject).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (let step = 0; step < 100; step += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples);
  }
  return document.querySelector("audio").paused ? 0 : loudest;
})()`;

export const NOTES_WAKE_LOCK = `globalThis.locks = [];
Object.defineProperty(navigator, "wakeLock", { value: {
  request: async (kind) => (locks.push(kind), { release: async () => void locks.push("released") }),
} });`;

/**
 * Two voices of the device: the better one would send the words away. A cancelled sentence ends with an
 * error, later, as in browsers; `endSentence()` ends the one that is spoken.
 */
export const DEVICE_VOICES = `globalThis.spoken = [];
let queue = [];
const voices = [
  { name: "away", lang: "en-US", localService: false, default: true },
  { name: "here", lang: "en-US", localService: true, default: false },
];
globalThis.SpeechSynthesisUtterance = class extends EventTarget {
  constructor(text) { super(); this.text = text; }
};
globalThis.endSentence = () => void queue.shift()?.dispatchEvent(new Event("end"));
Object.defineProperty(globalThis, "speechSynthesis", { value: {
  getVoices: () => voices,
  get speaking() { return queue.length > 0; },
  get pending() { return queue.length > 1; },
  cancel() {
    const cancelled = queue;
    queue = [];
    setTimeout(() => cancelled.forEach((utterance) => utterance.dispatchEvent(new Event("error"))));
  },
  speak(utterance) {
    if (utterance.text === "") return void spoken.push("unlocked");
    queue.push(utterance);
    spoken.push([utterance.text, utterance.voice.name, utterance.rate].join(" "));
  },
} });`;

/** Notes what the page asks of cameras. */
export const NOTES_CAMERAS = `globalThis.cameras = [];
const devices = navigator.mediaDevices;
const getUserMedia = devices.getUserMedia.bind(devices);
devices.getUserMedia = (wanted) => {
  if (wanted.video) cameras.push(wanted.video);
  return getUserMedia(wanted);
};`;

/** The made-up microphone's beeps arrive as they are: no processing takes them for noise. */
export const RAW_MICROPHONE = `{
  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (wanted) => {
    const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    return getUserMedia(wanted.audio ? { ...wanted, audio: { ...wanted.audio, ...raw } } : wanted);
  };
}`;

/** Notes in which order sound is allowed and leave to join is asked for. */
export const NOTES_ORDER = `globalThis.order = [];
const resume = AudioContext.prototype.resume;
AudioContext.prototype.resume = function () { order.push("sound"); return resume.call(this); };
const ask = globalThis.fetch;
globalThis.fetch = (...request) => {
  if (String(request[0]).endsWith("/token")) order.push("ticket");
  return ask(...request);
};`;

/** Notes how much sound the page lets the browser keep back, in milliseconds. */
export const NOTES_JITTER_BUFFER = `globalThis.targets = [];
const target = Object.getOwnPropertyDescriptor(RTCRtpReceiver.prototype, "jitterBufferTarget");
Object.defineProperty(RTCRtpReceiver.prototype, "jitterBufferTarget", {
  ...target,
  set(ms) { target.set.call(this, ms); targets.push([this.track.kind, target.get.call(this)]); },
});`;
