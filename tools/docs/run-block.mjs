// Runs the code of the documentation against dist/, as users run it against the package.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}build/docs`;

/** Runs a program; Node finds `mixwasm` by the name of the package the files lie in. */
async function node(...args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  const [status] = await once(child, 'close');
  return { ...said, status };
}

/** Compiles the TypeScript blocks, all at once: their types are checked too. */
export async function prepareBlocks(blocks) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sources = [];
  for (const block of blocks) {
    if (block.language === 'sh') continue;
    const base = `${folder}/${block.file.replace(/\W/g, '-')}-${block.line}`;
    block.script = `${base}.mjs`;
    if (block.language === 'js') writeFileSync(block.script, block.code);
    else sources.push(`${base}.mts`);
    if (block.language === 'ts') writeFileSync(`${base}.mts`, block.code);
  }
  if (sources.length === 0) return;
  const compilerOptions = {
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2023', 'DOM'],
    types: ['node'],
    strict: true,
    outDir: '.',
  };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, files: sources }));
  const { status, stdout } = await node('node_modules/typescript/bin/tsc', '-p', folder);
  if (status !== 0) throw new Error(`the TypeScript of the documentation does not compile:\n${stdout}`);
}

/** What a block prints; rejects if it fails. */
export async function runBlock({ language, code, script, file, line }) {
  const calls = language === 'sh' ? shellCalls(code, `${file}:${line}`) : [[script]];
  let printed = '';
  for (const args of calls) {
    const { status, stdout, stderr } = await node(...args);
    if (status !== 0) throw new Error(`${file}:${line} fails:\n${stderr || stdout}`);
    // as a terminal shows it; the command line reports on stderr
    printed += language === 'sh' ? stderr + stdout : stdout;
  }
  return printed;
}

/** Lines `npx mixwasm …` (perhaps after `npm install &&`) as calls of the command line that was just built. */
function shellCalls(code, place) {
  return code
    .trim()
    .split('\n')
    .map((line) => {
      const call = /^(?:npm install && )?npx mixwasm (.*)$/.exec(line);
      if (call === null) throw new Error(`${place}: only npx mixwasm can be run here; got ${line}`);
      return ['dist/cli.js', ...call[1].split(/\s+/)];
    });
}
