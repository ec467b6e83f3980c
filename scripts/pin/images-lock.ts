import { z } from "zod";

const image = z.strictObject({
  /** As files name it. */
  image: z.string().regex(/^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/),
  tag: z
    .string()
    .regex(/^\w[\w.-]{0,127}$/)
    .refine((tag) => tag !== "latest", "latest is no version"),
  /** Null: not looked up yet. */
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable(),
  licence: z.string().min(1),
  why: z.string().min(10),
});

const download = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  url: z.url({ protocol: /^https$/ }),
  /** Null: not looked up yet. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** The build argument that holds the checksum. */
  argument: z.string().regex(/^[A-Z0-9_]+_SHA256$/),
  licence: z.string().min(1),
  why: z.string().min(10),
});

const schema = z.strictObject({
  images: z
    .array(image)
    .refine(
      (all) => new Set(all.map((one) => `${one.image}:${one.tag}`)).size === all.length,
      "an image twice",
    ),
  downloads: z.array(download),
});

/** `images.lock.json`: every image that is run or built on, and what a build fetches besides packages. */
export type ImagesLock = Readonly<z.output<typeof schema>>;
export type LockedImage = ImagesLock["images"][number];

/** @throws {Error} that says what is wrong with the text. */
export function parseImagesLock(text: string): ImagesLock {
  return schema.parse(JSON.parse(text));
}

/** As a compose file or a `FROM` names it. */
export function toReference({ image, tag, digest }: Pick<LockedImage, "image" | "tag" | "digest">): string {
  return digest === null ? `${image}:${tag}` : `${image}:${tag}@${digest}`;
}
