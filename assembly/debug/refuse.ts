/**
 * Refusing a call: a message for whoever reads it, then a trap. The message is written into data of this module: nothing here
 * allocates either, for memory belongs to the host's arena.
 */

/** Room for the length of the text, where a string has it (4 bytes before its characters), and for the text. */
const BUFFER: usize = memory.data(16 + 2 * 240, 16);
const TEXT: usize = BUFFER + 16;

/** The kernel that was called. */
let kernel = "";
let length: usize = 0;

/** Says which kernel is being called, for the messages of all checks that follow. */
export function enter(name: string): void {
  kernel = name;
}

function say(text: string): void {
  const bytes = <usize>text.length << 1;
  memory.copy(TEXT + length, changetype<usize>(text), bytes);
  length += bytes;
}

/** An integer; those above 2⁵³ by their leading digits. */
function sayNumber(value: f64): void {
  if (value < 0) {
    say("-");
    value = -value;
  }
  let unit: f64 = 1;
  while (unit * 10 <= value) unit *= 10;
  for (; unit >= 1; unit = floor(unit / 10)) {
    const digit = floor(value / unit);
    store<u16>(TEXT + length, 48 + <u16>digit);
    length += 2;
    value -= digit * unit;
  }
}

/** Begins a message with the kernel and its argument. */
function begin(argument: string): void {
  length = 0;
  say(kernel);
  say(": ");
  say(argument);
}

function trap(): void {
  store<u32>(TEXT - 4, <u32>length);
  abort(changetype<string>(TEXT), "assembly/debug.ts");
}

export function refuse(argument: string, why: string): void {
  begin(argument);
  say(" ");
  say(why);
  trap();
}

export function refuseNumber(argument: string, value: f64, why: string): void {
  begin(argument);
  say(" of ");
  sayNumber(value);
  say(" ");
  say(why);
  trap();
}

export function refuseBytes(argument: string, at: usize, bytes: f64, from: f64, to: f64): void {
  begin(argument);
  say(", ");
  sayNumber(bytes);
  say(" bytes at ");
  sayNumber(<f64>at);
  say(", lies outside the arena, ");
  sayNumber(from);
  say(" to ");
  sayNumber(to);
  trap();
}
