import type { DeviceVoice, DeviceVoiceOptions } from "./reader.ts";
import { chooseVoice } from "./voices.ts";

/** The device's own voice; only voices that are local to it are used. */
export function createDeviceVoice(options: DeviceVoiceOptions): DeviceVoice {
  const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;
  let waiting = 0;
  const localVoice = () => chooseVoice(synthesis?.getVoices() ?? [], options.language());
  const over = () => {
    waiting = Math.max(0, waiting - 1);
    if (waiting === 0) options.onSpeaking(false);
  };
  // Browsers begin to look for their voices when they are first asked.
  synthesis?.getVoices();
  return {
    available: () => localVoice() !== undefined,
    say(sentence) {
      const voice = localVoice();
      if (!synthesis || !voice) return;
      const utterance = new SpeechSynthesisUtterance(sentence);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      utterance.rate = options.rate();
      utterance.addEventListener("end", over, { once: true });
      utterance.addEventListener("error", over, { once: true });
      waiting += 1;
      options.onSpeaking(true);
      synthesis.speak(utterance);
    },
    stop() {
      if (waiting === 0) return;
      waiting = 0;
      synthesis?.cancel();
      options.onSpeaking(false);
    },
  };
}
