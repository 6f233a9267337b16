/** A block of rows as the host passes it. */
@unmanaged
export class Block {
  /** row-major, nFeatures doubles or floats a row */
  x: usize;
  isFloat32: i32;
  nRows: i32;
  /** nRows doubles, or 0 for weights of one */
  weights: usize;
  /** nFeatures doubles, subtracted from every row, and a 0 if they are odd in number */
  origin: usize;
}
