// What the package is made of, as CycloneDX JSON: the library, and the packages that Rollup copied into dist/. `npm sbom` knows
// the tree of node_modules; which of it is shipped, and which only builds, is told by dist/THIRD-PARTY-LICENSES.txt.
// usage: node tools/sbom.mjs [FILE]      (after a build; default sbom.json)
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const script = process.env.npm_execpath;
const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
const text = execFileSync(
  command,
  [...first, 'sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--package-lock-only'],
  { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] },
);
const sbom = JSON.parse(text);
const licences = readFileSync('dist/THIRD-PARTY-LICENSES.txt', 'utf8');
const isShipped = ({ group, name, version }) =>
  licences.includes(`${group === undefined ? name : `${group}/${name}`} ${version}`);

// excluded: needed to build and to test, not part of what users install (CycloneDX 1.5, component.scope)
sbom.components = sbom.components.map((component) => ({
  ...component,
  scope: isShipped(component) ? 'required' : 'excluded',
}));
const shipped = sbom.components.filter(({ scope }) => scope === 'required');
if (shipped.length === 0) throw new Error('none of the packages in dist/THIRD-PARTY-LICENSES.txt is in the tree');

const path = process.argv[2] ?? 'sbom.json';
writeFileSync(path, `${JSON.stringify(sbom, null, 2)}\n`);
console.log(`${path}: ${sbom.components.length} packages, of which ${shipped.length} are in dist/`);
for (const { purl } of shipped) console.log(`  ${purl}`);
