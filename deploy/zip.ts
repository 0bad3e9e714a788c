import { crc32, deflateRawSync } from 'node:zlib';

/** The first moment that a zip can name, 1 January 1980: the same content is the same zip, whenever it was made. */
const dosDate = 0x21;

const unixRegularFileForAll = 0o100644 * 0x10000;

/**
 * A zip archive with one file in it, which is all that a bundled function is: local header, content, directory.
 * @param path of the file within the archive, in ASCII
 */
export function zipOf(path: string, content: Uint8Array): Buffer {
  const name = Buffer.from(path, 'ascii');
  const packed = deflateRawSync(content, { level: 9 });
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  describe(local, 4);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  // Made by version 2.0 on Unix, without which the file's mode means nothing and Lambda could not read it.
  central.writeUInt16LE(0x0314, 4);
  describe(central, 6);
  central.writeUInt32LE(unixRegularFileForAll, 38);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return Buffer.concat([local, name, packed, central, name, end]);

  /** The fields that both headers have, in the order that both have them. */
  function describe(header: Buffer, offset: number): void {
    header.writeUInt16LE(20, offset);
    header.writeUInt16LE(8, offset + 4);
    header.writeUInt16LE(dosDate, offset + 8);
    header.writeUInt32LE(crc32(content), offset + 10);
    header.writeUInt32LE(packed.length, offset + 14);
    header.writeUInt32LE(content.length, offset + 18);
    header.writeUInt16LE(name.length, offset + 22);
  }
}
