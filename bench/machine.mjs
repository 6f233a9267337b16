/** What the numbers depend on. No host name, no paths: results are committed. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';

export function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    microarchitecture: familyAndModel(),
    cores: processors.length,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    /** of the last minute, before the run: at or above 1 other processes take part in what is measured */
    load: loadavg()[0],
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Virtual machines hide the model's name, but not its numbers. */
function familyAndModel() {
  try {
    const text = execFileSync('lscpu', { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    const field = (name) => text.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1];
    return `family ${field('CPU family')} model ${field('Model')}`;
  } catch {
    return undefined;
  }
}
