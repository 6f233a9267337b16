// Prints a file, deflated by Zopfli (5 % better than zlib), as base64. A process of its own: the library takes over how Node
// reports exceptions.
// usage: node tools/deflate.mjs FILE
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import zopfli from '@gfx/zopfli';

const deflated = await promisify(zopfli.deflate)(readFileSync(process.argv[2]), { numiterations: 15 });
process.stdout.write(Buffer.from(deflated).toString('base64'));
