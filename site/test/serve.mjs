/** Serves site/dist, with or without the headers of cross-origin isolation. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';

/** As `npm run site` and `vite preview site` do. */
export async function serve() {
  const configFile = fileURLToPath(new URL('../vite.config.mjs', import.meta.url));
  const server = await preview({ configFile, logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}

/** As a plain file server in some folder does: no headers. */
export async function servePlainly() {
  const html = readFileSync(new URL('../dist/index.html', import.meta.url));
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(html);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/some/folder/`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
