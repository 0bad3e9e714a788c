import { crc32, inflateRawSync } from 'node:zlib';

/**
 * The files of a zip archive by their paths, read as an unpacker does: from the directory at its end.
 * @throws where the archive is damaged
 */
export function unzip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (end < 0) throw new Error('This is no zip archive.');
  const files = new Map<string, Buffer>();
  let header = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
    const [packedLength, nameLength] = [archive.readUInt32LE(header + 20), archive.readUInt16LE(header + 28)];
    const name = archive.toString('utf8', header + 46, header + 46 + nameLength);
    const local = archive.readUInt32LE(header + 42);
    const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const content = inflateRawSync(archive.subarray(begin, begin + packedLength));
    if (crc32(content) !== archive.readUInt32LE(header + 16)) throw new Error(`${name} is damaged in its archive.`);
    files.set(name, content);
    header += 46 + nameLength + archive.readUInt16LE(header + 30) + archive.readUInt16LE(header + 32);
  }
  return files;
}
