// The static server of docs/browsers.md, listening, with the headers a test wants.
import { server } from './app/serve.mjs';

/** @returns {Promise<{ url: string, asked: string[], close(): void }>} `asked`: the paths that were requested */
export async function serve(folder, headers) {
  const asked = [];
  const running = server(folder, headers, (path) => asked.push(path));
  await listening(running);
  return {
    url: `http://127.0.0.1:${running.address().port}/`,
    asked,
    close() {
      running.close();
      running.closeAllConnections();
    },
  };
}

/** A port that nobody listens on at the moment. */
export async function freePort() {
  const probe = server('.');
  await listening(probe);
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const listening = (one) => new Promise((resolve) => one.listen(0, '127.0.0.1', resolve));
