/** Forty fits have the committed bits on this Node, by 1, 2 and 8 threads; npm run test:runtimes asks all the others. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

interface Result {
  sha256: string;
  threads?: Record<string, { count: number; reason?: string; sha256: string }>;
}
type Committed = Record<string, { sha256: string; threads?: number[] }>;
const tools = new URL('../tools/same-bits/', import.meta.url);
const { differences, summary } = (await import(new URL('compare.mjs', tools).href)) as {
  differences(results: Record<string, Result>, committed: Committed): string[];
  summary(results: Record<string, Result>): Committed;
};
const committed: Committed = JSON.parse(readFileSync(new URL('fixtures/same-bits.json', import.meta.url), 'utf8'));

describe('the same bits', () => {
  it('of forty cases that differ from each other', () => {
    const hashes = Object.values(committed).map(({ sha256 }) => sha256);
    expect(hashes.length).toBe(40);
    expect(new Set(hashes).size).toBe(40);
    for (const hash of hashes) expect(hash).toMatch(/^[\da-f]{64}$/);
    const byEight = Object.values(committed).filter(({ threads }) => threads?.join() === '1,2,8');
    expect(byEight.length).toBeGreaterThanOrEqual(10);
  });

  it('as committed, on this Node', { timeout: 180_000 }, async () => {
    const program = fileURLToPath(new URL('program.mjs', tools));
    const { stdout } = await promisify(execFile)(process.execPath, [program], { maxBuffer: 2 ** 24 });
    const results = JSON.parse(stdout);
    expect(differences(results, committed)).toEqual([]);
    expect(summary(results)).toEqual(committed);
  });

  it('or not: every difference is told', () => {
    const [name, { sha256 }] = Object.entries(committed)[0]!;
    const result: Result = {
      sha256,
      threads: Object.fromEntries([1, 2, 8].map((count) => [count, { count, sha256 }])),
    };
    const wanted = { [name]: committed[name]! };
    expect(differences({ [name]: result }, wanted)).toEqual([]);
    expect(differences({ [name]: { ...result, sha256: 'other' } }, wanted)).toEqual([
      `${name}: SHA-256 other, not ${sha256}`,
    ]);
    const fewer = { ...result, threads: { ...result.threads, 8: { count: 1, reason: 'one core', sha256: 'x' } } };
    expect(differences({ [name]: fewer }, wanted).length).toBe(2);
    expect(differences({}, wanted)).toEqual([`${name}: was not run`]);
    expect(differences({ [name]: result }, {})).toEqual([`${name}: has no committed hash`]);
  });
});
