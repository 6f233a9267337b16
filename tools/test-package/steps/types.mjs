// The declarations as the compilers of users read them: TypeScript 5.9 here, the repository's own in check:package.
import { writeFileSync } from 'node:fs';

const IMPORT = `import { GaussianMixture, type GaussianMixtureOptions, InvalidDataError } from 'mixwasm';
const options: GaussianMixtureOptions = { nComponents: 2, covarianceType: 'diag' };
const model: GaussianMixture = GaussianMixture.fit([1, 2, 3, 4], options);
export const means: Float64Array = model.means;
export const codes = (error: InvalidDataError): string => error.code;
`;
const REQUIRE = `import mixwasm = require('mixwasm');
export const fit = (x: number[]): mixwasm.GaussianMixture => mixwasm.GaussianMixture.fit(x, { nComponents: 2 });
`;

/** As in tsconfig.json, and the programs that are compiled. */
const SETTINGS = [
  { module: 'esnext', moduleResolution: 'bundler', files: { 'consumer.ts': IMPORT } },
  { module: 'node16', moduleResolution: 'node16', files: { 'consumer.mts': IMPORT } },
  {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    files: { 'consumer.mts': IMPORT, 'consumer-require.cts': REQUIRE },
  },
];

export const TYPES = [
  {
    name: 'types: bundler, node16, nodenext, and require() under nodenext',
    run({ place }) {
      for (const { files, ...settings } of SETTINGS) {
        for (const [file, text] of Object.entries(files)) writeFileSync(place.path(file), text);
        const lib = ['es2022', 'dom'];
        const common = { noEmit: true, strict: true, skipLibCheck: false, target: 'es2022', lib, types: [] };
        const config = { compilerOptions: { ...common, ...settings }, files: Object.keys(files) };
        writeFileSync(place.path('tsconfig.json'), JSON.stringify(config));
        place.tool('typescript/bin/tsc', '-p', 'tsconfig.json');
      }
    },
  },
];
