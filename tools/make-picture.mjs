// usage: node tools/make-picture.mjs      (after a build; writes docs/faithful.svg)
import { writeFileSync } from 'node:fs';
import { faithfulSvg } from './docs/picture.mjs';

writeFileSync(new URL('../docs/faithful.svg', import.meta.url), await faithfulSvg());
