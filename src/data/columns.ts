/** Rows whose values have names: arrays of objects, and the tables of Arrow and Arquero, recognised by their methods. */
import { InvalidDataError, InvalidOptionError, InvalidParametersError, show } from '../errors.js';

/** What `tableFromArrays` and `tableFromIPC` of apache-arrow make. */
export interface ArrowTableLike {
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  /** a column: an iterable of its values */
  getChild(name: string): Iterable<unknown> | null;
}

/** What `table` of arquero makes: filters and orderings are heeded. */
export interface ArqueroTableLike {
  /** Names of all columns. */
  columnNames(): readonly string[];
  /** Values of a column, filter and order heeded. */
  array(name: string): ArrayLike<unknown>;
}

/** Rows with names, which `columns` picks from: objects, an Arrow table, or an Arquero table. */
export type NamedRows =
  | ArrayLike<{ readonly [column: string]: unknown }>
  // objects of interfaces and classes, but not an array of arrays, whose elements are objects too
  | ArrayLike<object & { readonly [Symbol.iterator]?: never }>
  | ArrowTableLike
  | ArqueroTableLike;

type AnyTable = Partial<ArrowTableLike & ArqueroTableLike> & ArrayLike<Record<string, unknown>>;

/** Names of the features, in their order; undefined where rows have none. */
export type Columns = readonly string[] | undefined;

/** Checks the option. */
export function checkColumns(columns: unknown): Columns {
  const names = namesOf(columns);
  if (names !== false) return names;
  throw new InvalidOptionError('columns', `columns must be an array of different names; got ${show(columns)}`);
}

/** Checks the columns of a model. */
export function columnsOf(columns: unknown, nFeatures: number): Columns {
  const names = namesOf(columns);
  if (names !== false && (names === undefined || names.length === nFeatures)) return names;
  throw new InvalidParametersError(
    `columns must be different names of all ${nFeatures} features; got ${show(columns)}`,
  );
}

/** A copy that nobody can change; false if they are no names. */
function namesOf(columns: unknown): Columns | false {
  if (columns === undefined) return undefined;
  if (!Array.isArray(columns) || columns.length === 0) return false;
  if (columns.some((name, j) => typeof name !== 'string' || columns.indexOf(name) !== j)) return false;
  return Object.freeze([...columns]);
}

/**
 * Reads X by `read`, with the columns of that name if X has names; else they name the columns that X has.
 *
 * @throws {InvalidDataError} a column that is missing, or a value that cannot be read: row and name of the column
 */
export function readColumns<Input, M extends { readonly nFeatures: number }>(
  read: (input: Input, name?: string) => M,
  input: NoInfer<Input> | NamedRows,
  columns: Columns,
  name?: string,
): M {
  if (columns === undefined) return read(input as Input, name);
  try {
    const matrix = read(pick(input as AnyTable, columns, name) as Input, name);
    if (matrix.nFeatures === columns.length) return matrix;
    throw new InvalidDataError(
      `columns names ${columns.length} columns (${columns.join(', ')}) but ${name ?? 'X'} has ${matrix.nFeatures}`,
    );
  } catch (error) {
    if (error instanceof InvalidDataError && error.column !== undefined) {
      error.message = error.message.replace(/column \d+/, `column ${show(columns[error.column])}`);
    }
    throw error;
  }
}

/** Rows of the named columns' values; X itself if it has no names. */
function pick(table: AnyTable, columns: readonly string[], name = 'X'): unknown {
  const first: unknown = table?.[0];
  const named = typeof first === 'object' && first !== null && !Array.isArray(first) && !ArrayBuffer.isView(first);
  if (!named && !table?.getChild && !table?.columnNames) return table;
  const names =
    table.columnNames?.() ?? table.schema?.fields.map((field) => field.name) ?? Object.keys(first as object);
  const picked = columns.map((column, j): ArrayLike<unknown> => {
    const child = table.getChild?.(column);
    if (child) return Array.from(child);
    if (table.columnNames && names.includes(column)) return table.array?.(column) as ArrayLike<unknown>;
    // getters of a class are columns too
    if (named && column in (first as object)) return Array.from(table, (row) => Object(row)[column]);
    throw new InvalidDataError(`${name} has no column ${show(column)}; it has ${names.join(', ')}`, undefined, j);
  });
  return Array.from(picked[0] as ArrayLike<unknown>, (_, i) => picked.map((values) => values[i]));
}
