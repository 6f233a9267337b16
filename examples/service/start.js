// usage: PORT=3000 node start.js
import { createService } from './service.js';

const app = await createService();
const address = await app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? '127.0.0.1' });
console.log(`listening on ${address}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close());
