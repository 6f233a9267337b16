/**
 * Colours of components: Okabe & Ito's set, which colour-blind people tell apart, with lightness changed where it would not
 * stand out from the paper. Numbers on the means say the same without colour.
 */

type Rgb = readonly [number, number, number];

const LIGHT = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#b8569a',
  '#b07d00',
  '#3d9bd1',
  '#5b4fbf',
  '#7a5230',
  '#5c7a00',
  '#6b7280',
];
const DARK = [
  '#56b4e9',
  '#ff9142',
  '#33c69b',
  '#e59ac8',
  '#f0e442',
  '#8fa8ff',
  '#c4b5fd',
  '#d9a679',
  '#b5d33d',
  '#b6bdc9',
];

const dark = matchMedia('(prefers-color-scheme: dark)');

export function componentColour(k: number): string {
  const set = dark.matches ? DARK : LIGHT;
  return set[k % set.length];
}

/** Points that no component has claimed yet. */
export function neutralColour(): string {
  return dark.matches ? '#8a94a6' : '#7b8494';
}

/** Calls back whenever the page changes between light and dark. */
export function onSchemeChange(listener: () => void): void {
  dark.addEventListener('change', listener);
}

/** sRGB to linear light and back, so that mixtures of colours do not go muddy. */
const toLinear = (value: number) => (value / 255) ** 2.2;
const toByte = (value: number) => Math.round(255 * value ** (1 / 2.2));

function linear(hex: string): Rgb {
  return [1, 3, 5].map((at) => toLinear(Number.parseInt(hex.slice(at, at + 2), 16))) as unknown as Rgb;
}

/** One colour a row: components' colours mixed by responsibilities (nSamples × nComponents); bytes, three a row. */
export function mixColours(q: Float64Array | undefined, rows: number, k: number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(rows * 3);
  const neutral = linear(neutralColour()).map(toByte);
  if (q === undefined) {
    for (let at = 0; at < out.length; at++) out[at] = neutral[at % 3];
    return out;
  }
  const colours = Array.from({ length: k }, (_, c) => linear(componentColour(c)));
  for (let i = 0; i < rows; i++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let c = 0; c < k; c++) {
      const r = q[i * k + c];
      red += r * colours[c][0];
      green += r * colours[c][1];
      blue += r * colours[c][2];
    }
    out[i * 3] = toByte(red);
    out[i * 3 + 1] = toByte(green);
    out[i * 3 + 2] = toByte(blue);
  }
  return out;
}
