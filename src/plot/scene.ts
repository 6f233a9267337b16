/** What a fit's picture is made of, whatever the model: points with colours, and shapes of its components. */
import type { Point } from './ellipse.js';
import type { Mark } from './library.js';
import { colourOf, hex } from './palette.js';
import type { PictureRows } from './rows.js';

/** A component in the plane of two features. */
export interface PlaneShape {
  readonly centre: Point;
  /** closed outlines, from the inner to the outer */
  readonly outlines: readonly (readonly Point[])[];
}

/** A curve of one component over one feature, and where its number stands. */
export interface Curve {
  readonly points: readonly Point[];
  readonly peak: Point;
}

/** A model as something that can be drawn. */
export interface Scene {
  readonly title: string;
  readonly description: string;
  /** what outlines and lines mean, for the note */
  readonly key: { readonly plane: string; readonly line: string; readonly contours: string };
  readonly nComponents: number;
  readonly labels: readonly string[];
  readonly rows: PictureRows;
  /** of every drawn row */
  readonly colours: readonly string[];
  planeShape(component: number, i: number, j: number): PlaneShape;
  /** the part of one feature's axis that a component needs */
  reach(component: number, feature: number): readonly [number, number];
  /** lines below the points of a single plane: density contours, borders */
  contours?(plane: Plane): Mark[];
  /** densities over one feature, weights included; of hard clusters none */
  curves(feature: number, domain: readonly [number, number]): readonly Curve[];
  /** centre of a component in one feature */
  centre(component: number, feature: number): number;
}

/** The part of a plane that is drawn. */
export interface Plane {
  readonly i: number;
  readonly j: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** pixels */
  readonly width: number;
  readonly height: number;
}

export function componentColour(k: number): string {
  return hex(colourOf(k));
}
