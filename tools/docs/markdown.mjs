// Markdown as far as check-docs needs it: fenced blocks, and sections and files between marker comments.

/**
 * Blocks to run: ```js run, ```ts run, ```sh run. A ```text block after it is what it prints; a comment between them,
 * `<!-- varies: PATTERN -->`, names lines whose digits differ from run to run.
 *
 * @returns {{ language: string, code: string, line: number, output?: { text: string, from: number, to: number }, varies?: RegExp }[]}
 */
export function runnableBlocks(markdown) {
  const blocks = [];
  const fence = /^```(js|ts|sh) run\n([\s\S]*?)^```$/gm;
  const after = /^\n*(?:<!-- varies: (.*?) -->\n*)?```text\n([\s\S]*?)^```$/m;
  for (const match of markdown.matchAll(fence)) {
    const [whole, language, code] = match;
    const end = match.index + whole.length;
    const block = { language, code, line: markdown.slice(0, match.index).split('\n').length };
    const next = after.exec(markdown.slice(end));
    if (next !== null && next.index === 0) {
      const [text, varies, output] = next;
      const to = end + text.length - '```'.length;
      block.output = { text: output, from: to - output.length, to };
      if (varies !== undefined) block.varies = new RegExp(varies);
    }
    blocks.push(block);
  }
  return blocks;
}

/** Replaces what stands between `<!-- generated: NAME -->` and `<!-- end -->`. */
export async function fillSections(markdown, generate) {
  const section = /(<!-- generated: ([\w-]+) -->)[\s\S]*?(<!-- end -->)/g;
  const names = [...markdown.matchAll(section)].map(([, , name]) => name);
  const texts = new Map();
  for (const name of names) texts.set(name, (await generate(name)).trim());
  return markdown.replace(section, (_, open, name, close) => `${open}\n\n${texts.get(name)}\n\n${close}`);
}

/** What was printed, with the old text kept in lines that differ in varying digits only. */
export function settle(printed, old, varies) {
  if (varies === undefined) return printed;
  const oldLines = old.split('\n');
  // a run of digits (with its unit, its point, its padding) stands for any other
  const shape = (line) => line.replace(/[\d.]+ ?(ms|s)?/g, '#');
  return printed
    .split('\n')
    .map((line, i) => {
      const before = oldLines[i] ?? '';
      return varies.test(line) && varies.test(before) && shape(line) === shape(before) ? before : line;
    })
    .join('\n');
}

const LANGUAGES = { js: 'js', mjs: 'js', cjs: 'js', ts: 'ts', html: 'html', json: 'json', sh: 'sh' };

/**
 * Puts files between `<!-- file: PATH -->` and `<!-- end -->`, as fenced blocks.
 *
 * @param {(path: string) => string} read
 */
export function includeFiles(markdown, read) {
  const section = /(<!-- file: (\S+) -->)[\s\S]*?(<!-- end -->)/g;
  return markdown.replace(section, (_, open, path, close) => {
    const language = LANGUAGES[path.split('.').at(-1)] ?? '';
    return `${open}\n\n\`\`\`${language}\n${read(path).trim()}\n\`\`\`\n\n${close}`;
  });
}
