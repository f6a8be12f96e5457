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

/** Bytes after how many they are. */
export const counted = (bytes) => Buffer.concat([leb(bytes.length), Buffer.from(bytes)]);

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

/** What a section of imports has: of which module each is, its name, and what it is, of which kind. */
export function importsOf(section) {
  let [count, at] = number(section, 0);
  const imports = [];
  const text = () => {
    const [bytes, end] = run(section, at);
    at = end;
    return bytes.toString("utf8");
  };
  const skip = () => ([, at] = number(section, at));
  for (; count > 0; count--) {
    const [from, name, begin] = [text(), text(), at];
    const kind = section[at++];
    if (kind === FUNCTION) skip();
    else if (kind === 3) at += 2;
    else if (kind === 1 || kind === 2) {
      // A table says of what first; both say how large they are, and may say how large at most.
      if (kind === 1) at += 1;
      const hasMost = section[at++] & 1;
      skip();
      if (hasMost) skip();
    } else throw new Error(`an import of kind ${kind} is not known here`);
    imports.push({ from, name, kind, what: section.subarray(begin, at) });
  }
  return imports;
}

/** What a section of exports has: the name of each, and its bytes. */
export function exportsOf(section) {
  let [count, at] = number(section, 0);
  const exports = [];
  for (; count > 0; count--) {
    const [name, end] = run(section, at);
    const [, next] = number(section, end + 1);
    exports.push({ name: name.toString("utf8"), bytes: section.subarray(at, next) });
    at = next;
  }
  return exports;
}

/** The bodies of a section of code. */
export function bodiesOf(section) {
  let [count, at] = number(section, 0);
  const bodies = [];
  for (; count > 0; count--) {
    const [body, end] = run(section, at);
    bodies.push(body);
    at = end;
  }
  return bodies;
}
