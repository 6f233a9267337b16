/** Serves an empty page, modules and data on 127.0.0.1, cross-origin isolated, so that SharedArrayBuffer exists. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const ROOT = new URL('../../', import.meta.url);
const PAGE = '<!doctype html><meta charset="utf-8"><title>mixwasm</title>';
const TYPES = { js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm' };
/** Nothing else of the folder is given out. */
const OPEN = /^\/(dist|bench|tools)\/[\w./-]+\.(m?js|wasm)$/;

/** @param {Map<string, Buffer>} data by path; resolves to { origin, close } */
export async function serve(data = new Map()) {
  const server = createServer(({ url }, response) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    const respond = (type, body) => response.writeHead(200, { 'Content-Type': type }).end(body);
    if (url === '/') return respond('text/html', PAGE);
    if (data.has(url)) return respond('application/octet-stream', data.get(url));
    if (!OPEN.test(url) || url.includes('..')) return response.writeHead(404).end();
    try {
      return respond(TYPES[url.split('.').at(-1)], readFileSync(new URL(`.${url}`, ROOT)));
    } catch {
      return response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
