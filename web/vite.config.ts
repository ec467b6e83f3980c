import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Smaller files are sent as they are: their headers weigh more than what compression saves. */
const COMPRESSED_FROM_BYTES = 512;

/** Builds the page into `web/dist`: hashed names, nothing inline, a `.br` and a `.gz` beside every text file. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compressed()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
});

function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    async writeBundle(options, bundle) {
      const folder = options.dir ?? "dist";
      await Promise.all(Object.keys(bundle).map((file) => compress(join(folder, file))));
    },
  };
}

async function compress(path: string): Promise<void> {
  if (!/\.(html|js|css|svg|webmanifest)$/.test(path)) return;
  const bytes = await readFile(path);
  if (bytes.length < COMPRESSED_FROM_BYTES) return;
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await Promise.all([
    promisify(brotliCompress)(bytes, { params }).then((result) => writeFile(`${path}.br`, result)),
    promisify(gzip)(bytes, { level: 9 }).then((result) => writeFile(`${path}.gz`, result)),
  ]);
}
