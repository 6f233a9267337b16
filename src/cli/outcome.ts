/** What commands that fit do with the result: report, model file, JSON, picture. */
import { access, constants, stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { criteriaOf } from './criteria.js';
import { CliError, fileOperation, UsageError } from './errors.js';
import { modelDocument, writeModel } from './model-file.js';
import type { AnyModel } from './models.js';
import { writeJson } from './output.js';
import { formatReport, type Timing } from './report.js';
import type { Selection } from './select-columns.js';
import type { Standardization } from './standardize.js';
import { writeText } from './write-file.js';

export interface OutcomeFlags {
  out?: string;
  json?: boolean;
  plot?: string;
}

export interface Outcome {
  readonly model: AnyModel;
  /** file name of the data */
  readonly source: string;
  readonly selection: Selection;
  readonly standardization: Standardization | undefined;
  readonly timing: Timing;
}

/** Called before a fit, which may take hours: that what it finds can be written. */
export async function checkOutputs({ out, plot }: OutcomeFlags): Promise<void> {
  if (out === '-') {
    throw new UsageError('--out -: fit --json prints the model on standard output; a file of that name is ./-');
  }
  if (plot !== undefined && extname(plot).toLowerCase() !== '.svg') {
    throw new UsageError(`--plot draws SVG: give a name that ends in .svg; got ${plot}`);
  }
  for (const path of [out, plot]) {
    if (path === undefined) continue;
    await fileOperation(`write ${path}`, async () => {
      const there = await stat(path).catch(() => undefined);
      if (there?.isDirectory()) throw new CliError('it is a folder');
      await access(there === undefined ? dirname(path) : path, constants.W_OK);
    });
  }
}

/** @param json whether the model is what standard output is for */
export async function deliver(outcome: Outcome, { out, plot }: OutcomeFlags, json: boolean): Promise<void> {
  const { model, source, selection, standardization, timing } = outcome;
  const { X, featureNames: columns } = selection;
  const document =
    json || out !== undefined ? modelDocument({ model, columns, standardization }, criteriaOf(model, X)) : undefined;
  if (!json) console.error(formatReport(model, source, selection, standardization, timing));
  if (out !== undefined && document !== undefined) await writeModel(out, document);
  if (plot !== undefined) {
    const { fitPicture } = await import('./pictures.js');
    await writePicture(plot, await fitPicture(model, X, { columns }));
  }
  if (json) await writeJson(document);
}

export async function writePicture(path: string, svg: string): Promise<void> {
  await writeText(path, svg);
  console.error(`picture written to ${path}`);
}
