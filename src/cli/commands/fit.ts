/** `mixwasm fit`: a mixture fitted to a file. */
import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type BackendName, type CovarianceType, GaussianMixture, type GaussianMixtureOptions } from '../../index.js';
import { INITS, type InitName } from '../../init/names.js';
import { fileOperation, locateError } from '../errors.js';
import { integer, nameList, nonNegative } from '../numbers.js';
import { readTable } from '../read-table.js';
import { formatReport, leftOutNotice, modelDocument } from '../report.js';
import { type Selection, selectColumns } from '../select-columns.js';
import type { Table } from '../table.js';

interface FitFlags {
  components: number;
  covariance: CovarianceType;
  init?: InitName;
  nInit?: number;
  seed?: number;
  tol?: number;
  maxIter?: number;
  regCovar?: number;
  backend?: BackendName;
  columns?: string[];
  header?: boolean;
  out?: string;
  json?: boolean;
}

const COVARIANCES = ['full', 'tied', 'diag', 'spherical'] as const satisfies readonly CovarianceType[];
const BACKENDS = ['wasm', 'js'] as const satisfies readonly BackendName[];

const EXAMPLES = `
Examples:
  mixwasm fit data.csv --components 3
  mixwasm fit data.csv -k 3 --covariance diag --columns height,weight --n-init 10 --out model.json
  generate | mixwasm fit - -k 2 --json`;

export function addFitCommand(program: Command): void {
  program
    .command('fit')
    .description('fit a Gaussian mixture to the numeric columns of a file')
    .argument('<file>', 'delimited text (csv, tsv …), with or without a header; - reads standard input')
    .requiredOption('-k, --components <K>', 'number of components', integer(1))
    .addOption(new Option('--covariance <type>', 'shape of the covariances').choices(COVARIANCES).default('full'))
    .option('--columns <names>', 'columns to use, by name or number (default: every numeric column)', nameList)
    .addOption(new Option('--init <how>', 'how to start (default: kmeans++)').choices(INITS))
    .option('--n-init <n>', 'starts, of which the best is kept (default: 1)', integer(1))
    .option('--seed <n>', 'seed of the random numbers (default: 0)', integer(Number.MIN_SAFE_INTEGER))
    .option('--tol <x>', 'stop when the mean log-likelihood rises by less (default: 1e-6)', nonNegative)
    .option('--max-iter <n>', 'most iterations (default: 1000)', integer(0))
    .option('--reg-covar <x>', 'added to every variance (default: 1e-6 of its own)', nonNegative)
    .addOption(new Option('--backend <name>', 'SIMD kernels or plain JavaScript (default: wasm)').choices(BACKENDS))
    .option('--header', 'the first line names the columns (default: unless it holds a number)')
    .option('--no-header', 'the first line is data')
    .option('-o, --out <file>', 'write the model as JSON')
    .option('--json', 'print the model and its criteria as JSON instead of the report')
    .addHelpText('after', EXAMPLES)
    .action(fit);
}

function fit(file: string, flags: FitFlags): void {
  const started = performance.now();
  const table = readTable(file, { header: flags.header });
  const selection = selectColumns(table, flags.columns);
  const notice = leftOutNotice(selection);
  if (notice !== undefined) console.error(notice);

  const read = performance.now();
  const model = fitModel(table, selection, flags);
  const fitted = performance.now();

  if (flags.out !== undefined) writeModel(flags.out, modelDocument(model, selection));
  const text = flags.json
    ? `${JSON.stringify(modelDocument(model, selection), null, 2)}\n`
    : formatReport(model, table.source, selection, { read: read - started, fit: fitted - read });
  process.stdout.write(text);
}

function fitModel(table: Table, { X }: Selection, flags: FitFlags): GaussianMixture {
  try {
    return GaussianMixture.fit(X, fitOptions(flags));
  } catch (error) {
    throw locateError(error, table);
  }
}

/** Only what was given: the library knows the defaults. */
function fitOptions(flags: FitFlags): GaussianMixtureOptions {
  const options: GaussianMixtureOptions = { nComponents: flags.components, covarianceType: flags.covariance };
  const { init, nInit, seed, tol, maxIter, regCovar, backend } = flags;
  const given = { init, nInit, seed, tol, maxIter, regCovar, backend };
  return Object.assign(options, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
}

function writeModel(path: string, document: object): void {
  fileOperation(`write ${path}`, () => writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`));
  console.error(`model written to ${path}`);
}
