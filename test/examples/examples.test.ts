/** The worked examples print what their sources say. They run as users run them: against the built package, by its name. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

function printed(name: string): string[] {
  const path = fileURLToPath(new URL(`../../examples/${name}.mjs`, import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.trim().split('\n');
}

/** The numbers of a line. */
function numbers(line: string): number[] {
  return Array.from(line.matchAll(/-?\d+(\.\d+)?/g), ([match]) => Number(match));
}

describe('examples', () => {
  it('two coins: the numbers of Do & Batzoglou', () => {
    const lines = printed('two-coins');
    expect(numbers(lines[1]).slice(0, 3)).toEqual([0, 0.6, 0.5]);
    expect(numbers(lines[2]).slice(0, 3)).toEqual([1, 0.71, 0.58]);
    expect(numbers(lines[11]).slice(0, 3)).toEqual([10, 0.8, 0.52]);
    const likelihoods = lines.slice(1, 12).map((line) => numbers(line)[3]);
    expect(likelihoods).toEqual([...likelihoods].sort((a, b) => a - b));
  });

  it('Poisson mixture: the maximum of Titterington, Smith & Makov', () => {
    const lines = printed('poisson-mixture');
    expect(lines[0]).toContain('log-likelihood -2001.3978');
    expect(lines[2]).toContain('log-likelihood -1989.9459');
    const components = lines
      .slice(3, 5)
      .map(numbers)
      .sort(([a], [b]) => a - b);
    expect(components).toEqual([
      [0.3599, 1.2561],
      [0.6401, 2.6634],
    ]);
    const [total, elbo, kl] = numbers(lines.at(-1)!);
    expect(total).toBe(-1989.9459);
    expect(elbo + kl).toBeCloseTo(total, 3);
  });

  it('probabilistic PCA: the closed form of Tipping & Bishop', () => {
    const [em, closed] = printed('probabilistic-pca').map((line) => numbers(line).slice(-2));
    expect(em).toEqual(closed);
  });
});
