// Runs every example of README.md and docs/, compares what it prints with what the page says it prints, and checks
// generated tables and the pictures. Nothing on these pages is typed that a program can tell.
// usage: node tools/check-docs.mjs [--write] [PAGE…]      (after a build; --write puts the present answers in)
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PICTURES } from '../bench/plot.mjs';
import { fillSections, includeFiles, runnableBlocks, settle } from './docs/markdown.mjs';
import { faithfulSvg } from './docs/picture.mjs';
import { prepareBlocks, runBlock } from './docs/run-block.mjs';
import { SECTIONS } from './docs/sections.mjs';
import { severalAtOnce } from './several-at-once.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const [write, only] = [process.argv.includes('--write'), process.argv.slice(2).filter((name) => name.endsWith('.md'))];
const stale = [];
const readText = (path) => readFileSync(path, 'utf8');

/** Takes over, or complains about, a text that is not what it should be. */
function compare(path, old, now) {
  if (old === now) return;
  if (write) writeFileSync(path, now);
  else stale.push(`${path}\n${firstDifference(old, now)}`);
}

function firstDifference(old, now) {
  const [a, b] = [old.split('\n'), now.split('\n')];
  const i = b.findIndex((line, at) => line !== a[at]);
  return i < 0 ? '  it is longer than it should be' : `  line ${i + 1} says:  ${a[i] ?? ''}\n  should say: ${b[i]}`;
}

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs')
    .filter((f) => f.endsWith('.md'))
    .map((f) => `docs/${f}`),
].filter((page) => only.length === 0 || only.includes(page));
const texts = new Map();
for (const page of pages) texts.set(page, readText(page));

const pictures = { 'docs/faithful.svg': faithfulSvg };
for (const [path, draw] of Object.entries(PICTURES)) pictures[`bench/${path}`] = draw;
for (const [path, draw] of Object.entries(pictures)) {
  compare(path, existsSync(path) ? readText(path) : '', await draw());
}

const filled = new Map();
for (const [page, text] of texts) {
  filled.set(
    page,
    await fillSections(includeFiles(text, readText), (name) => {
      if (name in SECTIONS) return SECTIONS[name]();
      throw new Error(
        `${page}: there is no generated section ${name}; tools/docs/sections.mjs has ${Object.keys(SECTIONS)}`,
      );
    }),
  );
}

const blocks = [...filled].flatMap(([file, text]) => runnableBlocks(text).map((block) => ({ ...block, file })));
await prepareBlocks(blocks);
// each is a program of its own, and none reads what another writes
const answers = await severalAtOnce(blocks.map((block) => async () => ({ block, printed: await runBlock(block) })));
// from the last block of a page to its first, so that replacing one does not move the others
for (const { block, printed } of answers.reverse()) {
  if (block.output === undefined) continue;
  const { text, from, to } = block.output;
  const page = filled.get(block.file);
  filled.set(block.file, page.slice(0, from) + settle(printed, text, block.varies) + page.slice(to));
}
for (const [page, text] of texts) compare(page, text, filled.get(page));

if (stale.length > 0) {
  console.error(`${stale.join('\n')}\nrun npm run docs, and read what it changed`);
  process.exit(1);
}
console.log(`${blocks.length} examples run in ${pages.length} pages; tables and pictures are those of this build`);
