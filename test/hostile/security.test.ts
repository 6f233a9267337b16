/** What SECURITY.md says of the code that is shipped. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const texts = existsSync(dist)
  ? readdirSync(dist)
      .filter((file) => file.endsWith('.js'))
      .map((file) => [file, readFileSync(`${dist}${file}`, 'utf8')] as const)
  : [];

/** Ways in which text becomes code. */
const FORBIDDEN = [
  /\beval\s*\(/,
  /\bnew\s+Function\b/,
  /[^.\w]Function\s*\(\s*["'`]/,
  /\bsetTimeout\s*\(\s*["'`]/,
  /\bimport\s*\(\s*["'`](?:data|blob):/,
];

/** The library and its workers; the command line has dependencies in chunks of its own. */
const library = texts.filter(([file]) => !file.startsWith('cli'));

describe('dist', () => {
  it('is there', () => {
    expect(library.map(([file]) => file)).toEqual(expect.arrayContaining(['index.js', 'library.js', 'worker.js']));
  });

  it.each(library.map(([file, text]) => ({ file, text })))('$file makes no code of text', ({ text }) => {
    for (const pattern of FORBIDDEN) expect(text).not.toMatch(pattern);
  });

  it.each(texts.filter(([file]) => file.startsWith('cli')).map(([file, text]) => ({ file, text })))(
    '$file makes no code of text',
    ({ text }) => {
      for (const pattern of FORBIDDEN) expect(text).not.toMatch(pattern);
    },
  );

  it("runs text as a worker in one place, and it is the library's own", () => {
    const places = library.flatMap(([file, text]) => (/eval:\s*(true|!0)/.test(text) ? [file] : []));
    expect(places).toEqual(['run-in-worker.js']);
    const [, code] = library.find(([file]) => file === 'run-in-worker.js')!;
    expect(code).toMatch(/Worker\(await workerSource\(\), \{\s*eval: true\s*\}\)/);
    expect(code).toMatch(
      /function workerSource\(\) \{\s*return \(await \(import\("\.\/worker-inline\.js"\)\)\)\.WORKER_SOURCE;/,
    );
  });
});
