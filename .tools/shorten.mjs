// Shortens the names by which the browser's module asks its script for functions, in both: `__wbg_addEventListener_3acb0aad4483804c` is `aa`. There
// are some three hundred, each with a hash that nothing can compress: a fortieth of what a board's page loads. What names functions and producers,
// for whoever debugs, goes as well.
//
//   node .tools/shorten.mjs target/site/pkg
//
// Files that were compressed before are again. A module whose names are short already stays as it is.
import { readFileSync, readdirSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const CUSTOM = 0;
const IMPORT = 2;
const LONG = /\b__wb\w+_[0-9a-f]{16}\b/g;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const folder = process.argv[2];
const files = readdirSync(folder);
const scripts = files.filter((name) => name.endsWith(".js"));
const modules = files.filter((name) => name.endsWith(".wasm"));
const names = (name) => readFileSync(join(folder, name), "latin1").match(LONG) ?? [];
const given = new Set(scripts.flatMap(names));
// In the order in which the module has them: that is what is to be small.
const asked = [...new Set(modules.flatMap(names))];
const missing = asked.filter((name) => !given.has(name));
if (missing.length > 0) throw new Error(`modules ask for what no script has: ${missing.join(", ")}`);
const short = new Map(asked.map((name, at) => [name, word(at)]));

for (const name of scripts) {
  change(name, Buffer.from(readFileSync(join(folder, name), "utf8").replace(LONG, (long) => short.get(long) ?? long)));
}
for (const name of modules) {
  change(name, shortened(readFileSync(join(folder, name))));
}

/** The shortest name that no other number has: a, b … Z, aa, ba … */
function word(number) {
  const more = Math.floor(number / LETTERS.length);
  return LETTERS[number % LETTERS.length] + (more > 0 ? word(more - 1) : "");
}

/** Writes a file anew, and what was made of it. */
function change(name, bytes) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 20, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  if (existsSync(`${path}.br`)) writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
  if (existsSync(`${path}.gz`)) writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}

/** A module with short names and without custom sections; see the WebAssembly specification, "Binary Format". */
function shortened(module) {
  const parts = [module.subarray(0, 8)];
  for (let at = 8; at < module.length; ) {
    const kind = module[at];
    const [size, begin] = number(module, at + 1);
    const end = begin + size;
    if (kind === IMPORT) {
      const section = imports(module.subarray(begin, end));
      parts.push(Buffer.from([kind]), leb(section.length), section);
    } else if (kind !== CUSTOM) {
      parts.push(module.subarray(at, end));
    }
    at = end;
  }
  return Buffer.concat(parts);
}

/** The section of imports with other names: each is of a module, has a name, and says what it is. */
function imports(section) {
  let [count, at] = number(section, 0);
  const parts = [leb(count)];
  const text = () => {
    const [length, begin] = number(section, at);
    at = begin + length;
    return section.toString("utf8", begin, at);
  };
  const skip = () => ([, at] = number(section, at));
  for (; count > 0; count--) {
    const from = text();
    const name = text();
    const begin = at;
    const kind = section[at++];
    if (kind === 0) skip();
    else if (kind === 3) at += 2;
    else if (kind === 1 || kind === 2) {
      // A table says of what first; both say how large they are, and may say how large at most.
      if (kind === 1) at += 1;
      const hasMost = section[at++] & 1;
      skip();
      if (hasMost) skip();
    } else throw new Error(`an import of kind ${kind} is not known here`);
    for (const word of [from, short.get(name) ?? name]) parts.push(leb(Buffer.byteLength(word)), Buffer.from(word));
    parts.push(section.subarray(begin, at));
  }
  return Buffer.concat(parts);
}

/** A number of up to 32 bits in LEB128, and where it ends. */
function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

/** A number in LEB128. */
function leb(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
