/**
 * Loaded before the command line (`node --import`): tells the test how far it is, so that tests wait for what happens and
 * never for time. `reading`: standard input, or a pipe, is waited for; `opening`: a pipe that may have no writer yet is; `posted`: a worker was given a job; `progress`, `done` …: it answered.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import threads from 'node:worker_threads';

const tell = (what) => process.send?.(what);
// telling is no reason to stay
process.channel?.unref();

const { on: listen } = Socket.prototype;
Socket.prototype.on = function (event, listener) {
  if (event === 'readable') queueMicrotask(() => tell('reading'));
  return listen.call(this, event, listener);
};

const { open } = fs;
fs.open = (...given) => {
  open(...given);
  tell('opening');
};
syncBuiltinESMExports();

const { postMessage, on } = threads.Worker.prototype;
threads.Worker.prototype.postMessage = function (...given) {
  postMessage.apply(this, given);
  tell('posted');
};
threads.Worker.prototype.on = function (event, listener) {
  if (event !== 'message') return on.call(this, event, listener);
  return on.call(this, event, (reply) => {
    tell(reply.type);
    // a fit that is never heard of again, as one of very long iterations
    if (process.env.MIXWASM_TEST_DEAF === undefined) listener(reply);
  });
};
