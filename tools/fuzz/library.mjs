// What is fuzzed: the built package, and the readers of its command line (which it does not export).
export async function loadLibrary() {
  const at = (path) => import(new URL(`../../${path}`, import.meta.url).href);
  const [library, delimited, ndjson, npy, source, errors] = await Promise.all(
    [
      'dist/index.js',
      ...['read/delimited', 'read/ndjson', 'read/npy', 'read/source', 'errors'].map(
        (name) => `build/js/cli/${name}.js`,
      ),
    ].map(at),
  );
  return { ...library, readers: { ...delimited, ...ndjson, ...npy, ...source, ...errors } };
}
