/** Colours of components. */

export type Colour = readonly [red: number, green: number, blue: number];

/**
 * Four of Okabe & Ito's colours (blue, vermillion, bluish green, reddish purple) and three found by search. All have a contrast
 * of 3 and more with white and with near-black, so that one picture serves both; and any two differ by 0.075 and more in OKLab,
 * also as people without one of the three kinds of cones see them (Machado, Oliveira & Fernandes 2009). A test computes both.
 * From the eighth component on colours come again: numbers at the means tell the components apart.
 */
export const PALETTE: readonly Colour[] = [
  [0x00, 0x72, 0xb2],
  [0xd5, 0x5e, 0x00],
  [0x00, 0x9e, 0x73],
  [0xcc, 0x79, 0xa7],
  [0x98, 0x48, 0x40],
  [0x90, 0x00, 0xf8],
  [0xa0, 0x78, 0xf8],
];

/** Backgrounds and inks of a picture that stands alone. */
export const PAPER = { light: '#ffffff', dark: '#0d1117' };
export const INK = { light: '#1f2328', dark: '#e6edf3' };

export function colourOf(component: number): Colour {
  return PALETTE[component % PALETTE.length] as Colour;
}

export function hex(colour: Colour): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** Colours mixed in the shares of the responsibilities of one row (nComponents, from `at`). */
export function blend(responsibilities: ArrayLike<number>, at: number, nComponents: number): Colour {
  const mixed: [number, number, number] = [0, 0, 0];
  for (let k = 0; k < nComponents; k++) {
    const share = responsibilities[at + k] as number;
    const colour = colourOf(k);
    for (let c = 0; c < 3; c++) mixed[c] = (mixed[c] as number) + share * (colour[c] as number);
  }
  return mixed;
}
