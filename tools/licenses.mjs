// The licences of what Rollup put into dist/: their authors ask that the text goes along.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages that leave their licence to another one of the same authors. */
const LICENSED_BY = { '@assemblyscript/loader': 'assemblyscript' };

/** @param {Iterable<string>} modules paths of bundled files */
export function licenseTexts(modules) {
  const folders = new Set();
  for (const path of modules) {
    const folder = /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(path.replaceAll('\0', ''));
    if (folder !== null) folders.add(folder[0]);
  }
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license, homepage = '' } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const from = name in LICENSED_BY ? join('node_modules', LICENSED_BY[name]) : folder;
    const file = readdirSync(from).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined)
      throw new Error(`${name} comes without a licence text; say in tools/licenses.mjs whose applies`);
    const text = `\n\n${readFileSync(join(from, file), 'utf8').trim()}`;
    return `${name} ${version} (${license}) ${homepage}`.trim() + text;
  });
  return `dist/ contains parts of these packages.\n\n${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
