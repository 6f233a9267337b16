/**
 * The Gaussian kernels called one by one, on data and parameters of a fit, to see what each part of an iteration takes.
 * It writes to linear memory as src/wasm/gaussian-kernels.ts does, whose ABI it therefore names.
 */
import { performance } from 'node:perf_hooks';
import { cheapCenter } from '../../build/js/wasm/gaussian-kernels.js';

const ABI_VERSION = 6;
/** Positions in the header of Gaussian (assembly/families/gaussian.ts), in 32-bit words. */
const FIELD = { stride: 2, logConstants: 6, means: 7, centers: 8, precisions: 9, end: 17 };
const KIND = { full: 0, diag: 2 };
/** A call stays well below a millisecond: there is no on-stack replacement. */
const ROWS_OF_A_CALL = 1024;

/**
 * @param {{ kernels: object, memory: WebAssembly.Memory }} module those of build/kernels.testing.wasm
 * @param {Float64Array} x rows × d
 * @param {object} model a GaussianMixture
 * @returns a run of the first `stages` stages (assembly/em/stages.ts) over all rows; gives nanoseconds per row
 */
export function passes({ kernels, memory }, x, model) {
  if (kernels.abiVersion() !== ABI_VERSION)
    throw new Error('the ABI of the kernels changed: adapt bench/roofline/passes.mjs');
  const { nFeatures: d, nComponents: k, covarianceType } = model;
  const kind = KIND[covarianceType];
  const rows = Math.floor(x.length / d / ROWS_OF_A_CALL) * ROWS_OF_A_CALL;
  let top = kernels.heapBase();
  const reserve = (bytes) => {
    const at = Math.ceil(top / 64) * 64;
    top = at + bytes;
    const missing = top - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    return at;
  };

  const values = reserve(8 * rows * d);
  const origin = reserve(8 * d + 8);
  const block = reserve(64);
  const { state, panel } = lay();
  new Float64Array(memory.buffer, values, rows * d).set(x.subarray(0, rows * d));
  new Float64Array(memory.buffer, origin, d).fill(0);
  load();

  function lay() {
    const reserved = {
      state: reserve(kernels.gaussianBytes(kind, d, k)),
      panel: reserve(kernels.panelBytes(d, k)),
    };
    new Uint8Array(memory.buffer, reserved.state, top - reserved.state).fill(0);
    kernels.gaussianLay(reserved.state, kind, d, k);
    kernels.layPanel(reserved.panel, d, k);
    return reserved;
  }

  function load() {
    const header = new Uint32Array(memory.buffer, state, FIELD.end);
    const size = covarianceType === 'diag' ? d : d * d;
    const { weights, means, covariances, precisionsCholesky: factors } = model;
    const write = (field, numbers, offset = 0) => {
      new Float64Array(memory.buffer, header[FIELD[field]] + 8 * offset, numbers.length).set(numbers);
    };
    for (let c = 0; c < k; c++) {
      const factor = factors.subarray(c * size, (c + 1) * size);
      let logConstant = Math.log(weights[c]) - (d / 2) * Math.log(2 * Math.PI);
      for (let j = 0; j < d; j++) logConstant += Math.log(factor[covarianceType === 'diag' ? j : j * (d + 1)]);
      write('logConstants', [logConstant], c);
      const mean = means.subarray(c * d, (c + 1) * d);
      write('means', mean, c * header[FIELD.stride]);
      const component = { mean, center: mean, covariance: covariances.subarray(c * size, (c + 1) * size) };
      write('centers', covarianceType === 'diag' ? cheapCenter(component) : mean, c * header[FIELD.stride]);
      write('precisions', factor, c * size);
    }
    kernels.gaussianLoad(state);
  }

  return (stages) => {
    const fields = new Uint32Array(memory.buffer, block, 5);
    fields.set([values, 0, ROWS_OF_A_CALL, 0, origin]);
    const begin = performance.now();
    for (let start = 0; start < rows; start += ROWS_OF_A_CALL) {
      fields[0] = values + 8 * start * d;
      kernels.gaussianStages(state, panel, block, stages);
    }
    return ((performance.now() - begin) * 1e6) / rows;
  };
}
