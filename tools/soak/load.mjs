// The requests of a soak: an open loop. A request goes out when its time has come, however late the answers before it are.
import { Agent, request } from 'node:http';

export class Client {
  #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  #port;

  constructor(port) {
    this.#port = port;
  }

  /** @returns {Promise<{ status: number, body: string, sent: number, received: number }>} times in ms since 1970 */
  send(method, path, body, hangUpAfter) {
    return new Promise((resolve, reject) => {
      const sent = performance.timeOrigin + performance.now();
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const asked = request(
        { port: this.#port, host: '127.0.0.1', method, path, headers, agent: this.#agent },
        (answer) => {
          const parts = [];
          answer.on('data', (part) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () => {
            const received = performance.timeOrigin + performance.now();
            resolve({ status: answer.statusCode, body: Buffer.concat(parts).toString(), sent, received });
          });
        },
      );
      asked.on('error', reject);
      asked.end(body);
      if (hangUpAfter !== undefined) setTimeout(() => asked.destroy(new Error('hung up')), hangUpAfter);
    });
  }

  close() {
    this.#agent.destroy();
  }
}

/** Calls `send` so many times a second until it is told to stop; resolves when every call has been answered. */
export function atRate(perSecond, send) {
  let [stopped, sent] = [false, 0];
  const open = new Set();
  const start = performance.now();
  const loop = (async () => {
    while (!stopped) {
      const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
      for (; sent < due && !stopped; sent++) {
        const call = send(sent).finally(() => open.delete(call));
        open.add(call);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(open);
  })();
  return async () => {
    stopped = true;
    await loop;
    return sent;
  };
}
