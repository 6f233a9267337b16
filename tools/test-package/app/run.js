import { setTimeout } from 'node:timers';
import { fits } from './fits.js';

console.log(JSON.stringify(await fits()));
// idle workers are kept for some seconds, which must not keep the process
setTimeout(() => console.error('the process goes on, with nothing left to do'), 2500).unref();
