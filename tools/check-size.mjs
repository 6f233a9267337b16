// What a page downloads: bundles imports of dist/ as a user's bundler would, minified and gzipped.
// usage: node tools/check-size.mjs      (prints a table; exits 1 above a limit)
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import terser from '@rollup/plugin-terser';
import { rollup } from 'rollup';

/** `initial`: what the import loads; `all`: with the chunks that are loaded when first needed. */
const LIMITS = [
  { name: 'GaussianMixture', entry: "export { GaussianMixture } from 'mixwasm';", counted: 'initial', limit: 40_000 },
  // a goal, not yet a limit: the worker carries every family
  { name: 'everything', entry: "export * from 'mixwasm';", counted: 'all', limit: Number.POSITIVE_INFINITY },
];

/** Large texts inside the code, by the constant that holds them: what they weigh is what leaving them out saves. */
const PARTS = { wasm: 'KERNELS_TEXT', more: 'MORE_KERNELS_TEXT', worker: 'WORKER_SOURCE' };

const library = fileURLToPath(new URL('../dist/index.js', import.meta.url));

async function bundle(entry, emptied) {
  const input = '\0entry';
  const plugin = {
    name: 'entry',
    resolveId: (id) => (id === input ? input : id === 'mixwasm' ? library : null),
    load: (id) => (id === input ? entry : null),
    transform(code) {
      if (emptied === undefined) return null;
      return code.replace(
        new RegExp(`(const ${emptied} =\\s*)('(?:[^'\\\\\\n]|\\\\.)*'|"(?:[^"\\\\\\n]|\\\\.)*")`),
        "$1''",
      );
    },
  };
  const built = await rollup({ input, plugins: [plugin], onwarn: () => {} });
  const { output } = await built.generate({ format: 'es', plugins: [terser({ module: true })] });
  const sizes = { initial: 0, all: 0 };
  for (const { code, isDynamicEntry } of output) {
    const { length } = gzipSync(code, { level: 9 });
    sizes.all += length;
    if (!isDynamicEntry) sizes.initial += length;
  }
  return sizes;
}

/** Bytes gzipped of an import that LIMITS names: what it loads at once (`initial`), and with what may follow (`all`). */
export function sizesOf(name) {
  return bundle(LIMITS.find((one) => one.name === name).entry);
}

/** What the parts of an import weigh, of which `all` bytes are the whole: a bundle without it for each. */
async function partsOf(entry, all) {
  const parts = {};
  for (const [part, constant] of Object.entries(PARTS)) parts[part] = all - (await bundle(entry, constant)).all;
  return { ...parts, rest: all - parts.wasm - parts.more - parts.worker };
}

/** Prints the table, with the parts of each whole if they are wanted; the process fails if something is above its limit. */
export async function reportSizes({ parts = false } = {}) {
  const sizes = [];
  for (const { name, entry, counted, limit } of LIMITS) {
    const whole = await bundle(entry);
    sizes.push({ name, ...whole, ...(parts && (await partsOf(entry, whole.all))), counted, limit });
  }
  console.log('bytes, gzipped; initial: without what is loaded only when first needed (the worker of fitAsync)');
  console.table(Object.fromEntries(sizes.map(({ name, ...row }) => [name, row])));
  for (const { name, counted, limit, ...row } of sizes) {
    if (row[counted] <= limit) continue;
    console.error(`${name}: ${row[counted]} bytes ${counted}, the limit is ${limit}`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await reportSizes({ parts: true });
