/** The first voice on the device itself that speaks the language; its default one before others. */
export function chooseVoice<
  Voice extends { readonly lang: string; readonly localService: boolean; readonly default: boolean },
>(voices: readonly Voice[], language: string): Voice | undefined {
  const primary = (tag: string) => tag.toLowerCase().split(/[-_]/)[0];
  const fitting = voices.filter((voice) => voice.localService && primary(voice.lang) === primary(language));
  const exact = fitting.filter(
    (voice) => voice.lang.toLowerCase().replace("_", "-") === language.toLowerCase(),
  );
  const candidates = exact.length > 0 ? exact : fitting;
  return candidates.find((voice) => voice.default) ?? candidates[0];
}
