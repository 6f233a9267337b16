/** Every snippet of docs/theory.md runs against dist/ and prints what the page says (`npm run check:docs` looks at all pages). */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';

interface Block {
  language: string;
  line: number;
  file: string;
  output?: { text: string };
  varies?: RegExp;
}
const tools = new URL('../tools/docs/', import.meta.url).href;
const { runnableBlocks, settle } = (await import(`${tools}markdown.mjs`)) as {
  runnableBlocks(markdown: string): Block[];
  settle(printed: string, old: string, varies: RegExp | undefined): string;
};
const { prepareBlocks, runBlock } = (await import(`${tools}run-block.mjs`)) as {
  prepareBlocks(blocks: Block[]): Promise<void>;
  runBlock(block: Block): Promise<string>;
};
const page = readFileSync(new URL('../docs/theory.md', import.meta.url), 'utf8');
const blocks = runnableBlocks(page).map((block) => ({ ...block, file: 'docs/theory.md' }));

describe('docs/theory.md', () => {
  beforeAll(() => prepareBlocks(blocks), 60_000);

  it('has snippets', () => {
    expect(blocks.length).toBeGreaterThan(15);
  });

  it.each(blocks)('line $line', { timeout: 30_000 }, async (block) => {
    const printed = await runBlock(block);
    const text = block.output?.text ?? printed;
    expect(settle(printed, text, block.varies)).toBe(text);
  });
});
