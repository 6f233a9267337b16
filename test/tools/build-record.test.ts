/** When `node tools/build.mjs --if-changed` may do nothing: on a small tree of the files it looks at. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const tools = new URL('../../tools/', import.meta.url);
const { INPUTS, OUTPUTS, forget, hashOfInputs, isCurrent, remember } = (await import(
  new URL('build-record.mjs', tools).href
)) as {
  INPUTS: string[];
  OUTPUTS: string[];
  forget(root: string): void;
  hashOfInputs(root: string): string;
  isCurrent(root: string): boolean;
  remember(root: string, inputs: string): void;
};

const FOLDERS = ['assembly', 'src', 'build/js', 'dist'];
const filesOf = (paths: string[]) =>
  paths.flatMap((path) => (FOLDERS.includes(path) ? [`${path}/a`, `${path}/b/c`] : [path]));
const GENERATED = OUTPUTS.filter((path) => path.startsWith('src/'));

const folder = mkdtempSync(join(tmpdir(), 'mixwasm-build-'));
afterAll(() => rmSync(folder, { recursive: true }));
const root = join(folder, 'built');
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const remove = (path: string) => rmSync(join(root, path), { recursive: true });

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  for (const path of filesOf([...INPUTS, ...OUTPUTS])) write(path, `text of ${path}`);
  remember(root, hashOfInputs(root));
  expect(isCurrent(root)).toBe(true);
});

describe('nothing has to be built', () => {
  it('where all is as it was, wherever it lies and whenever it was written', () => {
    for (const path of filesOf([...INPUTS, ...OUTPUTS])) write(path, `text of ${path}`);
    const elsewhere = join(folder, 'moved');
    renameSync(root, elsewhere);
    expect(isCurrent(elsewhere)).toBe(true);
    cpSync(elsewhere, root, { recursive: true });
    rmSync(elsewhere, { recursive: true });
    expect(isCurrent(root)).toBe(true);
  });

  it('where only what others keep has changed', () => {
    for (const path of ['README.md', 'test/a.test.ts', 'build/docs/page.mjs', 'tools/check-docs.mjs'])
      write(path, 'new');
    expect(isCurrent(root)).toBe(true);
  });
});

describe('a build is needed', () => {
  it.each(filesOf([...INPUTS, ...OUTPUTS]))('when %s has changed by a byte, is empty, or is gone', (path) => {
    const before = readFileSync(join(root, path), 'utf8');
    for (const text of [`${before} `, before.slice(1), '']) {
      write(path, text);
      expect(isCurrent(root)).toBe(false);
    }
    remove(path);
    expect(isCurrent(root)).toBe(false);
    write(path, before);
    expect(isCurrent(root)).toBe(true);
  });

  it.each(FOLDERS)('when a file of %s is new, or has another name', (path) => {
    write(`${path}/b/new`, '');
    expect(isCurrent(root)).toBe(false);
    remove(`${path}/b/new`);
    renameSync(join(root, path, 'a'), join(root, path, 'd'));
    expect(isCurrent(root)).toBe(false);
  });

  it('when text has moved from the end of a file to the beginning of the next', () => {
    write('src/a', '12');
    write('src/b/c', '3');
    remember(root, hashOfInputs(root));
    write('src/a', '1');
    write('src/b/c', '23');
    expect(isCurrent(root)).toBe(false);
  });

  it('when the last one was broken off, or another Node made it', () => {
    const record = readFileSync(join(root, 'build/record.sha256'), 'utf8');
    forget(root);
    expect(isCurrent(root)).toBe(false);
    forget(root);
    for (const part of ['', record.slice(0, 80), record.slice(0, -1)]) {
      write('build/record.sha256', part);
      expect(isCurrent(root)).toBe(false);
    }
    write('build/record.sha256', record);
    expect(isCurrent(root)).toBe(true);
    const version = Object.getOwnPropertyDescriptor(process, 'version')!;
    Object.defineProperty(process, 'version', { ...version, value: 'v99.0.0' });
    try {
      expect(isCurrent(root)).toBe(false);
    } finally {
      Object.defineProperty(process, 'version', version);
    }
  });

  it('when sources were edited while it ran', () => {
    const inputs = hashOfInputs(root);
    write('src/a', 'edited');
    remember(root, inputs);
    expect(isCurrent(root)).toBe(false);
  });
});

describe('the lists', () => {
  const here = fileURLToPath(new URL('..', tools));
  const text = (path: string) => readFileSync(join(here, path), 'utf8');

  it('name every script that a build runs, and what those import', () => {
    const seen = new Set<string>();
    const follow = (path: string) => {
      if (seen.has(path)) return;
      seen.add(path);
      for (const [, name] of text(path).matchAll(/(?:from|import\() ?'(\.[^']+)'/g)) follow(join(dirname(path), name));
    };
    follow('tools/build.mjs');
    expect(seen.size).toBeGreaterThan(4);
    expect([...seen].filter((path) => !INPUTS.includes(path))).toEqual([]);
  });

  it('name every binary in build/, and the generated texts, which are no input', () => {
    const binaries = readdirSync(join(here, 'build')).filter((name) => name.endsWith('.wasm'));
    expect(binaries.filter((name) => !OUTPUTS.includes(`build/${name}`))).toEqual([]);
    const inputs = hashOfInputs(root);
    for (const path of GENERATED) write(path, 'generated anew');
    expect(hashOfInputs(root)).toBe(inputs);
    const ignored = text('.gitignore').split('\n');
    expect(GENERATED.filter((path) => !ignored.includes(path))).toEqual([]);
    expect(ignored.filter((path) => /^src\//.test(path) && !GENERATED.includes(path))).toEqual([]);
  });
});
