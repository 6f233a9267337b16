/** The kernels' modules, told apart by what they export. */

/** Its name in build/; undefined where it is none of them. */
export function moduleName(module: WebAssembly.Module): string | undefined {
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  const [gaussian, others] = [names.includes('gaussianLay'), names.includes('bernoulliLay')];
  if (gaussian && others) return names.includes('setPruning') ? 'kernels.testing' : 'kernels';
  return gaussian ? 'kernels.core' : others ? 'kernels.more' : undefined;
}

/** The functions that a module exports. */
export function functionsOf(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.exports(module)
    .filter(({ kind }) => kind === 'function')
    .map(({ name }) => name);
}
