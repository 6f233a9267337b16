/** Packages that are too large to be part of this one, for formats that few need. */
import { CliError } from '../errors.js';

/** What each is needed for. */
const USE = { 'apache-arrow': 'Arrow IPC files', '@duckdb/node-api': 'DuckDB queries' } as const;

/** Imports a package that users install beside this one. */
export async function optionalPeer<Module>(name: keyof typeof USE, source: string): Promise<Module> {
  try {
    return (await import(name)) as Module;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new CliError(
      `${source}: reading ${USE[name]} needs the package ${name}, which is not installed: npm install ${name}`,
      { cause },
    );
  }
}
