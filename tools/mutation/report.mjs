// What Stryker's reports say, as figures by file and as a table.
import { readdirSync, readFileSync } from 'node:fs';

/** Figures of each report in a folder; `survived` are the mutants that no test noticed. */
export function readScores(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !name.endsWith('.incremental.json'))
    .flatMap((name) => Object.entries(JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')).files))
    .map(([file, { mutants }]) => ({ file, ...countOf(mutants) }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

function countOf(mutants) {
  const count = (status) => mutants.filter((mutant) => mutant.status === status).length;
  const [killed, timeout, survived, uncovered] = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map(count);
  return { mutants: killed + timeout + survived + uncovered, killed, timeout, survived, uncovered };
}

/** Share of the mutants that tests noticed, in per cent; a mutant that never ends was noticed. */
export function score({ mutants, killed, timeout }) {
  return mutants === 0 ? 100 : (100 * (killed + timeout)) / mutants;
}

/** The sum over files. */
export function totalOf(scores) {
  const sum = (name) => scores.reduce((total, row) => total + row[name], 0);
  return {
    file: 'all',
    ...Object.fromEntries(['mutants', 'killed', 'timeout', 'survived', 'uncovered'].map((name) => [name, sum(name)])),
  };
}

/** A Markdown table, the sum last. */
export function tableOf(scores) {
  const row = (counts, bold = '') => {
    const { file, mutants, killed, timeout, survived, uncovered } = counts;
    const cells = [`${file}`, mutants, killed, timeout, survived, uncovered, `${score(counts).toFixed(1)} %`];
    return `| ${cells.map((cell) => `${bold}${cell}${bold}`).join(' | ')} |`;
  };
  return [
    '| file | mutants | killed | never ended | survived | not reached | score |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...scores.map((counts) => row(counts)),
    row(totalOf(scores), '**'),
  ].join('\n');
}
