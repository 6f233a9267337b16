// Writes docs/api/, the reference, from the doc comments of what the entries export; or checks that it is up to date, and
// that nothing public lacks a comment.
// usage: node tools/api/run.mjs [--check]      (installs its tools in a temporary folder, since they need another TypeScript)
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const check = process.argv.includes('--check');
const TARGET = 'docs/api';

/** Kinds that need a comment of their own; a constructor of an error, say, speaks for itself. */
const DOCUMENTED = [
  'Class',
  'Interface',
  'Function',
  'TypeAlias',
  'Variable',
  'Method',
  'GetSignature',
  'CallSignature',
];

const folder = mkdtempSync(join(tmpdir(), 'mixwasm-api-'));
try {
  cpSync('tools/api/package.json', join(folder, 'package.json'));
  const npm = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  execFileSync('npm', npm, { stdio: ['ignore', 'ignore', 'inherit'] });
  const now = join(folder, 'api');
  generate(now, 'mixwasm', 'src/index.ts');
  generate(join(now, 'plot'), 'mixwasm/plot', 'src/plot/index.ts');
  if (!check) {
    rmSync(TARGET, { recursive: true, force: true });
    cpSync(now, TARGET, { recursive: true });
    console.log(`${filesOf(TARGET).size} pages in ${TARGET}`);
  } else compare(filesOf(TARGET), filesOf(now));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function generate(out, name, entry) {
  const options = {
    entryPoints: entry,
    tsconfig: 'tsconfig.json',
    plugin: join(folder, 'node_modules/typedoc-plugin-markdown/dist/index.js'),
    out,
    name,
    readme: 'none',
    hideBreadcrumbs: 'true',
    hidePageHeader: 'true',
    disableSources: 'true',
    excludeInternal: 'true',
    excludePrivate: 'true',
    excludeExternals: 'true',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    parametersFormat: 'table',
    // aliases of internals that a reader need not know
    'validation.notExported': 'false',
    'validation.notDocumented': 'true',
    'validation.invalidPath': 'false',
    treatWarningsAsErrors: 'true',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const kinds = DOCUMENTED.flatMap((kind) => ['--requiredToBeDocumented', kind]);
  const typedoc = join(folder, 'node_modules/typedoc/bin/typedoc');
  execFileSync(process.execPath, [typedoc, ...flags, ...kinds], { stdio: 'inherit' });
}

/** @returns {Map<string, string>} texts by path */
function filesOf(root) {
  if (!existsSync(root)) return new Map();
  const paths = readdirSync(root, { recursive: true }).filter((path) => path.endsWith('.md'));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

function compare(old, now) {
  const stale = [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path));
  if (stale.length > 0) {
    console.error(`not what the sources say:\n${stale.join('\n')}\nrun npm run docs:api`);
    process.exitCode = 1;
  } else console.log(`the ${now.size} pages of ${TARGET} are those of the sources`);
}
