/** Every kind of case of `npm run fuzz`, some of each: what the script finds in minutes, a slip here finds at once. */
import { describe, expect, it, vi } from 'vitest';
import * as errors from '../../src/cli/errors.js';
import * as delimited from '../../src/cli/read/delimited.js';
import * as ndjson from '../../src/cli/read/ndjson.js';
import * as npy from '../../src/cli/read/npy.js';
import * as source from '../../src/cli/read/source.js';
import * as mixwasm from '../../src/index.js';
// @ts-expect-error plain JavaScript, as the script runs it
import { CASES } from '../../tools/fuzz/cases.mjs';
// @ts-expect-error likewise
import { createGenerator } from '../../tools/fuzz/generator.mjs';

vi.setConfig({ testTimeout: 120_000 });

const library = { ...mixwasm, readers: { ...delimited, ...ndjson, ...npy, ...source, ...errors } };
type Run = (lib: typeof library, g: unknown) => unknown;

describe.each(Object.entries(CASES as Record<string, { run: Run }>))('fuzzed %s', (name, { run }) => {
  it('has no finding in its first cases', async () => {
    for (let seed = 1; seed <= (name === 'threads' ? 2 : 40); seed++) {
      expect(await run(library, createGenerator(seed)), `seed ${seed}`).toMatch(/^[a-z-]+$/);
    }
  });
});
