// What of WebAssembly's binary format is needed to change a module; see its specification, "Binary Format".

export const CUSTOM = 0;
export const IMPORT = 2;
export const EXPORT = 7;
export const CODE = 10;
/** Of what is imported and exported, functions. */
export const FUNCTION = 0;

/** A number in LEB128, without a sign, and where it ends. */
export function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

/** The same the other way round. */
export function leb(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}

/** Bytes, or those of a text, after how many they are. */
export function counted(what) {
  const bytes = Buffer.from(what);
  return Buffer.concat([leb(bytes.length), bytes]);
}

/** The bytes that are counted somewhere, and where they end. */
export function run(bytes, at) {
  const [length, begin] = number(bytes, at);
  return [bytes.subarray(begin, begin + length), begin + length];
}

/** The sections of a module. */
export function sections(module) {
  const sections = [];
  for (let at = 8; at < module.length; ) {
    const kind = module[at];
    const [bytes, end] = run(module, at + 1);
    sections.push({ kind, bytes });
    at = end;
  }
  return sections;
}

/** A module of sections. */
export const moduleOf = (sections) =>
  Buffer.concat([Buffer.from("\0asm\x01\0\0\0", "latin1"), ...sections.flatMap(({ kind, bytes }) => [Buffer.from([kind]), counted(bytes)])]);

/** What a section lists: `read` says what is where it is told to look, and where that ends. */
function list(section, read) {
  let [count, at] = number(section, 0);
  const list = [];
  for (; count > 0; count--) {
    const [item, end] = read(at);
    list.push(item);
    at = end;
  }
  return list;
}

/** A section that lists these. */
export const listOf = (items) => Buffer.concat([leb(items.length), ...items]);

/** What a section of imports has: of which module each is, its name, and what it is, of which kind. */
export const importsOf = (section) =>
  list(section, (at) => {
    const [from, afterModule] = run(section, at);
    const [name, begin] = run(section, afterModule);
    const kind = section[begin];
    const end = endOf(section, begin);
    return [{ from: from.toString("utf8"), name: name.toString("utf8"), kind, what: section.subarray(begin, end) }, end];
  });

/** Where the description of an import ends. */
function endOf(section, at) {
  const skip = (at) => number(section, at)[1];
  const kind = section[at++];
  if (kind === FUNCTION) return skip(at);
  if (kind === 3) return at + 2;
  if (kind !== 1 && kind !== 2) throw new Error(`an import of kind ${kind} is not known here`);
  // A table says of what first; both say how large they are, and may say how large at most.
  if (kind === 1) at += 1;
  const hasMost = section[at++] & 1;
  const least = skip(at);
  return hasMost ? skip(least) : least;
}

/** What a section of exports has: the name of each, and its bytes. */
export const exportsOf = (section) =>
  list(section, (at) => {
    const [name, kind] = run(section, at);
    const [, end] = number(section, kind + 1);
    return [{ name: name.toString("utf8"), bytes: section.subarray(at, end) }, end];
  });

/** The bodies of a section of code. */
export const bodiesOf = (section) => list(section, (at) => run(section, at));
