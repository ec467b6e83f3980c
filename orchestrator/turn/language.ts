/** Languages that fixed sentences and local commands are written in. */
export const LANGUAGES = ["en", "de"] as const;

export type Language = (typeof LANGUAGES)[number];

/** The language of a BCP 47 tag such as `de-AT`; English when it is none of ours. */
export function toLanguage(tag: string | undefined): Language {
  const primary = tag?.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((language) => language === primary) ?? "en";
}
