/** Seeded random numbers: xoroshiro128+ from pure-rand, the same stream on every machine. */
import { type xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** An independent stream; the same call order gives the same streams. */
  split(): Random;
}

/**
 * The stream of a seed (any safe integer). `log` is the backend's logarithm, because the host's Math.log differs between
 * engines in the last bit.
 */
export function createRandom(seed: number, log: (x: number) => number): Random {
  // four words of state from the two halves of the seed: neighbouring seeds must not start out alike
  let state = seed | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    return mix32(state);
  };
  const words = [next(), next()];
  state ^= Math.floor(seed / 4294967296) | 0;
  words.push(next(), next() | 1);
  return new SeededRandom(xoroshiro128plusFromState(words), log);
}

/** The finaliser of splitmix32: every bit of the input reaches every bit of the output. */
function mix32(value: number): number {
  let z = value;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

class SeededRandom implements Random {
  private spare: number | undefined;
  constructor(
    private readonly generator: ReturnType<typeof xoroshiro128plus>,
    private readonly log: (x: number) => number,
  ) {}

  uniform(): number {
    const high = this.generator.next() >>> 6;
    const low = this.generator.next() >>> 5;
    return (high * 134217728 + low) / 9007199254740992;
  }

  integer(n: number): number {
    // the product of a 53-bit uniform: its bias, n·2⁻⁵³, is far below anything a sample could show
    return Math.floor(this.uniform() * n);
  }

  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    // Marsaglia's polar method: needs log and sqrt only, no sine
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * this.log(s)) / s);
        this.spare = v * factor;
        return u * factor;
      }
    }
  }

  split(): Random {
    const child = this.generator.clone() as ReturnType<typeof xoroshiro128plus>;
    // the parent goes on 2⁶⁴ numbers further: the streams cannot meet
    (this.generator as unknown as { jump(): void }).jump();
    return new SeededRandom(child, this.log);
  }
}
