// Makes the browser's module shorter, after it was built: a twentieth of what a page loads.
//
//   node .tools/shorten.mjs target/site/pkg
//
// - The names by which it asks its script for functions, in both: `__wbg_addEventListener_3acb0aad4483804c` is `aa`. There are some three hundred, each with
//   a hash that nothing can compress. What names functions and producers, for whoever debugs, goes as well.
// - Classes that libraries bring for scripts to use go if no script can have an object of them.
// - wasm-opt is let loose once more: the control flow is woven anew, and what is small or called once is inlined.
// - Functions come in an order that compresses well.
//
// Files that were compressed before are again. A module whose names are short already stays as it is.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { order } from "./order.mjs";
import { CODE, CUSTOM, EXPORT, FUNCTION, IMPORT, bodiesOf, counted, exportsOf, importsOf, leb, listOf, moduleOf, sections } from "./wasm.mjs";

// Before it, there is its length.
const LONG = /__wb\w+_[0-9a-f]{16}\b/g;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
// What wasm-bindgen makes use of, and no more than that.
const FEATURES = ["bulk-memory", "multivalue", "nontrapping-float-to-int", "reference-types"].map((name) => `--enable-${name}`);
const IN_ORDER = ["-Oz", "--low-memory-unused", "--skip-pass=reorder-functions", ...FEATURES];

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
// An object comes from a module, which asks for it by name, or by what makes one, if that is there.
const classes = scripts.flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/\bexport class (\w+)/g)]);
const unused = classes.map(([, name]) => name.toLowerCase()).filter((name) => !asked.some((asked) => asked.startsWith(`__wbg_${name}_new`)));

if (asked.length > 0) {
  const work = mkdtempSync(join(tmpdir(), "shorten-"));
  try {
    const changed = modules.map((name) => {
      const module = optimized(work, withoutWaste(readFileSync(join(folder, name))), ["--flatten", "--rereloop", "-Oz", ...IN_ORDER]);
      return [name, optimized(work, inOrder(module), ["--reorder-functions-by-name", ...IN_ORDER])];
    });
    // None is changed before all can be: a script goes with its module.
    for (const name of scripts) changed.push([name, Buffer.from(readFileSync(join(folder, name), "utf8").replace(LONG, (long) => short.get(long) ?? long))]);
    for (const [name, bytes] of changed) change(name, bytes);
  } finally {
    rmSync(work, { recursive: true });
  }
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

/** A module once more by way of wasm-opt. */
function optimized(work, module, how) {
  const [before, after] = ["before", "after"].map((name) => join(work, name));
  writeFileSync(before, module);
  execFileSync("wasm-opt", [...how, before, "-o", after], { stdio: "inherit" });
  return readFileSync(after);
}

/** A module with short names, without custom sections, and without what nobody can call. */
function withoutWaste(module) {
  const kept = sections(module).filter(({ kind }) => kind !== CUSTOM);
  return moduleOf(kept.map(({ kind, bytes }) => ({ kind, bytes: kind === IMPORT ? shortImports(bytes) : kind === EXPORT ? usedExports(bytes) : bytes })));
}

function shortImports(section) {
  return listOf(importsOf(section).map(({ from, name, what }) => Buffer.concat([counted(from), counted(short.get(name) ?? name), what])));
}

function usedExports(section) {
  const exports = exportsOf(section);
  const gone = unused.filter((unused) => !exports.some(({ name }) => name === `${unused}_new`));
  const used = exports.filter(({ name }) => !gone.some((gone) => name.startsWith(`${gone}_`) || name === `__wbg_${gone}_free`));
  return listOf(used.map(({ bytes }) => bytes));
}

/** A module whose functions are called by where they are to come. */
function inOrder(module) {
  const all = sections(module);
  const of = (wanted, read) => all.filter(({ kind }) => kind === wanted).flatMap(({ bytes }) => read(bytes));
  const imported = of(IMPORT, importsOf).filter(({ kind }) => kind === FUNCTION).length;
  const places = [];
  order(of(CODE, bodiesOf)).forEach((body, place) => (places[body] = place));
  const named = places.map((place, body) => Buffer.concat([leb(imported + body), counted(String(place).padStart(6, "0"))]));
  // Of the names in it, those of functions are the second kind.
  const functions = Buffer.concat([Buffer.from([1]), counted(listOf(named))]);
  return moduleOf([...all, { kind: CUSTOM, bytes: Buffer.concat([counted("name"), functions]) }]);
}
