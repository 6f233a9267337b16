import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** A static server of a folder, whose pages may use threads. */
export const server = (folder, more = headers, onRequest = () => {}) =>
  createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    onRequest(path);
    const file = join(folder, normalize(path));
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    // the worker's file needs the headers as well as the page
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', ...more });
    createReadStream(file).pipe(response);
  });
